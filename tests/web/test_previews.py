import io
import threading

import pytest
from PIL import Image

from broadsheet.web.previews import HEIGHT, WIDTH, Card, Previews

TIDES = Card("The Tide", "Tides: a slow look", "Ada Quill · 1 Jan 2026", "#3 today")


def _open(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


def _inked(picture: Image.Image, top: int, bottom: int) -> int:
    """Return how many points of a band are not paper."""
    band = picture.crop((0, top, WIDTH, bottom)).convert("L")
    return sum(band.histogram()[:200])


def test_a_card_is_a_small_picture_of_the_size_that_sites_ask_for() -> None:
    png = Previews().png(TIDES)
    picture = _open(png)
    assert picture.size == (WIDTH, HEIGHT)
    assert len(png) < 60_000
    assert _inked(picture, 150, 400) > 1_000  # the title
    assert _inked(picture, HEIGHT - 100, HEIGHT - 50) > 200  # the line below


@pytest.mark.parametrize("title", ["w" * 5_000, "word " * 3_000, "", " \n ", "A"])
def test_any_title_stays_within_its_room(title: str) -> None:
    picture = _open(Previews().png(Card("The Tide" * 40, title, "below " * 400, "#1")))
    assert _inked(picture.crop((WIDTH - 60, 0, WIDTH, HEIGHT)).resize((WIDTH, HEIGHT)), 0, HEIGHT) == 0
    assert _inked(picture, HEIGHT - 130, HEIGHT - 102) == 0


def test_what_the_fonts_lack_is_left_out_and_not_boxed() -> None:
    previews = Previews()
    known = previews.png(Card("x", "Tides and moss"))
    assert previews.png(Card("x", "Tides 潮 and moss")) == known
    otherwise = previews.png(Card("x", "潮汐表", otherwise="arXiv 2601.00001"))
    assert otherwise == previews.png(Card("x", "arXiv 2601.00001"))


def test_a_card_is_named_by_all_that_it_says() -> None:
    cards = [TIDES, Card("x", TIDES.title), Card(TIDES.name, TIDES.title), Card(TIDES.name, TIDES.title, mark="#1")]
    assert len({card.digest for card in cards}) == len(cards)


def test_pictures_are_kept_up_to_a_bound() -> None:
    previews = Previews(most_bytes=1)
    assert previews.png(TIDES) == previews.png(TIDES)
    assert previews._bytes == len(previews.png(TIDES))


def test_many_may_ask_at_once() -> None:
    previews, drawn = Previews(), []
    threads = [threading.Thread(target=lambda: drawn.append(previews.png(TIDES))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(drawn) == 4
    assert len(set(drawn)) == 1

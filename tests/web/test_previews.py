import io
import threading
import unicodedata

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


@pytest.mark.parametrize(
    "title",
    [
        "潮汐表",
        "Tides 潮 and moss",
        "المد والجزر",
        "Приливы",
        "β-tides",
        "Tides in ℝ",
        "Tides → moss",
        "तरंग",
        "ế\u0302ế",
    ],
)
def test_a_title_that_the_fonts_cannot_set_gives_way_to_the_number(title: str) -> None:
    previews = Previews()
    assert previews.png(Card("x", title, otherwise="arXiv 2601.00001")) == previews.png(Card("x", "arXiv 2601.00001"))


def test_marks_that_the_fonts_lack_are_left_out() -> None:
    previews = Previews()
    assert previews.png(Card("x", "Tides 🌊 and\u00a0moss\u200b")) == previews.png(Card("x", "Tides and moss"))


def test_no_name_is_set_without_its_letters() -> None:
    previews = Previews()
    known = previews.png(Card("", "Tides", "1 Jan 2026 · arXiv 2601.00001"))
    assert previews.png(Card("潮報", "Tides", "王小明 and Ada Quill · 1 Jan 2026 · arXiv 2601.00001")) == known
    slavic = [previews.png(Card("x", "Tides", name)) for name in ("Łukasz Erdős", "ukasz Erds", "")]
    assert len(set(slavic)) == 3
    decomposed = previews.png(Card("x", "Tides", unicodedata.normalize("NFD", "Zoë Erdős")))
    assert decomposed == previews.png(Card("x", "Tides", "Zoë Erdős"))


def test_two_fonts_stand_on_one_line() -> None:
    pictures = [_open(Previews().png(Card("x", title))) for title in ("Lódz tides", "Łódź tides")]
    feet = []
    for picture in pictures:
        band = picture.crop((0, 140, WIDTH, 300)).convert("L").point(lambda value: 255 if value < 128 else 0)
        box = band.getbbox()
        assert box is not None
        feet.append(box[3])
    assert abs(feet[0] - feet[1]) <= 1


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

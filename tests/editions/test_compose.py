from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from broadsheet.database.schema import harvest
from broadsheet.editions.edition import Edition, Place
from tests.conftest import NOON
from tests.editions.conftest import Newsroom
from tests.invented import record


def keys(places: list[Place]) -> list[str]:
    return [place.paper.key.removeprefix("arxiv:2601.").lstrip("0") for place in places]


def harvested(newsroom: Newsroom) -> None:
    counts = dict.fromkeys(("added", "changed", "unchanged", "rejected", "withdrawn"), 0)
    with newsroom.database.write() as connection:
        connection.execute(
            insert(harvest).values(
                source="arxiv", cursor="{}", error="", running=False, succeeded_at=newsroom.clock.now(), **counts
            )
        )


def test_a_page_of_a_full_day(newsroom: Newsroom) -> None:
    newsroom.add(*(newsroom.voted(n, 50 - n) for n in range(1, 13)), *(newsroom.fresh(n) for n in range(20, 30)))
    page = newsroom.editions.today()
    assert (page.id, page.number, page.day, page.period) == (None, 1, date(2026, 1, 15), "day")
    assert (page.new_papers, page.notice) == (22, "")
    assert keys(page.trending) == [str(n) for n in range(1, 11)]
    assert [place.place for place in page.trending] == list(range(1, 11))
    assert page.lead == page.trending[0]
    assert sorted(keys(page.new), key=int) == [*map(str, range(11, 13)), *map(str, range(20, 30))]
    assert (page.picks, page.shelf) == ([], [])


def test_the_parts_of_a_place_add_up_as_printed(newsroom: Newsroom) -> None:
    newsroom.add(*(newsroom.voted(n, 7 * n) for n in range(1, 9)))
    for place in newsroom.editions.today().trending:
        assert place.score is not None
        assert round(sum(part.value for part in place.parts), 2) == place.score
        assert place.reason.startswith(f"{7 * int(keys([place])[0])} upvotes on Hugging Face; 11 are usual at 10 hours")


def test_new_papers_say_when_they_came_in_the_zone_of_the_instance(open_newsroom: object) -> None:
    newsroom: Newsroom = open_newsroom("Asia/Tokyo")  # type: ignore[operator]
    newsroom.add(*(newsroom.voted(n, 30) for n in range(1, 11)), newsroom.fresh(20))
    assert newsroom.editions.today().new[0].reason == "First seen 21:00 today."


def test_old_papers_of_an_import_are_no_news(newsroom: Newsroom) -> None:
    newsroom.add(*(newsroom.fresh(n, published=date(2019, 4, 22)) for n in range(30)))
    page = newsroom.editions.today()
    assert (page.new_papers, page.lead, page.new) == (0, None, [])


def test_a_fresh_offline_instance_shows_the_shelf_and_says_so(newsroom: Newsroom) -> None:
    newsroom.add(*(newsroom.on_shelf(n) for n in range(20)))
    page = newsroom.editions.today()
    assert page.notice == "No source has been harvested yet; the starter shelf is shown below."
    assert len(page.shelf) == 8
    assert page.lead == page.shelf[0]
    assert page.shelf[0].blurb == page.shelf[0].paper.abstract
    assert page.shelf[0].reason == "From the starter shelf: papers that come with Broadsheet."


def test_the_shelf_turns_by_the_day_until_all_were_shown(newsroom: Newsroom) -> None:
    newsroom.add(*(newsroom.on_shelf(n) for n in range(20)))
    shown: list[set[str]] = []
    for day in range(5):
        newsroom.clock.move_to(NOON + timedelta(days=day))
        shown.append(set(keys(newsroom.editions.today().shelf)))
    assert all(len(page) == 8 for page in shown)
    assert shown[0].isdisjoint(shown[1])
    assert len(set().union(*shown)) == 20


def test_a_small_shelf_is_shown_once_and_an_empty_one_not_at_all(newsroom: Newsroom) -> None:
    assert newsroom.editions.today().notice == "No source has been harvested yet."
    newsroom.add(newsroom.on_shelf(1), newsroom.on_shelf(2))
    assert sorted(keys(newsroom.editions.today().shelf)) == ["1", "2"]


def test_a_thin_day_is_helped_out_by_the_shelf_without_doubles(newsroom: Newsroom) -> None:
    newsroom.add(*(newsroom.on_shelf(n) for n in range(20)), newsroom.voted(3, 40), newsroom.fresh(30))
    page = newsroom.editions.today()
    assert keys(page.trending) == ["3", "30"]
    assert len(page.shelf) == 8
    assert "3" not in keys(page.shelf)
    assert page.lead == page.trending[0]


def test_a_day_without_news_says_since_when(newsroom: Newsroom) -> None:
    harvested(newsroom)
    assert newsroom.editions.today().notice == ("Nothing new today: no source announced papers since 12:00 yesterday.")
    newsroom.editions.publish_due(ready=True)
    newsroom.at("2026-01-18 09:00+00:00")
    assert newsroom.editions.today().notice == (
        "Nothing new today: no source announced papers since 12:00 on 15 Jan 2026."
    )


def test_a_day_without_news_says_why_where_a_source_knows(open_newsroom: Callable[..., Newsroom]) -> None:
    newsroom = open_newsroom(silence=lambda: "No new papers: arXiv does not announce on Thanksgiving.")
    harvested(newsroom)
    said = "Nothing new today. No new papers: arXiv does not announce on Thanksgiving."
    assert newsroom.editions.today().notice == said


def test_withdrawn_papers_have_no_place(newsroom: Newsroom) -> None:
    newsroom.add(newsroom.fresh(1, withdrawn=True))
    page: Edition = newsroom.editions.today()
    assert [places for _, places in page.sections() if places] == []


def test_what_readers_sent_in_has_a_section_with_who_did(newsroom: Newsroom) -> None:
    from broadsheet.editions.compose import Composer
    from broadsheet.editions.spans import Span

    ids = newsroom.add(
        *(newsroom.voted(n, 40) for n in (1, 2)), *(record(n, published=date(2019, 1, 1)) for n in (3, 4))
    )
    asked = []

    def sent_in(since: datetime) -> list[tuple[int, str]]:
        asked.append(since)
        return [(ids[3], "Sent in by Ada."), (ids[0], "Sent in by Bea."), (ids[2], "Sent in by Bea.")]

    composer = Composer(
        newsroom.database,
        newsroom.catalogue,
        newsroom.trending,
        newsroom.clock,
        zone=ZoneInfo("UTC"),
        silence=str,
        sent_in=sent_in,
    )
    page = composer.page(Span("day", NOON.date()))
    assert [(place.place, place.paper.id, place.reason) for place in page.sent] == [
        (1, ids[3], "Sent in by Ada."),
        (2, ids[2], "Sent in by Bea."),
    ]
    assert asked == [NOON - timedelta(days=1)]
    assert ids[0] in {place.paper.id for place in page.trending}
    assert not {place.paper.id for place in page.sent} & {place.paper.id for place in page.new}

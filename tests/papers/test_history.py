"""What changed of a paper, told from the wordings of its records as they arrived."""

from datetime import date, timedelta

import pytest

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.papers import wordings
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.history import Histories
from broadsheet.papers.merges import Merges
from broadsheet.papers.paper import Version
from broadsheet.papers.records import SourceRecord
from tests.conftest import NOON
from tests.invented import record


@pytest.fixture
def histories(database: Database) -> Histories:
    return Histories(database)


def _version(number: int, **changes: object) -> SourceRecord:
    base = record(1)
    versions = tuple(Version(base.identifiers[0], n, date(2026, 1, n)) for n in range(1, number + 1))
    return record(1, versions=versions, **changes)


def test_of_a_paper_that_never_changed_there_is_nothing_to_tell(stored: Catalogue, histories: Histories) -> None:
    (one,) = stored.add([record(1)]).paper_ids
    assert histories.of(one).revisions == histories.of(one).names == ()
    assert histories.of(999).revisions == ()


def test_each_version_tells_what_it_changed_newest_first(
    stored: Catalogue, histories: Histories, clock: FixedClock
) -> None:
    (one,) = stored.add([_version(1)]).paper_ids
    clock.sleep(3600)
    stored.add([_version(2, title="On counting moss colonies again", abstract="We count moss again.")])
    clock.sleep(3600)
    stored.add(
        [_version(3, title="On counting moss colonies again", abstract="We count moss again.", authors=("Ada Quill",))]
    )
    third, second = histories.of(one).revisions
    assert (second.version, second.dated, second.at) == (2, date(2026, 1, 2), NOON + timedelta(hours=1))
    assert second.what == ("title", "abstract")
    assert second.title == (record(1).title, "On counting moss colonies again")
    assert second.sources == ("arxiv",)
    assert [(piece.kind, piece.text.strip()) for piece in second.title_pieces][-1] == ("new", "colonies again")
    assert (third.version, third.what, third.title) == (3, ("authors",), None)
    assert third.people is not None
    assert third.people.gone == tuple(name for name in record(1).authors if name != "Ada Quill")
    assert histories.of(one).since(second.at) == (third,)


def test_a_new_version_of_the_same_words_is_told_as_that(
    stored: Catalogue, histories: Histories, clock: FixedClock
) -> None:
    (one,) = stored.add([_version(1)]).paper_ids
    clock.sleep(60)
    stored.add([_version(2)])
    (told,) = histories.of(one).revisions
    assert (told.version, told.what) == (2, ("new version, the same words",))


def test_a_better_source_changes_what_is_shown_and_the_other_title_stays_known(
    stored: Catalogue, histories: Histories, clock: FixedClock
) -> None:
    (one,) = stored.add([record(1, source="hf", title="MossCount")]).paper_ids
    clock.sleep(86_400)
    stored.add([record(1)])
    told = histories.of(one)
    assert [(one.title, one.sources) for one in told.revisions] == [(("MossCount", record(1).title), ("arxiv",))]
    assert [(name.title, name.sources) for name in told.names] == [("MossCount", ("hf",))]


def test_what_no_reader_sees_is_no_change(stored: Catalogue, histories: Histories, clock: FixedClock) -> None:
    (one,) = stored.add([record(1)]).paper_ids
    for changes in (
        {"comments": "12 pages"},
        {"title": record(1).title.upper()},
        {"links": ("https://e.org",)},
        {"authors": ("B. Marsh", "E. Stone")},
    ):
        clock.sleep(60)
        stored.add([record(1, **changes)])
    assert histories.of(one).revisions == ()


def test_the_shelfs_sentence_gives_way_without_a_word(
    stored: Catalogue, histories: Histories, clock: FixedClock
) -> None:
    (one,) = stored.add([record(1, source="shelf", abstract="A sentence of our own.", summary=True)]).paper_ids
    clock.sleep(60)
    stored.add([record(1)])
    assert histories.of(one).revisions == ()


def test_a_withdrawal_is_told_and_so_is_its_end(stored: Catalogue, histories: Histories, clock: FixedClock) -> None:
    (one,) = stored.add([record(1)]).paper_ids
    for withdrawn in (True, False):
        clock.sleep(60)
        stored.add([record(1, withdrawn=withdrawn)])
    assert [told.what for told in histories.of(one).revisions] == [("no longer withdrawn",), ("withdrawn",)]


def test_the_history_follows_a_record_that_is_parted(
    stored: Catalogue, histories: Histories, database: Database, clock: FixedClock
) -> None:
    journal = record(1, source="journal", key="j", identifiers=())
    (one, _) = stored.add([record(1), journal]).paper_ids
    clock.sleep(60)
    stored.add([record(1, source="journal", key="j", identifiers=(), abstract="Told anew.")])
    assert histories.of(one).revisions == ()  # arXiv's words are shown
    ((_, new),) = Merges(database, clock).split(one, ["journal"]).parted
    (told,) = histories.of(new).revisions
    assert told.abstract == (record(1).abstract, "Told anew.")
    assert histories.of(one).revisions == ()


def test_a_feed_that_always_says_something_else_keeps_so_many_wordings(
    stored: Catalogue, database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wordings, "MOST", 3)
    for n in range(8):
        clock.sleep(60)
        (one,) = stored.add([record(1, abstract=f"Said for the {n}th time.")]).paper_ids
    with database.read() as connection:
        told = [said.abstract for _, said in wordings.of(connection, one)]
    assert told == [f"Said for the {n}th time." for n in (0, 1, 2, 7)]

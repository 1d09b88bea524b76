from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import pytest
from sqlalchemy import update

from broadsheet.community.submissions import BY_READER, KIND, Submissions
from broadsheet.database.schema import allowance
from broadsheet.errors import Invalid, NotFound, SignInNeeded, TooMany, Unavailable
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Paper
from broadsheet.papers.records import SourceRecord
from tests.community.conftest import SECRET, Town, at_once
from tests.invented import record


@dataclass
class Shelf:
    """A finder that knows some records by heart, and how often it was asked."""

    records: list[SourceRecord]
    pages: dict[str, Identifier] = field(default_factory=dict)
    asked: int = 0

    def by_identifier(self, identifier: Identifier) -> SourceRecord | None:
        self.asked += 1
        if identifier.value == "2601.00500":
            raise Unavailable("arXiv could not be reached.")
        return next((one for one in self.records if identifier in one.identifiers), None)

    def by_address(self, url: str) -> Identifier | None:
        return self.pages.get(url)

    def orcids(self, identifier: Identifier) -> frozenset[str]:
        return frozenset()

    def by_title(self, title: str) -> Sequence[SourceRecord]:
        words = title.casefold().split()
        return [one for one in self.records if all(word in one.title.casefold() for word in words)]


DOI = Identifier("doi", "10.5555/tide.9")


@pytest.fixture
def shelf() -> Shelf:
    same = replace(record(1), source="openalex", key="W1", identifiers=(DOI, *record(1).identifiers))
    return Shelf([*(record(n) for n in range(20, 24)), same])


@pytest.fixture
def submissions(town: Town, shelf: Shelf) -> Submissions:
    def known(title: str) -> Sequence[Paper]:
        return [one for one in town.catalogue.newest(50) if title.casefold()[:10] in one.title.casefold()]

    return Submissions(town.database, town.catalogue, town.clock, SECRET, shelf, known)


def test_a_paper_is_fetched_from_its_source(town: Town, submissions: Submissions) -> None:
    done = submissions.submit(town.reader(town.ada), " https://arxiv.org/abs/2601.00020v2 ")
    assert done.is_new
    assert done.paper is not None
    assert done.paper.title == record(20).title
    assert town.series(done.paper.id, KIND) == [1]
    brought = submissions.of(done.paper.id)
    assert brought is not None
    assert (brought.reader_id, brought.shown) == (town.ada, f"Reader {town.ada}")
    assert brought.submitted_at == town.clock.now()
    assert [one["id"] for one in submissions.export(town.ada)] == ["arxiv:2601.00020"]
    assert [one.paper_id for one in submissions.deeds(town.reader(town.ada), 5)] == [done.paper.id]


def test_a_paper_that_is_here_is_led_to_and_not_fetched(town: Town, submissions: Submissions, shelf: Shelf) -> None:
    for reader in (town.ada, town.bee, town.ada):
        done = submissions.submit(town.reader(reader), "2601.00001")
        assert (done.paper and done.paper.id, done.is_new) == (town.papers[0], False)
        town.clock.sleep(60)
    assert shelf.asked == 0
    assert town.series(town.papers[0], KIND) == [1, 2]
    assert submissions.of(town.papers[0]) is None  # no reader brought it


def test_another_name_of_a_paper_that_is_here_leads_to_it(town: Town, submissions: Submissions) -> None:
    done = submissions.submit(town.reader(town.ada), "https://doi.org/10.5555/tide.9")
    assert (done.paper and done.paper.id, done.is_new) == (town.papers[0], False)
    assert town.catalogue.count() == 3


def test_two_at_once_bring_it_once(town: Town, submissions: Submissions) -> None:
    readers = [town.reader(reader) for reader in (town.ada, town.bee)] * 2
    assert at_once(*(partial(submissions.submit, reader, "2601.00021") for reader in readers)) == []
    paper = town.catalogue.get("arxiv:2601.00021")
    assert town.catalogue.count() == 4
    assert town.series(paper.id, KIND)[-1] == 2


def test_a_page_leads_to_its_paper(town: Town, submissions: Submissions, shelf: Shelf) -> None:
    shelf.pages["https://tides.example/22"] = Identifier("arxiv", "2601.00022")
    done = submissions.submit(town.reader(town.ada), "https://tides.example/22")
    assert done.paper is not None
    assert done.paper.key == "arxiv:2601.00022"
    with pytest.raises(Invalid, match="does not say which paper"):
        submissions.submit(town.reader(town.ada), "https://tides.example/none")


def test_a_whole_title_is_enough(town: Town, submissions: Submissions) -> None:
    ada = town.reader(town.ada)
    here = submissions.submit(ada, record(2).title.upper())
    assert (here.paper and here.paper.id, here.is_new) == (town.papers[1], False)
    new = submissions.submit(ada, record(23).title)
    assert new.is_new
    assert new.paper is not None
    assert new.paper.key == "arxiv:2601.00023"


def test_a_part_of_a_title_gives_candidates(town: Town, submissions: Submissions) -> None:
    done = submissions.submit(town.reader(town.ada), "on listening to")
    assert done.paper is None
    assert [one.name for one in done.candidates] == ["arxiv:2601.00021", "arxiv:2601.00022", "arxiv:2601.00023"]
    assert town.catalogue.count() == 3


@pytest.mark.parametrize(
    ("given", "told"),
    [("", "Name a paper"), (" \n", "Name a paper"), ("a" * 501, "too long"), ("tides", "names no paper")],
)
def test_what_names_no_paper_is_told(town: Town, submissions: Submissions, given: str, told: str) -> None:
    with pytest.raises(Invalid, match=told) as raised:
        submissions.submit(town.reader(town.ada), given)
    assert raised.value.field == "paper"


def test_what_no_source_knows_or_answers_is_told(town: Town, submissions: Submissions) -> None:
    ada = town.reader(town.ada)
    for given in ("2601.09999", "Nobody ever wrote these seven words"):
        with pytest.raises(NotFound, match="No source knows"):
            submissions.submit(ada, given)
    with pytest.raises(Unavailable):
        submissions.submit(ada, "2601.00500")
    assert town.catalogue.count() == 3


def test_nobody_submits_without_end(town: Town, submissions: Submissions) -> None:
    ada = town.reader(town.ada)
    submissions.submit(ada, "2601.00001")
    with town.database.write() as connection:
        connection.execute(update(allowance).values(used=BY_READER.most))
    with pytest.raises(TooMany, match="20 submissions an hour"):
        submissions.submit(ada, "2601.00002")


def test_submissions_leave_with_their_reader_and_follow_their_paper(town: Town, submissions: Submissions) -> None:
    ada = town.reader(town.ada)
    done = submissions.submit(ada, "2601.00020")
    assert done.paper is not None
    town.merge(done.paper.id, town.papers[0])
    assert submissions.of(town.papers[0]) is not None
    town.readers.delete(town.ada)
    assert submissions.of(town.papers[0]) is None
    with pytest.raises(SignInNeeded):
        submissions.submit(ada, "2601.00002")


def test_what_was_sent_in_of_late_with_who_did(town: Town, submissions: Submissions) -> None:
    began = town.clock.now()
    town.clock.sleep(60)
    ada, bea = town.reader(town.ada), town.reader(town.bee)
    first = submissions.submit(ada, "2601.00020").paper
    town.clock.sleep(60)
    submissions.submit(bea, "2601.00020")
    second = submissions.submit(bea, "2601.00021").paper
    assert first is not None
    assert second is not None
    told = submissions.sent_since(began)
    assert {paper for paper, _ in told} == {first.id, second.id}
    assert dict(told)[first.id] == f"Sent in by {ada.shown} and 1 other."
    assert dict(told)[second.id] == f"Sent in by {bea.shown}."
    assert submissions.sent_since(town.clock.now()) == []


def test_nobody_fills_a_page_and_a_barred_reader_is_not_on_it(town: Town, submissions: Submissions) -> None:
    from sqlalchemy import insert, select

    from broadsheet.community.submissions import MOST_OF_ONE
    from broadsheet.database.schema import ban, reader

    began = town.clock.now()
    for n in range(20, 24):
        town.clock.sleep(60)
        submissions.submit(town.reader(town.ada), f"2601.000{n}")
    told = submissions.sent_since(began)
    assert len(told) == MOST_OF_ONE == 3
    assert told[0][0] > told[-1][0], "the newest first"
    with town.database.write() as connection:
        its_key = connection.execute(select(reader.c.address_key).where(reader.c.id == town.ada)).scalar_one()
        values = {"address_key": its_key, "reader_id": town.ada, "banned_at": town.clock.now(), "reason": "floods"}
        connection.execute(insert(ban).values(values))
    assert submissions.sent_since(began) == []

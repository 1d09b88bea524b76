from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest

from broadsheet.papers import merging
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Artefact, Version
from broadsheet.papers.records import SourceRecord
from tests.conftest import NOON
from tests.invented import record

ARXIV = record(1, links=("https://arxiv.org/abs/2601.00001", "https://github.com/quill/looms"))
ACL = replace(
    ARXIV,
    source="acl-anthology",
    key="2026.moss-1.1",
    identifiers=(Identifier("acl", "2026.moss-1.1"),),
    published=date(2026, 6, 1),
    date_precision="month",
    venue="Proceedings of the Moss Workshop",
    links=("https://aclanthology.org/2026.moss-1.1/",),
)
HF = replace(ARXIV, source="hf", abstract="Shortened.", links=("https://huggingface.co/papers/2601.00001",))
SHELF = replace(ARXIV, source="shelf", abstract="A sentence of our own.", summary=True)


def _other(**changes: object) -> SourceRecord:
    return replace(ACL, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("other", "one"),
    [
        (_other(), True),
        (_other(published=date(2027, 3, 1)), True),  # a preprint of one year, published in the next
        (_other(published=date(2028, 3, 1)), False),
        (_other(title="On counting tide tables"), False),
        (_other(authors=("A. " + ARXIV.authors[0].split()[-1],)), False),  # another initial
        (_other(authors=(ARXIV.authors[0][0] + ". " + ARXIV.authors[0].split()[-1],)), True),
        (_other(authors=(ARXIV.authors[0], "Xin Wu", "Yu Wu", "Ann Yeo")), False),  # same first, nobody else in common
        (_other(identifiers=(Identifier("arxiv", "2601.00099"),)), False),  # arXiv says that they are two
        (_other(source="arxiv"), False),  # arXiv gives every work one number, and this is another
    ],
)
def test_one_work_by_its_title(other: SourceRecord, one: bool) -> None:
    assert bool(merging.one_by_evidence([ARXIV], [other])) is one
    assert bool(merging.one_by_evidence([other], [ARXIV])) is one


@pytest.mark.parametrize(
    ("changes", "one"),
    [
        ({}, True),  # the same in all: listed twice
        ({"abstract": "Quite another text about birds."}, False),
        ({"abstract": ""}, False),
        ({"authors": ARXIV.authors[:1]}, False),
    ],
)
def test_a_feed_that_lists_two_means_two_unless_all_agrees(changes: dict[str, object], one: bool) -> None:
    first = replace(ARXIV, source="feed", identifiers=())
    second = replace(first, key="again", **changes)  # type: ignore[arg-type]
    assert bool(merging.one_by_evidence([first], [second])) is one
    assert merging.one_by_evidence([first], [replace(second, source="other feed", abstract=first.abstract)])


def test_an_identifier_says_why() -> None:
    found = merging.one_by_identifier([ARXIV], [HF])
    assert found is not None
    assert (found.kind, found.words) == ("identifier", "same arXiv id 2601.00001")
    assert merging.one_by_identifier([ARXIV], [ACL]) is None
    assert merging.reason_between(ARXIV, ACL) is not None


def test_given_names_in_another_order_do_not_part_a_work() -> None:
    names = ("Hung Quang Oak", "Bruno Marsh", "Chiara Vale")
    one, other = replace(ARXIV, authors=names), replace(ACL, authors=("Quang Hung Oak", *names[1:]))
    assert merging.one_by_evidence([one], [other])
    stranger = replace(other, authors=("Xaver Oak", "Zoe Marsh", "Chiara Vale"))
    assert not merging.one_by_evidence([one], [stranger])


def test_a_shared_identifier_is_believed_unless_another_contradicts_it() -> None:
    doi = Identifier("doi", "10.1145/1235")  # a DOI of the kind that people copy from a template
    one = replace(ARXIV, identifiers=(*ARXIV.identifiers, doi))
    unrelated = record(2, identifiers=(Identifier("arxiv", "2601.00002"), doi))
    cross_posted = replace(one, key="2601.00077", identifiers=(Identifier("arxiv", "2601.00077"), doi))
    retitled = replace(ACL, title="Moss, revisited", identifiers=(doi,))
    assert merging.one_by_identifier([one], [retitled])
    assert not merging.one_by_identifier([one], [unrelated])
    assert merging.one_by_identifier([one], [cross_posted])


def test_each_field_comes_from_the_source_that_knows_it_best_in_any_order() -> None:
    doi = Identifier("doi", "10.1000/1")
    said = [replace(ARXIV, identifiers=(doi, *ARXIV.identifiers)), ACL, HF, SHELF]
    made = {merging.combine(order) for order in permutations(said)}
    assert len(made) == 1
    one = made.pop()
    assert one.abstract == ARXIV.abstract
    assert one.venue == ACL.venue
    assert (one.published, one.date_precision) == (ARXIV.published, "day")
    assert one.sources == ("acl-anthology", "arxiv", "hf", "shelf")
    assert [one.scheme for one in one.identifiers] == ["arxiv", "acl", "doi"]
    assert [(one.kind, one.url) for one in one.artefacts] == [("code", "https://github.com/quill/looms")]
    assert not one.summary


def test_the_shelf_yields_to_any_abstract_and_serves_until_then() -> None:
    assert merging.combine([SHELF]).summary
    assert merging.combine([SHELF]).abstract == SHELF.abstract
    with_hf = merging.combine([SHELF, HF])
    assert (with_hf.abstract, with_hf.summary) == (HF.abstract, False)
    without = merging.combine([SHELF, replace(HF, abstract="")])
    assert (without.abstract, without.summary) == (SHELF.abstract, True)


def test_hugging_face_does_not_overrule_arxiv() -> None:
    both = merging.combine([replace(HF, title="A short name"), ARXIV])
    assert (both.title, both.abstract) == (ARXIV.title, ARXIV.abstract)
    assert merging.combine([replace(ARXIV, title="Untitled"), HF]).title == HF.title


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ([(date(2026, 6, 1), "month"), (date(2026, 6, 9), "day")], (date(2026, 6, 9), "day")),
        ([(date(2026, 1, 1), "year"), (date(2026, 6, 1), "month")], (date(2026, 6, 1), "month")),
        ([(date(2026, 1, 1), "year"), (date(2025, 12, 30), "day")], (date(2025, 12, 30), "day")),
        ([(date(2026, 1, 1), "day"), (date(2026, 1, 1), "month")], (date(2026, 1, 1), "day")),
        ([(date(2026, 2, 3), "day"), (date(2026, 2, 1), "day")], (date(2026, 2, 1), "day")),
        ([(None, "day"), (date(2026, 2, 1), "month")], (date(2026, 2, 1), "month")),
        ([(None, "day")], (None, "day")),
    ],
)
def test_the_earliest_date_as_exactly_as_it_is_known(
    dates: list[tuple[date | None, str]], expected: tuple[date | None, str]
) -> None:
    said = [replace(ARXIV, key=str(n), published=day, date_precision=how) for n, (day, how) in enumerate(dates)]  # type: ignore[arg-type]
    for order in permutations(said):
        one = merging.combine(order)
        assert (one.published, one.date_precision) == expected


def test_what_sources_know_of_an_artefact_is_put_together() -> None:
    starred = replace(HF, artefacts=(Artefact("code", "https://github.com/quill/looms.git", stars=7, found_in="hf"),))
    licensed = replace(ACL, artefacts=(Artefact("code", "https://github.com/quill/looms", "MIT", None, NOON, "acl"),))
    (artefact,) = merging.combine([ARXIV, licensed, starred]).artefacts
    assert (artefact.url, artefact.licence, artefact.stars) == ("https://github.com/quill/looms", "MIT", 7)
    assert artefact.seen_alive_at == NOON


def test_versions_and_withdrawal_add_up() -> None:
    first, second = (Version(ARXIV.identifiers[0], n, date(2026, 1, n)) for n in (1, 2))
    one = merging.combine([replace(ARXIV, versions=(first, second)), replace(HF, versions=(second,), withdrawn=True)])
    assert one.versions == (first, second)
    assert one.withdrawn

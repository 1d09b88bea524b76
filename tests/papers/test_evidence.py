"""What two records without an identifier in common prove, and the sentence that says it."""

from dataclasses import replace
from datetime import date

import pytest

from broadsheet.papers import evidence
from broadsheet.papers.records import SourceRecord
from tests.invented import record

_LONG = (
    "We weigh glass looms in nine harbours and find that a loom left alone by its weaver for a winter gains a little "
    "salt. The salt is measured with a brass balance, the winter with a calendar, and the weaver with patience. "
    "Looms that were watched gained nothing, which we explain by the warmth of the watchers."
)
_REVISED = _LONG.replace("nine harbours", "eleven harbours of the north").replace("a brass balance", "two balances")
_OTHER = (
    "Clockwork birds return to the shelf at which they were wound. We let four hundred of them fly over open water, "
    "count those that come back, and compare three kinds of spring. None of the springs explains the losses."
)
TITLE = "Glass looms in winter: what the salt remembers"
AUTHORS = ("Ada Quill", "Bruno Marsh", "Chiara Vale")
BASE = record(1, title=TITLE, abstract=_LONG, authors=AUTHORS, published=date(2026, 1, 9), identifiers=())


def _kind(**changes: object) -> str | None:
    other = replace(BASE, source="elsewhere", key="other", **changes)  # type: ignore[arg-type]
    there, back = evidence.reason(BASE, other), evidence.reason(other, BASE)
    assert (there and there.kind) == (back and back.kind)
    return there.kind if there else None


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"title": "Glass Looms in Winter – What the Salt Remembers"},
        {"authors": ("A. Quill", "B. Marsh", "C. Vale")},
        {"authors": ("Quill, Ada", "Marsh, Bruno", "Vale, Chiara")},
        {"authors": ("Chiara Vale", "Ada Quill", "Bruno Marsh")},
        {"authors": ()},
        {"abstract": _REVISED, "published": date(2028, 3, 1)},
        {"abstract": "", "published": date(2027, 8, 1)},
        {"abstract": _OTHER, "published": date(2026, 9, 1)},  # rewritten by the same three people within the year
        {"published": None},
    ],
)
def test_one_title_of_the_same_people_is_one_work(changes: dict[str, object]) -> None:
    assert _kind(**changes) == "title"


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "What the salt remembers of looms"},
        {"title": "Winter looms", "abstract": _LONG + " Code is given."},
        {"title": "Glass looms in winter: what the salt keeps", "abstract": _REVISED},
        {"title": TITLE + " (extended version)", "abstract": _REVISED},
    ],
)
def test_one_abstract_of_the_same_people_is_one_work_under_two_titles(changes: dict[str, object]) -> None:
    assert _kind(**changes) == "abstract"


def test_a_title_without_its_subtitle_is_enough_where_nothing_else_is_known() -> None:
    assert _kind(title="Glass looms in winter", abstract="") == "subtitle"
    assert _kind(title="Glass looms in winter", abstract=_OTHER) is None
    assert _kind(title="Glass looms in winter", abstract="", published=date(2028, 1, 1)) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"title": TITLE + ", part II"},
        {"title": TITLE + " 2.0"},
        {"title": "Glass looms++ in winter: what the salt remembers"},
        {"title": "Reply to: " + TITLE},
        {"title": "Comment on “" + TITLE + "”"},
        {"authors": ("Xin Wu", "Yu Wu", "Ann Yeo"), "abstract": _OTHER},
        {"authors": ("Zoe Quill", "Xaver Marsh", "Yara Vale"), "abstract": _OTHER},
        {"abstract": _OTHER, "authors": AUTHORS[:1]},
        {"abstract": _OTHER, "published": date(2028, 9, 1)},
        {"title": "On counting birds", "abstract": _OTHER},
        {"title": "On counting birds", "abstract": _LONG, "authors": ("Xin Wu", "Yu Wu")},  # copied, or a mistake
    ],
)
def test_what_differs_in_something_telling_stays_apart(changes: dict[str, object]) -> None:
    assert _kind(**changes) is None


def _report(year: int, **changes: object) -> SourceRecord:
    told = replace(BASE, title="Annual report of the salt map office", published=date(year, 5, 1), abstract="")
    return replace(told, source=f"source {year}", **changes)  # type: ignore[arg-type]


def test_a_report_of_every_year_is_another_every_year() -> None:
    assert evidence.reason(_report(2025), _report(2026)) is None
    assert evidence.reason(_report(2025), replace(_report(2025), source="copy"))
    assert evidence.reason(_report(2025, abstract=_LONG), _report(2026, abstract=_LONG))  # the same text: one report


@pytest.mark.parametrize(
    ("one", "other"), [("Findings of WMT18", "Findings of WMT19"), ("Salt Task 7: a loom", "Salt Task 10: a loom")]
)
def test_numbers_of_one_kind_must_agree(one: str, other: str) -> None:
    assert evidence.reason(replace(BASE, title=one), replace(BASE, source="x", title=other)) is None


def test_numbers_of_two_kinds_say_nothing() -> None:
    assert _kind(title="2X looms in winter: what the salt remembers") == "abstract"


def test_a_sentence_of_the_shelf_is_no_abstract() -> None:
    told = replace(BASE, source="shelf", abstract=_OTHER, summary=True)
    found = evidence.reason(BASE, told)
    assert found is not None
    assert found.words == "same title, 3 of 3 authors, in the same month"


def test_the_sentence_says_what_was_seen() -> None:
    other = replace(BASE, source="x", abstract=_REVISED, authors=(*AUTHORS, "Deniz Oak"), published=date(2026, 3, 1))
    found = evidence.reason(BASE, other)
    assert found is not None
    assert found.words.startswith("same title, ")
    assert found.words.endswith("% of the abstract in common, 3 of 4 authors, 2 months apart")
    alone = evidence.reason(replace(BASE, authors=("Ada Quill",)), replace(BASE, source="x", authors=("A. Quill",)))
    assert alone is not None
    assert alone.words == "same title, the same abstract, 1 of 1 author, in the same month"

"""Labels as numbers, held against looking at every paper."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.papers.paper import Artefact, Paper
from broadsheet.search.columns import PAIR
from broadsheet.search.labels import Labels, labels_of, years_of
from broadsheet.search.query import Filters
from tests.invented import paper

CODE, OTHER_CODE = Artefact("code", "https://example.org/a"), Artefact("code", "https://example.org/b")
DATA = Artefact("data", "https://example.org/c")


def labels(papers: Sequence[Paper]) -> Labels:
    """Return the labels of these papers, numbered as they are met."""
    numbers: dict[str, int] = {}
    pairs = [
        (row, numbers.setdefault(label, len(numbers))) for row, one in enumerate(papers) for label in labels_of(one)
    ]
    days = np.array([one.published.toordinal() if one.published else 0 for one in papers], np.int32)
    return Labels(np.array(pairs, PAIR), list(numbers), days)


def passing(papers: Sequence[Paper], **filters: object) -> list[int] | None:
    mask = labels(papers).mask(Filters(**filters))  # type: ignore[arg-type]
    return None if mask is None else np.flatnonzero(mask).tolist()


def test_each_label_of_a_paper_is_named_once_on_one_line() -> None:
    odd = paper(1, categories=("cs.IR", "a\u2028b\x85 c", "cs.IR"), sources=("hf",), artefacts=(CODE, OTHER_CODE))
    assert labels_of(odd) == ["category:cs.IR", "category:a b c", "source:hf", "artefact:code"]
    assert all(len(label.splitlines()) == 1 for label in labels_of(odd))


SHELF = [
    paper(1, categories=("cs.IR",), sources=("arxiv",), artefacts=(CODE,), published=date(2024, 1, 1)),
    paper(2, categories=("csx", "math.CO"), sources=("hf",), artefacts=(CODE, DATA), published=date(2024, 12, 31)),
    paper(3, categories=("CS.ir",), sources=("cs",), artefacts=(), published=None),
    paper(4, categories=(), sources=(), artefacts=(), published=date(1, 1, 1)),
]


@pytest.mark.parametrize(
    ("filters", "rows"),
    [
        ({}, None),
        ({"authors": ("Ada Quill",)}, None),  # authors are the text half's
        ({"categories": ("cs",)}, [0, 2]),  # csx does not lie within cs, and cs the source is no category
        ({"categories": ("Cs.Ir",)}, [0, 2]),
        ({"categories": ("cs.",)}, []),
        ({"categories": ("cs.IR", "math")}, [0, 1, 2]),  # any of them
        ({"sources": ("hf", "nowhere")}, [1]),
        ({"artefacts": ("code", "data")}, [1]),  # all of them
        ({"sources": ("hf",), "categories": ("cs",)}, []),
        ({"since": date(2024, 1, 1)}, [0, 1]),
        ({"until": date(2024, 12, 30)}, [0, 3]),  # an undated paper lies within no span
        ({"since": date(2024, 12, 31), "until": date(2024, 12, 31)}, [1]),
    ],
)
def test_a_mask_lets_through_what_passes_every_filter(filters: dict[str, object], rows: list[int] | None) -> None:
    assert passing(SHELF, **filters) == rows


def test_an_empty_state_has_empty_masks_and_counts() -> None:
    assert passing([], categories=("cs",)) == []
    facets = labels([]).facets(np.zeros(0, np.int64))
    assert (facets.years, facets.categories, facets.sources, facets.artefacts) == ([], [], [], [])


def test_years_run_from_the_first_to_the_last_there_is() -> None:
    days = [date(1, 1, 1), date(1969, 12, 31), date(1970, 1, 1), date(2024, 2, 29), date(2024, 12, 31), date.max]
    counted = years_of(np.array([0, *(day.toordinal() for day in days), 0], np.int32))
    assert counted == [("9999", 1), ("2024", 2), ("1970", 1), ("1969", 1), ("1", 1)]


_categories = st.lists(st.sampled_from(("cs", "cs.IR", "CS.IR", "cs.IR.x", "csx", "math.CO", "a\nb")), max_size=3)
_sources = st.lists(st.sampled_from(("arxiv", "hf", "cs")), max_size=2)
_artefacts = st.lists(st.sampled_from((CODE, OTHER_CODE, DATA)), max_size=3)
_days = st.none() | st.dates(date(2023, 11, 1), date(2024, 2, 1))
_papers = st.lists(
    st.builds(
        lambda categories, sources, artefacts, day: paper(
            1, categories=tuple(categories), sources=tuple(sources), artefacts=tuple(artefacts), published=day
        ),
        _categories,
        _sources,
        _artefacts,
        _days,
    ),
    max_size=8,
)
_filters = st.builds(
    Filters,
    categories=_categories.map(tuple),
    sources=_sources.map(tuple),
    artefacts=st.lists(st.sampled_from(("code", "data", "demo")), max_size=2).map(tuple),
    since=_days,
    until=_days,
)


def naive(one: Paper, filters: Filters) -> bool:
    def within(category: str, wider: str) -> bool:
        category, wider = (" ".join(name.lower().split()) for name in (category, wider))
        return category == wider or category.startswith(f"{wider}.")

    if filters.categories and not any(within(a, b) for a in one.categories for b in filters.categories):
        return False
    if filters.sources and not set(one.sources) & set(filters.sources):
        return False
    if not set(filters.artefacts) <= {artefact.kind for artefact in one.artefacts}:
        return False
    if (filters.since or filters.until) and one.published is None:
        return False
    first, last = filters.since or date.min, filters.until or date.max
    return one.published is None or first <= one.published <= last


@given(_papers, _filters)
@settings(max_examples=60)
def test_masks_agree_with_looking_at_every_paper(papers: list[Paper], filters: Filters) -> None:
    mask = labels(papers).mask(filters)
    expected = [naive(one, filters) for one in papers]
    assert all(expected) if mask is None else mask.tolist() == expected, filters


@given(_papers, st.data())
@settings(max_examples=60)
def test_facets_agree_with_counting_every_paper(papers: list[Paper], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.integers(0, len(papers) - 1), unique=True) if papers else st.just([]))
    chosen = [papers[row] for row in rows]
    found = labels(papers).facets(np.array(rows, np.int64))

    def counted(values: list[set[str]]) -> list[tuple[str, int]]:
        counts = Counter(value for own in values for value in own)
        return sorted(counts.items(), key=lambda item: (-item[1], item[0]))

    assert found.categories == counted([{" ".join(name.split()) for name in one.categories} for one in chosen])
    assert found.sources == counted([set(one.sources) for one in chosen])
    assert found.artefacts == counted([{artefact.kind for artefact in one.artefacts} for one in chosen])
    years = Counter(one.published.year for one in chosen if one.published)
    assert found.years == [(str(year), years[year]) for year in sorted(years, reverse=True)]

"""What every engine must do, asked of the index on disk and of the oracle alike, and of both against each other."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.papers.paper import Artefact, Paper
from broadsheet.search.engine import Engine, Facets
from broadsheet.search.fusion import Method, rank
from broadsheet.search.memory import MemoryEngine
from broadsheet.search.query import Filters, Query, parse
from tests.invented import paper
from tests.search.collection import BagEncoder, Log, opened
from tests.search.conftest import Make

CODE, MODEL = Artefact("code", "https://example.org/code"), Artefact("model", "https://example.org/model")
LEAP = date(2024, 2, 3)
SHELF = [
    paper(1, title="Salt maps", abstract="We fold salt maps.", categories=("cs.IR",), authors=("Zoe Quince",)),
    paper(2, title="Tide tables", abstract="Maps of salt and moss.", categories=("cs.CV", "cs.LG"), artefacts=(CODE,)),
    paper(
        3, title="Moss", abstract="Moss grows.", categories=("math.CO",), published=date(2024, 2, 3), sources=("hf",)
    ),
    paper(4, title="To be or not to be", abstract="", published=None, categories=(), artefacts=(CODE, MODEL)),
]


def words_in(make: Make, text: str, given: Filters | None = None) -> list[int]:
    query = replace(parse(text), given=given or Filters())
    return sorted(make(SHELF).by_words(query, 10).ids.tolist())


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("salt", [1, 2]),
        ("salted mosses", [1, 2, 3]),
        ('"salt maps"', [1]),
        ('"maps of salt"', [2]),
        ('"maps fold"', []),
        ("salt -tide", [1]),
        ('salt -"salt maps"', [2]),
        ("quince", [1]),
        ("salt author:quince", [1]),
        ('salt author:"Quince, Zoe"', [1]),
        ("salt title:map", [1]),
        ('salt title:"salt maps"', [1]),
        ('moss title:"maps of salt"', []),
        ("salt -title:map", [2]),
        ("salt -cat:cs.LG", [1]),
        ('salt -author:"Zoe Quince"', [2]),
        ("salt -has:code", [1]),
        ("moss -date:2024", [2]),
        ("salt -author:!!", [1, 2]),
        ("be moss -date:1900..", []),
        ('salt "tide"', [2]),
        ("salt cat:cs", [1, 2]),
        ("salt cat:CS.ir", [1]),
        ("salt cat:c", []),
        ("moss source:hf", [3]),
        ("moss has:code", [2]),
        ("moss date:2024", [3]),
        ("moss date:2026..", [2]),
        ("be or not", []),
        ("salt cat:nowhere", []),
    ],
)
def test_words_and_conditions_find_exactly_what_holds_them(make: Make, text: str, ids: list[int]) -> None:
    assert words_in(make, text) == ids


def test_filters_chosen_beside_the_text_narrow_it(make: Make) -> None:
    assert words_in(make, "salt cat:cs.IR", Filters(categories=("cs.CV",))) == []
    assert words_in(make, "salt", Filters(categories=("cs.CV", "cs.IR"))) == [1, 2]
    assert words_in(make, "to be salt moss", Filters(artefacts=("code", "model"))) == []


CROWD = ("Zoe Salt", "Ada Quill van Tide", "Bo Moss", "Quill Salt", "Ada Moss", "Moss, Ada B.", "Van Ada Tide")


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("Ada Moss", True),
        ("moss ada", True),
        ("Moss, A. B.", True),
        ("B. Moss", True),
        ("A.Q. van Tide", True),
        ("C. Moss", False),
        ("Z. Moss", False),
        ("M. A. B.", True),
        ("Zoe Moss", False),  # one author bears the one, another the other
        ("Bo Salt", False),
        ("van Tide, Ada Quill", True),
        ("Tide van Quill Ada", True),
        ("Quill van Salt", False),
        ("Ada Ada", True),
    ],
)
def test_all_words_of_a_name_belong_to_one_author(make: Make, name: str, held: bool) -> None:
    engine = make([paper(1, title="Salt", authors=CROWD), paper(2, title="Salt", authors=("Nobody",))])
    query = parse(f'salt author:"{name}"')
    assert engine.by_words(query, 5).ids.tolist() == [1] * held
    assert engine.by_date(query).ids.tolist() == [1] * held


@pytest.mark.parametrize(
    "text",
    ["salt", 'moss "maps of salt"', "moss -grows", "moss cat:cs", "moss author:marsh", "moss has:code date:2026.."],
)
def test_meaning_finds_every_paper_that_meets_the_conditions(make: Make, text: str) -> None:
    engine, query = make(SHELF), parse(text)
    vector = BagEncoder().encode_queries([query.plain])[0]
    near, all_of_them = engine.by_meaning(query, vector, 10), engine.by_date(query)
    assert sorted(near.ids.tolist()) == sorted(all_of_them.ids.tolist())
    assert (np.diff(near.scores) <= 0).all()
    assert near.scores == pytest.approx(engine.cosines(vector, near.ids))


def test_dates_order_newest_first_and_undated_last(make: Make) -> None:
    assert make(SHELF).by_date(Query()).ids.tolist() == [2, 1, 3, 4]
    assert make(SHELF).days(np.array([4, 3])).tolist() == [0, LEAP.toordinal()]


def test_a_title_is_found_even_if_it_is_all_stop_words(make: Make) -> None:
    assert make(SHELF).by_title("to be, or NOT to be?").tolist() == [4]
    assert make(SHELF).by_title("to be").tolist() == []
    assert make(SHELF).by_title("").tolist() == []


def test_facets_count_each_value_once_a_paper(make: Make) -> None:
    facets = make(SHELF).facets(np.array([1, 2, 3, 4]))
    assert facets.years == [("2026", 2), ("2024", 1)]
    assert facets.categories == [("cs.CV", 1), ("cs.IR", 1), ("cs.LG", 1), ("math.CO", 1)]
    assert facets.sources == [("arxiv", 3), ("hf", 1)]
    assert facets.artefacts == [("code", 2), ("model", 1)]
    assert make(SHELF).facets(np.zeros(0, np.int64)).years == []


def test_a_paper_that_is_not_held_has_no_day_and_counts_nowhere(make: Make) -> None:
    engine, asked = make(SHELF), np.array([99, 1, -1, 5])
    assert engine.days(asked).tolist() == [0, date(2026, 1, 2).toordinal(), 0, 0]
    assert engine.facets(asked) == engine.facets(np.array([1]))


def test_vectors_are_of_unit_length_and_only_of_papers_held(make: Make) -> None:
    engine = make(SHELF)
    vector = engine.vector(2)
    assert vector is not None
    assert float(np.linalg.norm(vector)) == pytest.approx(1, abs=1e-4)
    assert engine.vector(99) is None
    assert engine.cosines(vector, np.array([2, 99, -1])).tolist() == pytest.approx([1, 0, 0], abs=0.01)


def test_weighed_stems_add_up_whatever_else_is_asked(make: Make) -> None:
    engine = make(SHELF)
    ids = np.array([4, 2, 99, 1, 2, -1], np.int64)
    salt, maps = (engine.of_words({stem: 1.0}, ids) for stem in ("salt", "map"))
    both = engine.of_words({"salt": 2.0, "map": 0.5}, ids)
    assert both.tolist() == pytest.approx((2 * salt + 0.5 * maps).tolist(), rel=1e-5)
    assert salt[[0, 2, 5]].tolist() == [0, 0, 0]
    assert salt[3] > salt[1] == salt[4] > 0  # in title and abstract, and once in a longer text
    alone = engine.by_words(parse("salt"), 5)
    assert set(alone.ids.tolist()) == {1, 2}
    assert engine.of_words({"salt": 1.0}, np.array([1], np.int64)) == pytest.approx(salt[3], rel=1e-6)


def test_stems_are_counted_by_paper(make: Make) -> None:
    engine = make(SHELF)
    assert engine.frequencies(["salt", "map", "moss", "maps", "the"]).tolist() == [2, 2, 2, 0, 0]
    assert engine.frequencies([]).tolist() == []
    assert engine.of_words({}, np.array([1], np.int64)).tolist() == [0]
    assert engine.of_words({"salt": 1.0}, np.zeros(0, np.int64)).tolist() == []


def test_an_empty_engine_finds_nothing(make: Make) -> None:
    engine, query = make([]), parse("moss")
    assert len(engine) == 0
    for method in ("fused", "rrf", "bm25", "dense"):
        assert len(rank(engine, query, BagEncoder().encode_queries(["moss"])[0], method)) == 0
    assert len(engine.by_date(parse("cat:cs"))) == 0
    assert engine.days(np.array([1, -1])).tolist() == [0, 0]
    assert engine.facets(np.array([1])) == Facets([], [], [], [])
    assert engine.by_title("moss").tolist() == []
    assert engine.of_words({"moss": 1.0}, np.array([1, -1])).tolist() == [0, 0]
    assert engine.frequencies(["moss"]).tolist() == [0]


def test_hostile_papers_are_papers_like_others(make: Make) -> None:
    odd = paper(5, title="<b>&amp;</b> \x00 \u202e $\\alpha$", abstract="深層学習 " * 2_000, categories=("a\nb", "é:ß"))
    engine = make([odd, paper(6, title="x" * 70_000, abstract="y " * 50_000, authors=("",))])
    assert engine.by_words(parse("深層"), 5).ids.tolist() == [5]
    assert engine.by_words(parse('alpha cat:"a b"'), 5).ids.tolist() == [5]
    assert sorted(engine.by_date(Query()).ids.tolist()) == [5, 6]


_WORDS = ("salt", "salted", "maps", "moss", "tide", "the", "fold", "paper")
_STEMS = {"salt": 1.0, "map": 0.25, "moss": 2.0, "nowher": 3.0}
_texts = st.lists(st.sampled_from(_WORDS), max_size=8).map(" ".join)
_papers = st.builds(
    lambda title, abstract, authors, categories, sources, artefacts, day: (
        {"title": title, "abstract": abstract, "authors": authors, "categories": categories}
        | {"sources": sources, "artefacts": artefacts, "published": day}
    ),
    _texts,
    _texts,
    st.lists(st.sampled_from(("Ada Quill", "Bo Salt", "Quill Oak Bo")), max_size=3).map(tuple),
    st.lists(st.sampled_from(("cs.IR", "cs.CV", "math.CO", "hep-th")), max_size=2, unique=True).map(tuple),
    st.lists(st.sampled_from(("arxiv", "hf")), min_size=1, max_size=2, unique=True).map(tuple),
    st.lists(st.sampled_from((CODE, MODEL)), max_size=2, unique=True).map(tuple),
    st.none() | st.dates(date(2023, 1, 1), date(2026, 1, 1)),
)
_asked = st.lists(
    st.sampled_from(
        [
            *(*_WORDS, '"salt maps"', '"moss the tide"', '-"fold paper"', "-moss", "author:quill", "cat:cs"),
            *(
                'author:"bo quill"',
                'author:"Oak, Bo"',
                '-author:"salt bo"',
                "title:salt",
                '-title:"the moss"',
                "-cat:cs",
            ),
            *(
                "cat:hep-th",
                "source:hf",
                "-has:code",
                "-date:2024",
                "has:code",
                "has:model",
                "date:2024..",
                "date:..2024-06",
            ),
        ]
    ),
    min_size=1,
    max_size=5,
).map(" ".join)


@given(st.lists(_papers, max_size=12), st.lists(_asked, min_size=1, max_size=6))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_index_agrees_with_the_oracle(
    sqlite: Database, clock: FixedClock, parts: list[dict[str, object]], questions: list[str]
) -> None:
    log = Log([paper(number, **part) for number, part in enumerate(parts, 1)])
    with TemporaryDirectory() as directory:
        index = opened(Path(directory), log, sqlite, clock)
        index.catch_up()
        oracle = MemoryEngine(log.papers, BagEncoder())
        for question in questions:
            query = parse(question)
            vector = BagEncoder().encode_queries([query.plain])[0]
            ours, truth = index.engine().by_words(query, 50), oracle.by_words(query, 50)
            assert dict(zip(ours.ids.tolist(), ours.scores.tolist(), strict=True)) == pytest.approx(
                dict(zip(truth.ids.tolist(), truth.scores.tolist(), strict=True)), rel=1e-4
            )
            for method in ("fused", "rrf", "dense"):
                _same(rank_of(index.engine(), query, vector, method), rank_of(oracle, query, vector, method))
            ours, truth = index.engine().by_date(query), oracle.by_date(query)
            assert ours.ids.tolist() == truth.ids.tolist()
            assert index.engine().facets(ours.ids) == oracle.facets(truth.ids)
            _same_beginnings(index.engine(), oracle, query.plain)
        assert index.engine().newest == oracle.newest
        assert index.engine().spelt("") == oracle.spelt("")
        assert [index.engine().held(word) for word in _WORDS] == [oracle.held(word) for word in _WORDS]
        ids = np.array([7, 3, 99, 3, *range(len(parts))], np.int64)
        ours, truth = index.engine().of_words(_STEMS, ids), oracle.of_words(_STEMS, ids)
        assert ours.tolist() == pytest.approx(truth.tolist(), rel=1e-4)
        assert index.engine().frequencies([*_STEMS]).tolist() == oracle.frequencies([*_STEMS]).tolist()


def _same_beginnings(ours: Engine, oracle: Engine, text: str) -> None:
    for begun in (text, text[:-1], text + " "):
        found, truth = ours.by_beginning(begun, 50), oracle.by_beginning(begun, 50)
        assert dict(zip(found.ids.tolist(), found.scores.tolist(), strict=True)) == pytest.approx(
            dict(zip(truth.ids.tolist(), truth.scores.tolist(), strict=True)), rel=1e-4
        )


def rank_of(engine: object, query: Query, vector: "np.ndarray", method: Method) -> dict[int, float]:  # type: ignore[type-arg]
    ranking = rank(engine, query, vector, method)  # type: ignore[arg-type]
    return dict(zip(ranking.ids.tolist(), ranking.scores.tolist(), strict=True))


def _same(ours: dict[int, float], truth: dict[int, float]) -> None:
    assert set(ours) == set(truth)
    assert ours == pytest.approx(truth, abs=0.03)


def test_a_paper_that_changes_or_departs_is_found_as_it_is_now(
    tmp_path: Path, sqlite: Database, clock: FixedClock
) -> None:
    log = Log(SHELF)
    index = opened(tmp_path, log, sqlite, clock)
    index.catch_up()
    log.put(replace(SHELF[0], title="Clockwork birds", abstract="They sing.", categories=("cs.SD",)))
    log.drop(2)
    assert index.catch_up() == 1
    engine = index.engine()
    held: list[Paper] = log.papers
    oracle = MemoryEngine(held, BagEncoder())
    for text in ("salt", "birds", "moss cat:cs", "cat:cs.SD", "-moss"):
        query = parse(text)
        vector = BagEncoder().encode_queries([query.plain])[0]
        for method in ("bm25", "dense"):
            assert set(rank_of(engine, query, vector, method)) == set(rank_of(oracle, query, vector, method))
        assert engine.by_date(query).ids.tolist() == oracle.by_date(query).ids.tolist()
    assert len(engine) == 3
    assert engine.vector(2) is None
    assert engine.newest == 4
    log.drop(4)
    index.catch_up()
    assert index.engine().newest == 3
    assert engine.by_title("Salt maps").tolist() == []


def test_a_text_becomes_a_vector_that_the_engine_takes(make: Make) -> None:
    engine = make(SHELF)
    near = engine.by_meaning(Query(), engine.query_vector("Moss Moss grows."), 4)
    assert near.ids[0] == 3
    assert not engine.query_vector("").any()


def test_the_newest_paper_is_the_one_with_the_highest_id(make: Make) -> None:
    assert make(SHELF).newest == 4


def test_a_word_is_held_in_any_form_and_as_a_name(make: Make) -> None:
    engine = make(SHELF)
    counts = {word: engine.held(word) for word in ("maps", "Map", "folding", "moss", "quince", "fold-maps", "sault")}
    assert counts == {"maps": 2, "Map": 2, "folding": 1, "moss": 2, "quince": 1, "fold-maps": 1, "sault": 0}
    assert engine.held("the") == engine.held("?") == -1


def test_the_words_of_titles_are_listed_as_they_are_spelt(make: Make) -> None:
    engine = make([*SHELF, paper(5, title="Salt and Sält, salt")])
    assert engine.spelt("s") == [("salt", 2)]
    assert engine.spelt("t") == [("tables", 1), ("tide", 1), ("to", 1)]
    assert engine.spelt("t", 2) == [("tables", 1), ("tide", 1)]
    assert engine.spelt("grows") == []
    assert len(engine.spelt("")) == 10


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("sal", [1, 5]),
        ("Salt ma", [1]),
        ("maps sa", [1]),
        ("salt", [1, 5]),
        ("salt ", [1, 5]),
        ("sal ", []),
        ("to b", [4]),
        ("grow", []),
        ("salt xyz", []),
        ("", []),
        (" ?", []),
    ],
)
def test_a_beginning_finds_the_titles_that_it_may_become(make: Make, text: str, ids: list[int]) -> None:
    engine = make([*SHELF, paper(5, title="Salt, and so much more of it than anyone asked for")])
    found = engine.by_beginning(text, 10)
    assert found.ids.tolist() == ids  # of two titles with the same words the shorter one is first
    assert (found.scores > 0).all()
    assert engine.by_beginning(text, 1).ids.tolist() == ids[:1]

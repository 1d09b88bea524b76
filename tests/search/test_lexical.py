"""The text half alone, where Tantivy's own ways show: its files, its phrases, its weights."""

from pathlib import Path

import pytest

from broadsheet.search.lexical import MOST_TERMS, TextReader, TextWriter, fault, prefixes
from broadsheet.search.manifest import State
from broadsheet.search.query import Filters, Query, parse, words_only
from tests.invented import paper
from tests.search.collection import put_instead


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Hold three papers in rows 0 to 2."""
    writer = TextWriter(tmp_path, fresh=True)
    writer.put(0, paper(1, title="The art of moss", abstract="Glass looms weave at night.", categories=("cs.IR",)))
    writer.put(1, paper(2, title="Moss", abstract="An art. Looms of glass are rare.", categories=("cs",)))
    writer.put(2, paper(3, title="Salt", abstract="The art of looms", categories=("csx.IR", "math.CO")))
    writer.commit(State(commit=1, change=3, rows=3, files={}))
    writer.close()
    return tmp_path


def rows(directory: Path, query: Query) -> list[int]:
    found, _ = TextReader(directory).search(query, 10)
    return sorted(found.tolist())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"art of moss"', [0]),
        ('"art moss"', []),  # the stop word between them keeps its place
        ('"moss glass"', []),  # no phrase reaches from the title into the abstract
        ('"glass looms"', [0]),
        ("looms -night", [1, 2]),
        ("looms -the", [0, 1, 2]),  # nothing can be excluded by a stop word
        ("looms cat:CS", [0, 1]),
        ("looms cat:cs.ir", [0]),
        ("looms cat:math", [2]),
        ('"the of" looms', [0, 1, 2]),
    ],
)
def test_what_holds_the_words_and_meets_the_conditions(directory: Path, text: str, expected: list[int]) -> None:
    assert rows(directory, parse(text)) == expected


@pytest.mark.parametrize(
    "text", ["title:moss", "row:0", "moss^9 AND NOT art", "[a TO z]", "m?ss*", "/.*/", "kind:state"]
)
def test_the_syntax_of_tantivy_means_nothing(directory: Path, text: str) -> None:
    said = text.lower()
    holding = {"moss": {0, 1}, "art": {0, 1, 2}}
    assert set(rows(directory, words_only(text))) == set().union(
        *(own for word, own in holding.items() if word in said)
    )


def test_the_document_that_keeps_the_state_is_never_found(directory: Path) -> None:
    reader = TextReader(directory)
    assert reader.state.change == 3
    assert sorted(reader.rows().tolist()) == [0, 1, 2]
    assert rows(directory, parse("-moss state commit change")) == []


def test_a_title_counts_for_more_than_an_abstract(directory: Path) -> None:
    found, scores = TextReader(directory).search(parse("moss"), 10)
    assert found.tolist() == [1, 0]  # the same word in the shorter title
    assert scores[0] > scores[1] > 0


def test_the_rarest_words_of_a_long_question_are_the_ones_asked(directory: Path) -> None:
    noise = " ".join(f"unheard{n}" for n in range(MOST_TERMS - 2))
    assert rows(directory, words_only(f"{noise} looms looms looms")) == [0, 1, 2]


def test_filters_of_any_length_are_only_filters(directory: Path) -> None:
    for value in ("x" * 70_000, "\ud800", "", "\x00"):
        query = Query(words=("looms",), given=Filters(categories=(value,)))
        assert rows(directory, query) == []


def test_each_wrong_bit_is_told(directory: Path) -> None:
    assert fault(directory) is None
    endings = {path.suffix for path in directory.iterdir()}
    assert {".idx", ".term", ".pos", ".fast", ".fieldnorm", ".store"} <= endings
    for path in sorted(directory.glob("*.*")):
        if path.name.startswith("."):
            continue
        kept = path.read_bytes()
        put_instead(path, bytes([kept[0] ^ 1]) + kept[1:])
        assert path.name in (fault(directory) or "")
        put_instead(path, kept)
    assert fault(directory) is None


def test_what_tantivy_says_of_a_broken_file_is_cut(directory: Path) -> None:
    meta = directory / "meta.json"
    meta.write_text(meta.read_text().replace('"stored"', '"st0red"', 1))
    with pytest.raises(OSError, match="cannot be opened") as raised:
        TextReader(directory)
    assert len(str(raised.value)) < 250
    with pytest.raises(OSError, match="cannot be written"):
        TextWriter(directory)


def test_a_second_writer_is_refused(directory: Path) -> None:
    writer = TextWriter(directory)
    with pytest.raises(OSError, match="cannot be written"):
        TextWriter(directory)
    writer.close()


def test_a_category_lies_within_those_its_dots_name() -> None:
    assert prefixes("cs.IR") == ("cs", "cs.IR")
    assert prefixes("astro-ph") == ("astro-ph",)

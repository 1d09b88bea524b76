import json
import lzma
import math
import sys
from pathlib import Path

import pytest

from broadsheet.errors import Invalid, Unavailable
from broadsheet.search.evaluate import evaluate
from tests.search.collection import BagEncoder

DOCUMENTS = {
    "d1": ("Salt maps", "How to fold maps of salt."),
    "d2": ("Tide tables", "Tides are counted."),
    "d3": ("Tide tables", "Tides are counted."),  # the same work twice stays two documents
    "d4": ("Moss", "It grows slowly."),
}


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    directory = tmp_path / "pond"
    directory.mkdir()
    with lzma.open(directory / "corpus.jsonl.xz", "wt") as out:
        for key, (title, text) in DOCUMENTS.items():
            out.write(json.dumps({"id": key, "title": title, "text": text}) + "\n")
    queries = {"q1": "salt maps", "q2": "tide tables -moss", "q3": "unjudged"}
    lines = [json.dumps({"id": key, "text": text}) for key, text in queries.items()]
    (directory / "queries.jsonl").write_text("\n".join(lines))
    (directory / "qrels.tsv").write_text("q1\td1\t1\nq2\td2\t1\nq2\td3\t1\nq2\td4\t2\n")
    return directory


def test_figures_are_those_of_the_rankings(judged: Path) -> None:
    rows = evaluate(judged, BagEncoder())
    assert [row["method"] for row in rows] == ["fused", "rrf", "bm25", "dense"]
    for row in rows:
        assert (row["set"], row["encoder"], row["queries"]) == ("pond", "bag", 2)
        assert row["recall@100"] == pytest.approx(1)
    (text,) = [row for row in rows if row["method"] == "bm25"]
    # q2 is words alone ("-moss" too): the two on tides and, third or first, the one on moss.
    gains = [1, 1, 2]
    ideal = sum(gain / math.log2(place + 2) for place, gain in enumerate(sorted(gains, reverse=True)))
    worst = sum(gain / math.log2(place + 2) for place, gain in enumerate(gains))
    assert (1 + worst / ideal) / 2 - 1e-6 <= text["nDCG@10"] <= 1


def test_the_rankings_can_be_written_in_trec_form(judged: Path, tmp_path: Path) -> None:
    evaluate(judged, BagEncoder(), methods=("bm25",), run_out=tmp_path / "run")
    first = (tmp_path / "run").read_text().splitlines()[0].split()
    assert first[:4] == ["q1", "Q0", "d1", "1"]
    assert first[5] == "pond-bag-bm25"


@pytest.mark.parametrize("name", ["corpus.jsonl.xz", "queries.jsonl", "qrels.tsv"])
def test_a_missing_file_is_named(judged: Path, name: str) -> None:
    (judged / name).unlink()
    with pytest.raises(Invalid, match=name.removesuffix(".xz")):
        evaluate(judged, BagEncoder())


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("queries.jsonl", "{"),
        ("queries.jsonl", '{"id": 1}'),
        ("queries.jsonl", '["id", "text"]'),
        ("qrels.tsv", "q1 d1 1"),
    ],
)
def test_a_bad_line_is_named_with_its_number(judged: Path, name: str, line: str) -> None:
    with (judged / name).open("a") as out:
        out.write("\n" + line if name == "queries.jsonl" else line)
    with pytest.raises(Invalid, match=rf"{name}, line \d"):
        evaluate(judged, BagEncoder())


def test_a_set_without_judged_queries_is_refused(judged: Path) -> None:
    (judged / "qrels.tsv").write_text("other\td1\t1\n")
    with pytest.raises(Invalid, match="judges none"):
        evaluate(judged, BagEncoder())


def test_what_a_set_brings_compressed_is_read_first_and_plain_files_serve(judged: Path) -> None:
    packed = evaluate(judged, BagEncoder(), methods=("bm25",))
    plain = lzma.decompress((judged / "corpus.jsonl.xz").read_bytes())
    (judged / "corpus.jsonl").write_text("{")
    assert evaluate(judged, BagEncoder(), methods=("bm25",)) == packed
    (judged / "corpus.jsonl.xz").unlink()
    (judged / "corpus.jsonl").write_bytes(plain)
    assert evaluate(judged, BagEncoder(), methods=("bm25",)) == packed


def test_a_run_holds_judged_queries_alone_each_ranked_without_ties_and_is_appended(
    judged: Path, tmp_path: Path
) -> None:
    for method in ("bm25", "dense"):
        evaluate(judged, BagEncoder(), methods=(method,), run_out=tmp_path / "run")
    lines = [line.split() for line in (tmp_path / "run").read_text().splitlines()]
    assert {line[5] for line in lines} == {"pond-bag-bm25", "pond-bag-dense"}
    assert {line[0] for line in lines} == {"q1", "q2"}
    for key in {(line[0], line[5]) for line in lines}:
        own = [line for line in lines if (line[0], line[5]) == key]
        assert [int(line[3]) for line in own] == list(range(1, len(own) + 1))
        scores = [float(line[4]) for line in own]
        assert scores == sorted(set(scores), reverse=True)
    tides = [line[2] for line in lines if line[0] == "q2" and line[5] == "pond-bag-bm25"]
    assert {"d2", "d3", "d4"} == set(tides)  # alike as they are, neither stands for the other
    assert tides.index("d3") == tides.index("d2") + 1


def test_without_the_extra_it_says_what_to_install(judged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ir_measures", None)
    with pytest.raises(Unavailable, match=r"broadsheet\[evaluate\]"):
        evaluate(judged, BagEncoder(), methods=("bm25",))


def test_a_bad_line_of_a_compressed_corpus_is_named_too(judged: Path) -> None:
    with lzma.open(judged / "corpus.jsonl.xz", "at") as out:
        out.write('{"id": "d5", "title": "Kelp"}\n')
    with pytest.raises(Invalid, match=r"corpus.jsonl.xz, line 5: it needs id, title, text"):
        evaluate(judged, BagEncoder())

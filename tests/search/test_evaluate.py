import json
import lzma
import math
import sys
from pathlib import Path

import pytest

from broadsheet.errors import Invalid, Unavailable
from broadsheet.search.evaluate import ALL, compared, evaluate, measured, read_run
from broadsheet.search.judged import read_set
from broadsheet.search.weights import KnownWeights
from tests.search.collection import BagEncoder, fit

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
    rows = [one.row for one in evaluate(judged, BagEncoder())]
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


def test_a_compressed_corpus_that_is_cut_off_is_told(judged: Path) -> None:
    path = judged / "corpus.jsonl.xz"
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(Invalid, match=r"corpus.jsonl.xz, line \d: the compressed file is damaged or cut off"):
        evaluate(judged, BagEncoder())


def test_fused_is_by_ranks_until_weights_are_known(judged: Path) -> None:
    own = KnownWeights([fit("bag1", share=0.4)])
    unknown, ranks, fused = (
        evaluate(judged, BagEncoder(), [method], weights=weights)[0].run
        for method, weights in (("fused", None), ("rrf", None), ("fused", own))
    )
    assert unknown == ranks
    assert {name: list(found) for name, found in fused.items()}.keys() == ranks.keys()


def test_every_query_has_its_figures_and_their_mean_is_the_rows(judged: Path) -> None:
    for one in evaluate(judged, BagEncoder(), ALL):
        lines = list(one.per_query())
        assert [line["query"] for line in lines] == ["q1", "q2"]
        assert all(line["method"] == one.row["method"] for line in lines)
        for name in ("nDCG@10", "recall@100"):
            assert sum(line[name] for line in lines) / 2 == pytest.approx(one.row[name])


def test_a_query_without_an_answer_counts_nothing(judged: Path) -> None:
    means, queries = measured(read_set(judged), {"q1": {"d1": 1.0}})
    assert queries["q2"] == {"nDCG@10": 0.0, "recall@100": 0.0}
    assert means["nDCG@10"] == pytest.approx(0.5)


def test_two_runs_are_compared_by_every_measure(judged: Path) -> None:
    found = compared(read_set(judged), ("good", {"q1": {"d1": 1.0}, "q2": {"d4": 1.0}}), ("none", {"q1": {"d4": 1.0}}))
    assert [row["measure"] for row in found] == ["nDCG@10", "recall@100"]
    for row in found:
        assert (row["set"], row["a"], row["b"], row["queries"]) == ("pond", "good", "none", 2)
        assert row["mean b"] == 0
        assert row["difference"] == pytest.approx(-row["mean a"])
        assert row["low"] <= row["difference"] <= row["high"] <= 0
        assert 0 < row["p"] <= 1


def test_a_written_run_is_read_again(judged: Path, tmp_path: Path) -> None:
    (bm25,) = evaluate(judged, BagEncoder(), methods=("bm25",), run_out=tmp_path / "run")
    assert read_run(str(tmp_path / "run")) == bm25.run
    (dense,) = evaluate(judged, BagEncoder(), methods=("dense",), run_out=tmp_path / "run")
    assert read_run(f"{tmp_path / 'run'}:pond-bag-dense") == dense.run


@pytest.mark.parametrize(
    ("text", "given", "told"),
    [
        ("q1 Q0 d1 1 0.5 a\nq1 Q0 d1 1 0.5 b\n", "run", "holds these runs: a, b"),
        ("q1 Q0 d1 1 0.5 a\n", "run:b", "holds these runs: a"),
        ("", "run", "holds these runs: none"),
        ("q1 Q0 d1 1 0.5\n", "run", "run, line 1: it needs query, Q0"),
        ("q1 Q0 d1 1 0.5 a\nq1 Q0 d1 1 high a\n", "run", "run, line 2: high is no score"),
        ("q1 Q0 d1 1 0.5 a\n", "other", "cannot be read: No such file"),
    ],
)
def test_a_bad_run_is_told(tmp_path: Path, text: str, given: str, told: str) -> None:
    (tmp_path / "run").write_text(text)
    with pytest.raises(Invalid, match=told):
        read_run(str(tmp_path / given))

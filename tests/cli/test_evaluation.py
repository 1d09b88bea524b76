import json
import lzma
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.invented import record

PAPERS = 14


@pytest.fixture
def tides(tmp_path: Path) -> Path:
    """A set in which every query is the title of the one paper that answers it, and one query is not judged."""
    directory = tmp_path / "tides"
    directory.mkdir()
    papers = [record(n) for n in range(PAPERS)]
    with lzma.open(directory / "corpus.jsonl.xz", "wt", encoding="utf-8") as out:
        for n, paper in enumerate(papers):
            out.write(json.dumps({"id": f"d{n}", "title": paper.title, "text": paper.abstract}) + "\n")
    queries = [{"id": f"q{n}", "text": papers[n].title} for n in range(3)] + [{"id": "q9", "text": "unjudged"}]
    (directory / "queries.jsonl").write_text("".join(json.dumps(query) + "\n" for query in queries))
    (directory / "qrels.tsv").write_text("".join(f"q{n}\td{n}\t1\n" for n in range(3)))
    return directory


def test_every_method_is_measured_on_the_judged_queries(call: Call, tides: Path) -> None:
    status, out, err = call("evaluate", str(tides), "--json")
    assert (status, err) == (0, "")
    rows = json.loads(out)
    assert {row["method"] for row in rows} == {"fused", "rrf", "bm25", "dense"}
    for row in rows:
        assert list(row) == ["set", "encoder", "method", "queries", "nDCG@10", "recall@100"]
        assert (row["set"], row["queries"]) == ("tides", 3)
        assert row["recall@100"] == 1.0
        assert 0.5 < row["nDCG@10"] <= 1.0
    assert next(row["nDCG@10"] for row in rows if row["method"] == "fused") == pytest.approx(1.0)


def test_rows_carry_the_name_of_the_encoder_that_was_asked_for(call: Call, tides: Path) -> None:
    status, out, err = call("evaluate", str(tides), "--json", "--encoder", "onnx")
    assert (status, err) == (0, "")
    rows = json.loads(out)
    assert {row["encoder"] for row in rows} == {"minilm-papers-1"}
    assert next(row["nDCG@10"] for row in rows if row["method"] == "dense") > 0.9


def test_a_server_without_a_model_to_ask_for_is_told(call: Call, tides: Path) -> None:
    status, out, err = call("evaluate", str(tides), "--encoder", "http://127.0.0.1:9/v1")
    assert (status, out) == (1, "")
    assert "set BROADSHEET_ENCODER_MODEL" in err


def test_the_table_has_one_row_a_set_and_method(call: Call, tides: Path) -> None:
    status, out, _ = call("evaluate", str(tides), str(tides))
    head, *rows = out.splitlines()
    assert status == 0
    assert head.split() == ["set", "encoder", "method", "queries", "nDCG@10", "recall@100"]
    assert len(rows) == 8
    assert {len(row) for row in rows} == {len(head)}


def test_rankings_are_written_in_trec_form(call: Call, tides: Path, tmp_path: Path) -> None:
    path = tmp_path / "run.txt"
    assert call("evaluate", str(tides), "--run-out", str(path))[0] == 0
    lines = [line.split() for line in path.read_text().splitlines()]
    assert {len(line) for line in lines} == {6}
    assert {line[0] for line in lines} == {"q0", "q1", "q2"}
    fused = [line for line in lines if line[5].startswith("tides-") and line[5].endswith("-fused") and line[0] == "q1"]
    assert fused[0][:4] == ["q1", "Q0", "d1", "1"]
    assert [int(line[3]) for line in fused] == list(range(1, len(fused) + 1))
    scores = [float(line[4]) for line in fused]
    assert scores == sorted(scores, reverse=True)


def test_no_instance_is_made(first_call: Call, tides: Path, tmp_path: Path) -> None:
    first_call("evaluate", str(tides))
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("queries.jsonl", '{"id": "q0", "text": "moss"}\n{"id": "q1"}\n', "queries.jsonl, line 2: it needs id, text."),
        ("queries.jsonl", "{not json\n", "queries.jsonl, line 1"),
        ("qrels.tsv", "q0\td0\t1\nq1 d1 1\n", "qrels.tsv, line 2: it needs query, document and grade"),
        ("qrels.tsv", "elsewhere\td0\t1\n", "judges none of its queries"),
    ],
)
def test_a_bad_line_is_named(call: Call, tides: Path, name: str, text: str, told: str) -> None:
    (tides / name).write_text(text)
    status, out, err = call("evaluate", str(tides))
    assert (status, out) == (1, "")
    assert told in err


@pytest.mark.parametrize("name", ["corpus.jsonl.xz", "queries.jsonl", "qrels.tsv"])
def test_a_missing_file_is_named(call: Call, tides: Path, name: str) -> None:
    (tides / name).unlink()
    status, _, err = call("evaluate", str(tides))
    assert status == 1
    assert f"holds no {name.removesuffix('.xz')}" in err


def test_a_path_that_cannot_be_written_is_told_before_the_work(call: Call, tides: Path, tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "run.txt"
    status, out, err = call("evaluate", str(tides), "--run-out", str(path))
    assert (status, out) == (1, "")
    assert err == f"{path} cannot be written: No such file or directory.\n"


def test_refined_search_is_measured_when_asked_for(call: Call, tides: Path) -> None:
    rows = json.loads(call("evaluate", str(tides), "--refine", "--json")[1])
    assert [row["method"] for row in rows] == ["fused", "rrf", "bm25", "dense", "refined"]


def test_each_querys_figures_are_written(call: Call, tides: Path, tmp_path: Path) -> None:
    path = tmp_path / "queries.jsonl"
    path.write_text("of an earlier run\n")
    assert call("evaluate", str(tides), "--per-query", str(path))[0] == 0
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(lines) == 4 * 3
    assert list(lines[0]) == ["set", "encoder", "method", "query", "nDCG@10", "recall@100"]


def test_two_methods_are_tested_against_each_other(call: Call, tides: Path) -> None:
    status, out, _ = call("evaluate", str(tides), "--compare", "bm25", "fused", "--json")
    rows = json.loads(out)
    assert status == 0
    assert [(row["a"], row["b"], row["measure"]) for row in rows] == [
        ("bm25", "fused", "nDCG@10"),
        ("bm25", "fused", "recall@100"),
    ]
    assert rows[0]["low"] <= rows[0]["difference"] <= rows[0]["high"]
    said = call("evaluate", str(tides), "--compare", "bm25", "fused")[1]
    assert "p = " in said
    assert "95 %" in said


def test_a_run_of_elsewhere_is_tested_against_a_method(call: Call, tides: Path, tmp_path: Path) -> None:
    path = tmp_path / "theirs"
    path.write_text("".join(f"q{n} Q0 d{n + 5} 1 2.5 theirs\n" for n in range(3)))
    rows = json.loads(call("evaluate", str(tides), "--compare", str(path), "bm25", "--json")[1])
    assert rows[0]["mean a"] == 0
    assert rows[0]["difference"] == rows[0]["mean b"] > 0.5
    status, _, err = call("evaluate", str(tides), "--compare", str(tmp_path / "none"), "bm25")
    assert (status, "cannot be read" in err) == (1, True)
    assert call("evaluate", str(tides), str(tides), "--compare", str(path), "bm25")[0] == 2


@pytest.fixture
def wide(tides: Path) -> Path:
    queries = [{"id": f"q{n}", "text": record(n).title} for n in range(6)]
    (tides / "queries.jsonl").write_text("".join(json.dumps(query) + "\n" for query in queries))
    (tides / "qrels.tsv").write_text("".join(f"q{n}\td{n}\t1\n" for n in range(6)))
    return tides


def test_fitted_weights_are_the_instances_from_then_on(call: Call, wide: Path, tmp_path: Path) -> None:
    before = call("evaluate", str(wide))[2]
    status, out, _ = call("evaluate", str(wide), "--fit", "--json")
    found = json.loads(out)
    assert (status, found["sets"], found["folds"]) == (0, {"tides": 6}, 5)
    assert set(found["figures"]) == {"bm25", "dense", "rrf", "fused"}
    after = call("evaluate", str(wide))[2]
    assert before != after
    assert "on tides (6)" in after


def test_weights_that_serve_no_better_are_said_to(call: Call, wide: Path) -> None:
    status, _, err = call("evaluate", str(wide), "--fit")  # words alone find every title
    assert status == 0
    assert "bm25" in err
    assert "did as well or better" in err


def test_weights_can_be_written_elsewhere(first_call: Call, wide: Path, tmp_path: Path) -> None:
    path = tmp_path / "weights.json"
    status, out, _ = first_call("evaluate", str(wide), "--fit", "--weights-out", str(path))
    assert status == 0
    assert str(path) in out
    assert json.loads(path.read_text())["fits"][0]["sets"] == {"tides": 6}
    assert not (tmp_path / "home").exists()


def test_too_few_queries_to_fit_on_are_told(call: Call, tides: Path) -> None:
    status, _, err = call("evaluate", str(tides), "--fit")
    assert (status, "at least 5 judged queries" in err) == (1, True)


@pytest.mark.parametrize(
    "given",
    [
        ["--fit", "--refine"],
        ["--fit", "--compare", "bm25", "rrf"],
        ["--compare", "bm25", "rrf", "--run-out", "run"],
        ["--weights-out", "weights.json"],
    ],
)
def test_what_does_not_go_together_is_refused(call: Call, tides: Path, given: list[str]) -> None:
    assert call("evaluate", str(tides), *given)[0] == 2


def test_damaged_weights_are_told(first_call: Call, tides: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "fusion.json").write_text("{")
    status, _, err = first_call("evaluate", str(tides))
    assert (status, "fusion.json cannot be read" in err) == (1, True)

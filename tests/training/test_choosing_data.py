import json
import lzma
from pathlib import Path

import numpy as np
import pytest

from training import corpus
from training.corpus import Paper, load_split, sentences, split_of
from training.teacher import claim_cache, texts_of
from training.vocabulary import choose_pairs, choose_words, count_words

LONG = "We study invented matters at length. " * 8


def write(path: Path, records: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with lzma.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(record) + "\n" for record in records)


def paper(number: int, **changes: str) -> dict[str, str]:
    return {"id": f"arxiv:2601.{number:05d}", "title": f"Title {number}", "abstract": LONG} | changes


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(corpus, "DEV_PAPERS", 1)
    corpora = tmp_path / "corpora"
    write(
        corpora / corpus.ARXIV[0],
        [paper(n) for n in range(12)] + [paper(90, abstract="Too short."), paper(91, title="")],
    )
    write(corpora / corpus.ARXIV[1], [paper(n) for n in range(10, 20)])
    write(corpora / corpus.COMMUNITY, [paper(3), paper(70)])
    write(tmp_path / corpus.CLASSIFICATION / "test.jsonl.xz", [paper(5)])
    return tmp_path


def test_every_paper_is_in_one_part_only_and_held_out_ones_in_none(data: Path) -> None:
    split = load_split(data)
    train, dev = ({paper.id for paper in part} for part in (split.train, split.dev))
    assert len(dev) == 1
    assert not train & dev
    assert train | dev == {paper(n)["id"] for n in range(20) if n not in (3, 5)}
    assert [paper.id for paper in split.community] == ["arxiv:2601.00003", "arxiv:2601.00070"]


def test_the_split_depends_on_the_seed_alone(data: Path) -> None:
    assert load_split(data, 1) == load_split(data, 1)
    assert load_split(data, 1).dev != load_split(data, 2).dev


def test_papers_of_another_field_are_read_packed_or_plain_and_a_tenth_is_held_out(tmp_path: Path) -> None:
    write(tmp_path / "packed.jsonl.xz", [paper(n) for n in range(15)])
    plain = [json.dumps(paper(n)) + "\n" for n in range(10, 40)]
    (tmp_path / "plain.jsonl").write_text("".join(plain), encoding="utf-8")
    split = split_of([tmp_path / "packed.jsonl.xz", tmp_path / "plain.jsonl"])
    assert (len(split.train), len(split.dev), split.community) == (36, 4, [])
    assert {one.id for one in split.train + split.dev} == {paper(n)["id"] for n in range(40)}


def test_too_few_papers_are_refused_with_a_reason(tmp_path: Path) -> None:
    write(tmp_path / "few.jsonl.xz", [paper(n) for n in range(9)])
    with pytest.raises(SystemExit, match="9 papers with a title and an abstract are too few"):
        split_of([tmp_path / "few.jsonl.xz"])


def test_sentences_are_cut_at_their_ends_and_scraps_are_dropped() -> None:
    text = "A first sentence of some length stands here. No. The second one\nis broken over two lines, e.g. so."
    assert sentences(text) == [
        "A first sentence of some length stands here.",
        "The second one is broken over two lines, e.g. so.",
    ]


def test_the_teacher_reads_three_texts_and_always_the_same_sentence() -> None:
    one = Paper(
        "arxiv:1", "A title", "First comes this long sentence about cells. Then comes this one about stars in space."
    )
    whole, title, sentence = texts_of(one, 1)
    assert whole == f"A title. {one.abstract}"
    assert title == "A title"
    assert sentence in sentences(one.abstract)
    assert texts_of(one, 1) == texts_of(one, 1)
    assert len({texts_of(one, seed)[2] for seed in range(20)}) == 2
    assert texts_of(Paper("arxiv:2", "T", "short"), 1)[2] == "short"


def test_a_cache_of_other_papers_is_refused(tmp_path: Path) -> None:
    first, second = Paper("arxiv:1", "T", "a"), Paper("arxiv:2", "T", "a")
    claim_cache(tmp_path / "new", [first, second])
    claim_cache(tmp_path / "new", [first, second])
    with pytest.raises(SystemExit, match="holds the teacher's vectors of other papers; name another folder"):
        claim_cache(tmp_path / "new", [second, first])


def invented() -> list[Paper]:
    common = [Paper(f"arxiv:{n}", "Neural networks", "Neural networks see dogs and the cats.") for n in range(6)]
    rare = [Paper("arxiv:9", "Quasars", "A quasar shines; neural dogs.")]
    return common + rare


def test_words_are_counted_once_a_paper_and_function_words_get_no_row() -> None:
    counts = count_words(invented())
    assert counts["neural"] == 7
    assert counts["quasars"] == 1
    words = choose_words(counts, known_to_teacher=["quasar", "unseen", "##ing"], least=3)
    assert words == ["cats", "dogs", "networks", "neural", "quasar", "see"]


def test_pairs_are_those_that_stand_together_more_often_than_by_chance() -> None:
    words = ["cats", "dogs", "networks", "neural", "see"]
    pairs = choose_pairs(invented(), words, rows=1, least=2)
    assert pairs.dtype == np.int32
    assert [(words[a], words[b]) for a, b in pairs] == [("neural", "networks")]
    everything = choose_pairs(invented(), words, rows=50, least=2)
    assert [(words[a], words[b]) for a, b in everything] == [
        ("networks", "see"),
        ("neural", "networks"),
        ("see", "dogs"),
    ]
    assert len(choose_pairs(invented(), words, rows=50, least=50)) == 0

import json
import lzma
from pathlib import Path

import numpy as np
import pytest

from broadsheet.encoders.terms import Terms
from broadsheet.encoders.weights_file import StaticTable
from training.corpus import ARXIV, COMMUNITY, Paper, Split
from training.sets import FOREIGN_COVERAGE, at_home, foreign, of_field, smaller, without_numbers, workshop_topic

ABSTRACT = "Tides are counted here at length. " * 8


def split(count: int = 6) -> Split:
    papers = [Paper(f"arxiv:1001.{n:04}", f"Counting tides {n}", f"{ABSTRACT}Pond {n} is still.") for n in range(count)]
    return Split(train=papers[4:], dev=papers[:4], community=papers[:2])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    corpora = tmp_path / "corpora"
    corpora.mkdir()

    def write(name: str, lines: list[dict[str, object]]) -> None:
        with lzma.open(corpora / name, "wt") as out:
            out.writelines(json.dumps(line) + "\n" for line in lines)

    citing = ABSTRACT + "We build upon the patient counting of tides in arXiv:1001.0001 and go further by far."
    write(
        ARXIV[0],
        [
            {"id": "arxiv:1001.0001", "title": "Tides", "abstract": ABSTRACT},
            {"id": "arxiv:1001.0002", "title": "More tides", "abstract": citing},
        ],
    )
    write(ARXIV[1], [])
    write(COMMUNITY, [])
    venue = "Proceedings of the Fourth Workshop on Salt Maps (2024)"
    acl = [
        {"id": f"acl:2024.salt-1.{n}", "title": f"Salt {n}", "abstract": ABSTRACT, "venue": venue} for n in range(40)
    ]
    write("acl-anthology-2016-2025.jsonl.xz", acl)
    return tmp_path


def test_known_papers_topics_and_citations_are_asked_for(data: Path) -> None:
    sets = {one.name: one for one in at_home(data, split())}
    assert list(sets) == ["title", "sentence", "community", "workshop", "example", "citing"]
    assert sets["workshop"].queries == {"0": "Salt Maps"}
    assert len(sets["workshop"].judged["0"]) == 40
    (sentence,) = sets["citing"].queries.values()
    assert sentence == "We build upon the patient counting of tides in and go further by far."
    (cited,) = sets["citing"].judged["0"]
    assert sets["citing"].document(int(cited) + 1) == cited
    assert sets["citing"].documents[int(cited)]["title"] == "Tides"


def test_what_is_asked_is_not_in_its_own_answer(data: Path) -> None:
    sets = {one.name: one for one in at_home(data, split())}
    for key, (document,) in sets["title"].judged.items():
        assert sets["title"].queries[key] not in sets["title"].documents[int(document)]["title"]
    for key, query in sets["sentence"].queries.items():
        assert query not in sets["sentence"].documents[int(key)]["text"]
    asked = set(sets["example"].queries.values())
    assert asked
    assert not asked & {document["title"] for document in sets["example"].documents}


@pytest.mark.parametrize(
    ("venue", "topic"),
    [
        ("Proceedings of the 7th Workshop on Argument Mining", "Argument Mining"),
        ("Proceedings of the Workshop on Figurative Language (FigLang 2024)", "Figurative Language"),
        ("Proceedings of the Third Workshop on Scholarly Documents at COLING 2022", "Scholarly Documents"),
        ("Proceedings of the 58th Annual Meeting of the Association for Computational Linguistics", ""),
        ("Proceedings of the Workshop on Moss", ""),
    ],
)
def test_a_workshops_topic_is_read_from_its_name(venue: str, topic: str) -> None:
    assert workshop_topic(venue) == topic


def test_numbers_go_with_the_brackets_around_them() -> None:
    assert without_numbers("As shown (see arXiv:1001.0001v2) in hep-th/9901001 (and well) it holds.") == (
        "As shown in (and well) it holds."
    )


def test_a_foreign_encoder_lacks_the_words_typical_of_the_field() -> None:
    fields = {f"arxiv:{n}": "q-bio" if n < 10 else "cs" for n in range(40)}
    papers = [
        Paper(key, "neuron" if field == "q-bio" else "compiler", "common words stay known everywhere")
        for key, field in fields.items()
    ]
    words = ["common", "compiler", "everywhere", "known", "neuron", "stay", "words"]
    terms = Terms(words, np.array([[0, 6], [4, 5]], np.int32), spare=8)
    table = StaticTable(
        "t", terms, np.ones(len(terms), np.float32), np.arange(len(terms) * 8).reshape(-1, 8).astype(np.int8)
    )
    encoder = foreign(table, "q-bio", papers, fields)
    assert encoder.coverage("neuron") == 0
    assert encoder.coverage("common words stay known everywhere") == 1
    assert encoder.coverage("neuron common words stay known everywhere") <= FOREIGN_COVERAGE
    whole = encoder.encode_queries(["common words"])
    assert whole.any()


def test_a_fields_sets_hold_that_field_alone() -> None:
    fields = {f"arxiv:1001.{n:04}": "q-bio" if n % 2 else "cs" for n in range(6)}
    sentence, title = of_field("q-bio", split(), fields)
    assert len(sentence.queries) == len(title.queries) == 2
    assert len(sentence.documents) == len(title.documents) == 3


def test_a_smaller_set_keeps_every_answer_to_what_it_still_asks(data: Path) -> None:
    whole = {one.name: one for one in at_home(data, split())}["example"]
    less = smaller(whole, 12)
    held = {document["id"] for document in less.documents}
    assert len(held) <= 12 < len(whole.documents)
    assert all(set(less.judged[key]) <= held for key in less.queries)
    assert smaller(whole, 1_000).queries.keys() == whole.queries.keys() or len(whole.documents) < 1_000

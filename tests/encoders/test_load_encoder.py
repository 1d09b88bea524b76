"""The shipped weights: that they load, how large they are, and whether they know what belongs together."""

import time
from collections.abc import Sequence

import numpy as np
import pytest

from broadsheet.encoders import Encoder, load_encoder
from broadsheet.encoders.loader import WEIGHTS
from broadsheet.errors import Invalid

PAPERS = [
    (
        "Chained layers that share what they have computed",
        "Each layer of our convolutional network receives the outputs of all earlier layers by concatenation. Dense "
        "connections aggregate earlier features instead of computing them again, so that fewer parameters suffice for "
        "image classification.",
    ),
    (
        "Hot gas in twelve galaxy clusters",
        "We map the temperature of the intracluster medium in twelve galaxy clusters from X-ray images and compare "
        "their mass profiles with those from weak gravitational lensing.",
    ),
    (
        "Answers that name their passages",
        "We let a large language model retrieve passages of an encyclopedia before it writes, which lowers the share "
        "of false statements in answers to open-domain questions.",
    ),
    (
        "A bound for colourings of planar maps",
        "We prove an upper bound on the chromatic number of graphs drawn on a surface of fixed genus, and give a "
        "polynomial algorithm that finds such a colouring.",
    ),
    (
        "Cooling a membrane with light",
        "We cool the motion of a micromechanical membrane close to its quantum ground state by radiation pressure in a "
        "high-finesse optical cavity.",
    ),
    (
        "Robots that learn to grasp by watching",
        "A manipulation policy is learned from videos of people handling household objects and transferred to a robot "
        "arm by imitation, without a hand-written reward.",
    ),
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder("static")


def nearest(encoder: Encoder, query: str, papers: Sequence[tuple[str, str]] = PAPERS) -> int:
    return int(np.argmax(encoder.encode_papers(papers) @ encoder.encode_queries([query])[0]))


@pytest.mark.parametrize(
    ("query", "paper"),
    [
        ("feature reuse", 0),
        ("densely connected CNN", 0),
        ("dark matter halo mass measured by lensing", 1),
        ("retrieval-augmented generation", 2),
        ("reducing hallucination of LLMs", 2),
        ("graph theory", 3),
        ("optomechanics", 4),
        ("imitation learning for robotic manipulation", 5),
    ],
)
def test_a_query_finds_the_paper_that_is_about_it_in_other_words(encoder: Encoder, query: str, paper: int) -> None:
    assert nearest(encoder, query) == paper


def test_each_paper_is_nearest_to_its_own_title(encoder: Encoder) -> None:
    untitled = [("", abstract) for _, abstract in PAPERS]
    assert [nearest(encoder, title, untitled) for title, _ in PAPERS] == list(range(len(PAPERS)))


def test_vectors_have_length_one_and_signs_on_both_sides(encoder: Encoder) -> None:
    vectors = encoder.encode_papers(PAPERS)
    assert vectors.shape == (len(PAPERS), encoder.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
    assert 0.35 < float((vectors > 0).mean()) < 0.65


def test_encoding_again_and_loading_again_give_the_same_numbers(encoder: Encoder) -> None:
    again = load_encoder("static")
    assert (again.name, again.fingerprint) == (encoder.name, encoder.fingerprint)
    np.testing.assert_array_equal(again.encode_papers(PAPERS), encoder.encode_papers(PAPERS))
    np.testing.assert_array_equal(encoder.encode_papers(PAPERS[2:3])[0], encoder.encode_papers(PAPERS)[2])


def test_typography_accents_and_tex_do_not_change_a_query(encoder: Encoder) -> None:
    plain, accented, tex = encoder.encode_queries(
        ["Schrodinger operators", "SCHRÖDINGER—operators", r"Schr\"odinger {\bf operators}"]
    )
    np.testing.assert_array_equal(plain, accented)
    np.testing.assert_array_equal(plain, tex)


def test_words_it_never_saw_still_match_themselves(encoder: Encoder) -> None:
    papers = [("", "The qwyjibo protocol"), ("", "The xylqorn protocol")]
    assert nearest(encoder, "xylqorn", papers) == 1


@pytest.mark.parametrize(
    "text", ["a" * 100_000, "network " * 12_500, "\\" * 100_000, "深" * 100_000, "\x00" * 9, "🦉" * 999]
)
def test_hostile_abstracts_are_encoded_in_a_moment(encoder: Encoder, text: str) -> None:
    started = time.process_time()
    vectors = encoder.encode_papers([(text, text)])
    assert time.process_time() - started < 1
    assert np.isfinite(vectors).all()


def test_the_weights_are_small_and_ready_in_half_a_second() -> None:
    assert WEIGHTS.stat().st_size <= 25_000_000
    started = time.process_time()
    load_encoder("static")
    assert time.process_time() - started < 0.5


def test_the_model_card_speaks_of_these_weights(encoder: Encoder) -> None:
    card = WEIGHTS.with_name("MODEL_CARD.md").read_text(encoding="utf-8")
    assert card.startswith(f"# {encoder.name}\n")
    assert f"`{encoder.fingerprint}`" in card


@pytest.mark.parametrize("name", ["", "minilm", "Static", "../static"])
def test_an_unknown_encoder_is_refused_and_the_known_ones_are_named(name: str) -> None:
    with pytest.raises(Invalid, match=r"Choose one of: static, onnx, ") as raised:
        load_encoder(name)
    assert raised.value.field == "encoder"
    assert raised.value.value == name

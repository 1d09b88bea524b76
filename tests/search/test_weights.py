from pathlib import Path

import pytest

from broadsheet.encoders.loader import load_encoder
from broadsheet.errors import Invalid
from broadsheet.search.weights import FILE, SHIPPED, KnownWeights, Weights, known, put, read, shipped
from tests.search.collection import fit


def test_the_share_of_words_grows_as_less_is_known_and_is_bounded() -> None:
    weights = Weights(0.6, 2.0)
    shares = [weights.text_share(coverage) for coverage in (1.0, 0.8, 0.5, 0.1, 0.0)]
    assert shares[0] == pytest.approx(0.6)
    assert shares[1] == pytest.approx(0.6 / 0.64)
    assert shares[2] == shares[3] == shares[4] == pytest.approx(2.4)
    assert Weights(0.6).text_share(0.1) == pytest.approx(0.6)


def test_the_static_table_comes_with_weights_and_where_they_come_from() -> None:
    encoder = load_encoder("static")
    held = shipped().fit(encoder.fingerprint)
    assert held is not None
    assert held.encoder == encoder.name
    assert held.sets
    assert held.figures["fused"] > max(held.figures[one] for one in ("bm25", "dense", "rrf"))
    assert held.encoder in held.sentence


def test_another_fingerprint_has_no_weights() -> None:
    assert KnownWeights([fit("bag1")]).of("bag2") is None
    assert KnownWeights([fit("bag1")]).of("bag1") == Weights(0.5, 1.0)


def test_an_instances_own_fit_takes_precedence_and_the_others_stay(tmp_path: Path) -> None:
    (held, *_) = read(SHIPPED)
    put(tmp_path / FILE, fit("bag1"))
    put(tmp_path / FILE, fit(held.fingerprint, share=1.7))
    put(tmp_path / FILE, fit("bag1", share=0.9))
    assert len(read(tmp_path / FILE)) == 2
    found = known(tmp_path)
    assert found.of("bag1") == Weights(0.9, 1.0)
    assert found.of(held.fingerprint) == Weights(1.7, 1.0)


def test_what_was_put_is_read_back_whole(tmp_path: Path) -> None:
    put(tmp_path / FILE, fit())
    assert read(tmp_path / FILE) == (fit(),)
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


@pytest.mark.parametrize(
    "text", ["", "{", '{"fits": [{"encoder": "bag"}]}', '{"fits": [], "share": 1}', '{"fits": [{"share": -1}]}']
)
def test_a_file_that_is_no_weights_is_refused_and_says_what_to_do(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(Invalid, match=r"broadsheet evaluate --fit"):
        known(tmp_path)


def test_without_a_file_there_are_the_packages_alone(tmp_path: Path) -> None:
    assert read(tmp_path / FILE) == ()
    assert known(tmp_path).of(read(SHIPPED)[0].fingerprint) == read(SHIPPED)[0].weights

from dataclasses import replace
from pathlib import Path

import pytest

from broadsheet.encoders import kept as module
from broadsheet.encoders.encoder import Encoder
from broadsheet.encoders.kept import KeptEncoders, LostEncoder
from broadsheet.encoders.loader import WEIGHTS, load_encoder
from broadsheet.encoders.weights_file import read_table, write_table
from tests.search.collection import BagEncoder


def load(name: str, model: str) -> Encoder:
    assert not model or name == "by model"
    return BagEncoder(48, model) if name == "by model" else load_encoder(name)


@pytest.fixture
def other(tmp_path: Path) -> tuple[Path, str]:
    """A table that is not the package's: its file and its fingerprint."""
    path = tmp_path / "other.bin"
    write_table(replace(read_table(WEIGHTS), name="static-other"), path)
    return path, read_table(path).fingerprint


def test_a_table_is_found_again_when_its_file_is_gone(tmp_path: Path, other: tuple[Path, str]) -> None:
    path, fingerprint = other
    kept = KeptEncoders(tmp_path / "encoders", load)
    kept.keep(str(path), "", fingerprint)
    kept.keep(str(path), "", fingerprint)
    path.unlink()
    found = kept.find(fingerprint)
    assert found is not None
    assert (found.name, found.fingerprint) == ("static-other", fingerprint)
    assert kept.find("of no encoder") is None


def test_the_packages_table_needs_no_copy(tmp_path: Path) -> None:
    fingerprint = read_table(WEIGHTS).fingerprint
    found = KeptEncoders(tmp_path / "nothing yet", load).find(fingerprint)
    assert found is not None
    assert found.fingerprint == fingerprint


def test_a_copy_that_is_damaged_or_another_is_not_taken_for_it(tmp_path: Path, other: tuple[Path, str]) -> None:
    path, fingerprint = other
    kept = KeptEncoders(tmp_path / "encoders", load)
    kept.keep(str(path), "", fingerprint)
    path.unlink()
    copy = tmp_path / "encoders" / fingerprint / "table.bin"
    copy.unlink()
    copy.write_bytes(b"broadsheet static table 1\n")
    assert kept.find(fingerprint) is None
    copy.write_bytes(WEIGHTS.read_bytes())
    assert kept.find(fingerprint) is None


def test_where_links_are_impossible_the_table_is_copied(
    tmp_path: Path, other: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("another disk")

    monkeypatch.setattr(module.os, "link", refuse)
    KeptEncoders(tmp_path / "encoders", load).keep(str(other[0]), "", other[1])
    assert (tmp_path / "encoders" / other[1] / "table.bin").read_bytes() == other[0].read_bytes()


def test_the_last_few_encoders_are_kept(tmp_path: Path) -> None:
    kept = KeptEncoders(tmp_path, load)
    for number in range(module._KEPT + 2):
        kept.keep("an encoder without a table", "model", f"print{number}")
    assert len(list(tmp_path.iterdir())) == module._KEPT
    assert (tmp_path / f"print{module._KEPT + 1}" / "setting").read_text() == "an encoder without a table\nmodel"


def test_an_encoder_without_a_table_is_loaded_by_its_name_and_model(tmp_path: Path) -> None:
    kept = KeptEncoders(tmp_path, load)
    kept.keep("by model", "moss", "moss")
    found = kept.find("moss")
    assert found is not None
    assert (found.fingerprint, found.dimension) == ("moss", 48)


def test_a_lost_encoder_says_nothing() -> None:
    lost = LostEncoder("gone-1", "print", 48)
    assert lost.encode_queries(["moss"]).tolist() == [[0.0] * 48]
    assert lost.encode_papers([("moss", ""), ("", "")]).shape == (2, 48)

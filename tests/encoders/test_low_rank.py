from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from broadsheet.encoders import onnx
from broadsheet.encoders.loader import load_encoder
from broadsheet.encoders.low_rank import changed
from broadsheet.encoders.onnx import CHANGE, PAPERS, load_folder
from broadsheet.encoders.safetensors import read_safetensors
from broadsheet.errors import Unavailable
from tests.encoders.models import INNER, WIDTH, weights, write_model, write_safetensors

STEP = "encoder.layer.1.intermediate.dense"
Tensors = dict[str, NDArray[np.float16]]


@pytest.fixture
def change() -> Tensors:
    chance = np.random.default_rng(7)
    into, out = chance.standard_normal((2, WIDTH)), chance.standard_normal((INNER, 2))
    return {f"{STEP}.a": into.astype(np.float16), f"{STEP}.b": out.astype(np.float16)}


def written(path: Path, tensors: Tensors) -> Path:
    write_safetensors(path, tensors)
    return path


def test_the_product_is_added_to_its_step_and_nothing_else_moves(tmp_path: Path, change: Tensors) -> None:
    before = weights()
    after = changed(before, written(tmp_path / "change", change))
    product = change[f"{STEP}.b"].astype(np.float32) @ change[f"{STEP}.a"].astype(np.float32)
    np.testing.assert_allclose(after[f"{STEP}.weight"] - before[f"{STEP}.weight"], product, atol=1e-5)
    assert all(after[name] is before[name] for name in before if name != f"{STEP}.weight")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda tensors: tensors.pop(f"{STEP}.b"), "hold no pairs"),
        (lambda tensors: tensors.clear(), "hold no pairs"),
        (lambda tensors: tensors.update({f"{STEP}.b": tensors[f"{STEP}.b"][:, :1]}), "do not fit the network"),
        (lambda tensors: tensors.update({f"{STEP}.a": tensors[f"{STEP}.a"][:, 1:]}), "do not fit the network"),
        (lambda tensors: tensors.update({f"{STEP}.a": tensors[f"{STEP}.a"][0]}), "do not fit the network"),
        (lambda tensors: tensors.update({"x.a": np.ones((1, 1), np.float16), "x.b": np.ones((1, 1), np.float16)}), "x"),
    ],
)  # fmt: skip
def test_a_change_of_another_network_is_refused(tmp_path: Path, change: Tensors, spoil, told: str) -> None:  # type: ignore[no-untyped-def]
    spoil(change)
    with pytest.raises(Unavailable, match=told):
        changed(weights(), written(tmp_path / "change", change))


def test_a_change_in_a_folder_makes_another_encoder(tmp_path: Path, change: Tensors) -> None:
    plain = load_folder(write_model(tmp_path / "moss"))
    written(tmp_path / "moss" / CHANGE, change)
    taught = load_folder(tmp_path / "moss")
    assert taught.fingerprint != plain.fingerprint
    (first,), (second,) = plain.encode_queries(["dense moss"]), taught.encode_queries(["dense moss"])
    assert float(first @ second) < 0.999


def test_a_ready_file_cannot_be_changed(tmp_path: Path, change: Tensors) -> None:
    folder = write_model(tmp_path / "moss")
    (folder / "model.onnx").write_bytes(b"ready")
    written(folder / CHANGE, change)
    with pytest.raises(Unavailable, match="ready ONNX file"):
        load_folder(folder)


def test_what_ships_fits_the_packaged_weights_and_moves_every_step() -> None:
    steps = {name[:-2] for name in read_safetensors(PAPERS)}
    assert len(steps) == 36
    taught, plain = load_encoder("onnx"), load_encoder("onnx-plain")
    assert (taught.name, plain.name) == (onnx.PAPERS_NAME, onnx.PLAIN_NAME)
    assert taught.fingerprint != plain.fingerprint

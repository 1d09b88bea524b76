from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from broadsheet.encoders.safetensors import read_safetensors
from broadsheet.errors import Unavailable
from tests.encoders.models import write_safetensors

TENSORS = {
    "a.weight": np.arange(6, dtype=np.float32).reshape(2, 3),
    "b.bias": np.array([0.5, -2], np.float16),
    "places": np.arange(4),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_safetensors(tmp_path / "model.safetensors", TENSORS)
    return tmp_path / "model.safetensors"


def test_tensors_of_numbers_come_back_as_they_were_written(path: Path) -> None:
    found = read_safetensors(path)
    assert set(found) == {"a.weight", "b.bias"}
    for name, tensor in found.items():
        np.testing.assert_array_equal(tensor, TENSORS[name])
        assert tensor.dtype == TENSORS[name].dtype
        assert not tensor.flags.writeable


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda _: b"", "cannot be read"),
        (lambda whole: whole[:5], "is not a safetensors file"),
        (lambda whole: b"PK\x03\x04" + whole, "is not a safetensors file"),
        (lambda whole: whole[:-1], "bytes of weights instead of"),
        (lambda whole: whole + b"\0", "bytes of weights instead of"),
        (lambda whole: whole[:8] + b"[" + whole[9:], "damaged header"),
        (lambda whole: whole.replace(b"[2, 3]", b"[2, 4]"), "damaged header"),
        (lambda whole: whole.replace(b'"shape"', b'"shale"'), "damaged header"),
        (lambda whole: whole.replace(b'{"dtype": "F16"', b'["dtype",  "F16"'), "damaged header"),
    ],
)
def test_a_damaged_file_is_refused_with_what_is_wrong(path: Path, change: Callable[[bytes], bytes], told: str) -> None:
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(Unavailable, match=told) as raised:
        read_safetensors(path)
    assert "model.safetensors" in raised.value.message
    assert "again" in raised.value.message


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be read"):
        read_safetensors(tmp_path / "none")

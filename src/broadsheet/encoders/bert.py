"""Turns the weights of a BERT encoder into an ONNX graph with int8 weights, in a second and without a model framework.

Running it is `onnx`'s matter. Weights have seven bits: with eight, the 16-bit sums of processors without VNNI overflow,
and one text would have other vectors on other machines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from broadsheet.encoders.safetensors import unusable
from broadsheet.errors import Unavailable

RECIPE: Final = "bert-int8-2"  # part of the fingerprint: a change of the arithmetic is another encoder
_LEVELS: Final = 63
_MIDDLE: Final = 64  # stands for nought where numbers have no sign
_BLOCK: Final = 64  # numbers that share a scale, in a weight's column as in the state of a piece of a text
_WHOLE_NUMBERS: Final = 4  # ONNX runtime's name for states of eight bits; float ones take longer
_OPSET: Final = 17
_FUSED: Final = "com.microsoft"  # ONNX runtime's own operators: one for each step of a layer


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of a BERT encoder, as its `config.json` tells."""

    width: int
    inner: int
    layers: int
    heads: int
    words: int
    longest: int
    epsilon: float

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Shape:
        """Read a config; raises `ValueError` for one that is not of a BERT encoder with GELU, `KeyError` for a gap."""
        if config.get("model_type") != "bert" or config.get("hidden_act") != "gelu":
            raise ValueError("it describes no BERT encoder with GELU")
        counts = ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads")
        sizes = [int(config[name]) for name in (*counts, "vocab_size", "max_position_embeddings")]
        width, inner, layers, heads, words, longest = sizes
        if min(sizes) < 1 or width % heads:
            raise ValueError("its sizes do not fit together")
        return cls(width, inner, layers, heads, words, longest, float(config["layer_norm_eps"]))


def graph_of(path: Path, weights: Mapping[str, NDArray[Any]], shape: Shape) -> bytes:
    """Return a serialised ONNX model: `input_ids` (n, words) int64 in, `states` (n, words, width) float32 out.

    It knows no mask: every text of a batch must have the same length. Raises `Unavailable` for weights that are not
    those that `shape` speaks of.
    """
    return _Graph(path, weights, shape).built()


class _Graph:
    def __init__(self, path: Path, weights: Mapping[str, NDArray[Any]], shape: Shape) -> None:
        try:
            import onnx
        except ModuleNotFoundError as error:
            raise Unavailable("This encoder needs onnx. Install broadsheet[onnx].") from error
        self._onnx, self._path, self._weights, self._shape = onnx, path, weights, shape
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def built(self) -> bytes:
        helper, kinds = self._onnx.helper, self._onnx.TensorProto
        states = self._embedded()
        for layer in range(self._shape.layers):
            states = self._layer(f"encoder.layer.{layer}.", states)
        self._nodes[-1].output[0] = "states"
        graph = helper.make_graph(
            self._nodes,
            "bert",
            [helper.make_tensor_value_info("input_ids", kinds.INT64, ["n", "words"])],
            [helper.make_tensor_value_info("states", kinds.FLOAT, ["n", "words", self._shape.width])],
            self._constants,
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_FUSED, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
        serialised: bytes = model.SerializeToString()
        return serialised

    def _embedded(self) -> str:
        shape, start = self._shape, "embeddings."
        table, scales = _quantised(self._weight(start + "word_embeddings.weight", shape.words, shape.width).T)
        places = self._weight(start + "position_embeddings.weight", shape.longest, shape.width)
        places = places + self._weight(start + "token_type_embeddings.weight", 2, shape.width)[0]
        rows = self._node("Gather", [self._constant("words", np.ascontiguousarray(table.T)), "input_ids"])
        sizes = self._node("Gather", [self._constant("scales", scales[:, None]), "input_ids"])
        whole = self._node("Mul", [self._node("Cast", [rows], to=self._onnx.TensorProto.FLOAT), sizes])
        count = self._node("Slice", [self._node("Shape", ["input_ids"]), *self._numbers("count", 1, 2)])
        place = self._node("Slice", [self._constant("places", places), *self._numbers("from", 0), count])
        added = self._node("Add", [whole, place])
        parts = [self._constant(start + part, self._weight(start + part, shape.width)) for part in _norm("LayerNorm")]
        return self._node("LayerNormalization", [added, *parts], axis=-1, epsilon=shape.epsilon)

    def _layer(self, start: str, states: str) -> str:
        width, inner = self._shape.width, self._shape.inner
        asked = [self._pair(f"{start}attention.self.{part}", width, width) for part in ("query", "key", "value")]
        joined = np.concatenate([weight for weight, _ in asked], axis=1)
        bias = np.concatenate([bias for _, bias in asked])
        three = self._node("Split", [self._product(start + "asked", states, joined, bias)], outputs=3, axis=-1)
        seen = self._node("MultiHeadAttention", three.split(), _FUSED, num_heads=self._shape.heads)
        weight, bias = self._pair(start + "attention.output.dense", width, width)
        states = self._added(start + "attention.output", self._product(start + "seen", seen, weight, bias), states)
        weight, bias = self._pair(start + "intermediate.dense", inner, width)
        wide = self._product(start + "wide", states, weight, None)
        bent = self._node("BiasGelu", [wide, self._constant(start + "wide.bias", bias)], _FUSED)
        weight, bias = self._pair(start + "output.dense", width, inner)
        return self._added(start + "output", self._product(start + "bent", bent, weight, bias), states)

    def _added(self, start: str, change: str, states: str) -> str:
        """Add what a step found to what was there, and normalise."""
        names = [f"{start}.{part}" for part in _norm("LayerNorm")]
        parts = [self._constant(name, self._weight(name, self._shape.width)) for name in names]
        return self._node("SkipLayerNormalization", [change, states, *parts], _FUSED, epsilon=self._shape.epsilon)

    def _product(self, name: str, states: str, weight: NDArray[Any], bias: NDArray[Any] | None) -> str:
        quantised, scales = _in_blocks(weight)
        inputs = [states, self._constant(name, quantised), self._constant(name + ".scales", scales)]
        inputs.append(self._constant(name + ".middles", np.full(scales.shape, _MIDDLE, np.uint8)))
        if bias is not None:
            inputs += ["", self._constant(name + ".bias", bias)]
        into, out = weight.shape
        form = {"K": into, "N": out, "bits": 8, "block_size": _BLOCK, "accuracy_level": _WHOLE_NUMBERS}
        return self._node("MatMulNBits", inputs, _FUSED, **form)

    def _pair(self, start: str, out: int, into: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the (into, out) matrix and the bias of one step."""
        return self._weight(start + ".weight", out, into).T, self._weight(start + ".bias", out)

    def _weight(self, name: str, *sizes: int) -> NDArray[np.float32]:
        found = self._weights.get(name, self._weights.get("bert." + name))
        if found is None:
            raise unusable(self._path, f"hold no {name}: they are not those of a BERT encoder")
        if found.shape != sizes:
            raise unusable(self._path, f"have {name} of {found.shape} where config.json says {sizes}")
        return found.astype(np.float32)

    def _node(self, kind: str, inputs: Sequence[str], domain: str = "", outputs: int = 1, **options: Any) -> str:
        """Append a step; return the names of what it gives, with spaces between."""
        names = [f"{kind}.{len(self._nodes)}.{place}" for place in range(outputs)]
        self._nodes.append(self._onnx.helper.make_node(kind, list(inputs), names, domain=domain, **options))
        return " ".join(names)

    def _constant(self, name: str, value: NDArray[Any]) -> str:
        self._constants.append(self._onnx.numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def _numbers(self, name: str, *values: int) -> list[str]:
        return [self._constant(f"{name}.{value}", np.array([value], np.int64)) for value in values]


def _norm(name: str) -> tuple[str, str]:
    return f"{name}.weight", f"{name}.bias"


def _quantised(weight: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return int8 and one scale a column, so that their product is nearly the weight."""
    scales = np.abs(weight).max(axis=0) / _LEVELS
    scales = np.where(scales > 0, scales, 1).astype(np.float32)
    return np.rint(weight / scales).astype(np.int8), scales


def _in_blocks(weight: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return a (rows, columns) weight as (columns, blocks, `_BLOCK`) numbers around `_MIDDLE`, and their scales."""
    rows, columns = weight.shape
    blocks = -(-rows // _BLOCK)
    filled = np.pad(weight, ((0, blocks * _BLOCK - rows), (0, 0)))
    numbers, scales = _quantised(filled.reshape(blocks, _BLOCK, columns).transpose(1, 2, 0).reshape(_BLOCK, -1))
    whole = (numbers + _MIDDLE).astype(np.uint8).reshape(_BLOCK, columns, blocks)
    return np.ascontiguousarray(whole.transpose(1, 2, 0)), scales.reshape(columns, blocks)

"""That the int8 graph computes what the network is: compared with a forward pass in plain numpy."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from broadsheet.encoders.bert import Shape, graph_of
from broadsheet.errors import Unavailable
from tests.encoders.models import HEADS, LAYERS, WIDTH, config, weights

Weights = dict[str, NDArray[np.float32]]


def normed(states: NDArray[Any], held: Weights, name: str) -> NDArray[Any]:
    centred = states - states.mean(-1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
    return centred / deviation * held[name + ".weight"] + held[name + ".bias"]


def stepped(states: NDArray[Any], held: Weights, name: str) -> NDArray[Any]:
    return states @ held[name + ".weight"].T + held[name + ".bias"]


def expected(ids: list[int], held: Weights) -> NDArray[Any]:
    """Compute BERT's states by the book: Devlin et al., 2019, over Vaswani et al., 2017."""
    states = held["embeddings.word_embeddings.weight"][ids] + held["embeddings.position_embeddings.weight"][: len(ids)]
    states = normed(states + held["embeddings.token_type_embeddings.weight"][0], held, "embeddings.LayerNorm")
    for layer in range(LAYERS):
        start = f"encoder.layer.{layer}."
        query, key, value = (
            stepped(states, held, f"{start}attention.self.{part}").reshape(len(ids), HEADS, -1).swapaxes(0, 1)
            for part in ("query", "key", "value")
        )
        scores = np.exp(query @ key.swapaxes(1, 2) / math.sqrt(WIDTH / HEADS))
        seen = (scores / scores.sum(-1, keepdims=True) @ value).swapaxes(0, 1).reshape(len(ids), WIDTH)
        seen = stepped(seen, held, start + "attention.output.dense")
        states = normed(states + seen, held, start + "attention.output.LayerNorm")
        wide = stepped(states, held, start + "intermediate.dense")
        bent = wide * (1 + np.vectorize(math.erf)(wide / math.sqrt(2))) / 2
        states = normed(states + stepped(bent, held, start + "output.dense"), held, start + "output.LayerNorm")
    return states


def run(held: Weights, ids: list[list[int]]) -> NDArray[np.float32]:
    session = onnxruntime.InferenceSession(graph_of(Path("here"), held, Shape.of(config())))
    states: NDArray[np.float32] = session.run(None, {"input_ids": np.array(ids, np.int64)})[0]
    return states


def likeness(held: Weights, ids: list[int]) -> NDArray[Any]:
    """Return for each piece of a text the cosine of what the graph makes of it and of what the network would."""
    (found,), wanted = run(held, [ids]), expected(ids, held)
    cosines: NDArray[Any] = (found * wanted).sum(-1) / np.linalg.norm(found, axis=-1) / np.linalg.norm(wanted, axis=-1)
    return cosines


@pytest.mark.parametrize("ids", [[2, 3], [2, 4, 3], [2, 4, 5, 6, 7, 8, 10, 9, 3], [2, *[6] * 22, 3]])
def test_the_graph_computes_the_network_but_for_what_seven_bits_lose(ids: list[int]) -> None:
    held = weights()
    cosines = likeness(held, ids)
    assert cosines.shape == (len(ids),)
    assert cosines.min() > 0.998


def test_one_large_number_blurs_only_those_near_it() -> None:
    held = weights()
    for layer in range(LAYERS):
        start = f"encoder.layer.{layer}."
        held[start + "intermediate.dense.bias"][:64] = 200
        held[start + "output.dense.weight"][:, :64] = 0
    assert likeness(held, [2, 4, 5, 6, 3]).min() > 0.998


def test_weights_under_the_prefix_of_a_whole_model_are_found() -> None:
    held = weights()
    prefixed = {f"bert.{name}": weight for name, weight in held.items()}
    np.testing.assert_array_equal(run(held, [[2, 4, 3]]), run(prefixed, [[2, 4, 3]]))


def test_the_same_weights_give_the_same_graph() -> None:
    assert graph_of(Path("here"), weights(), Shape.of(config())) == graph_of(
        Path("here"), weights(), Shape.of(config())
    )


def test_weights_of_another_size_are_refused_by_name() -> None:
    held = weights()
    held["encoder.layer.1.output.dense.weight"] = held["encoder.layer.1.output.dense.weight"][:, 1:]
    with pytest.raises(Unavailable, match=r"encoder\.layer\.1\.output\.dense\.weight of \(32, 159\).*\(32, 160\)"):
        run(held, [[2, 3]])


def test_weights_of_another_network_are_refused() -> None:
    with pytest.raises(Unavailable, match=r"hold no embeddings\.word_embeddings"):
        run({"conv.weight": np.zeros((3, 3), np.float32)}, [[2, 3]])


@pytest.mark.parametrize(("name", "value"), [("model_type", "roberta"), ("hidden_act", "relu")])
def test_a_config_of_another_network_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValueError, match="no BERT encoder with GELU"):
        Shape.of(config() | {name: value})

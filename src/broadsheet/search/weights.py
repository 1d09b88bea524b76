"""How much words count beside meaning: fitted for one encoder each, kept in a file with where they come from.

Fitting is `fitting`'s, using them `fusion`'s. Weights belong to a fingerprint, never to a name: other vectors lie on
another scale, and an encoder without weights is fused by ranks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from broadsheet.errors import Invalid

SHIPPED: Final = Path(__file__).parent / "fusion_weights.json"
FILE: Final = "fusion.json"  # in an instance's home
# At half a query known, words count as much as they ever will: so a query of unknown words alone is still answered by
# meaning where no paper holds one of them.
LEAST_COVERAGE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Weights:
    """A paper's score is its cosine and `text_share` times its BM25, the best paper's BM25 being 1."""

    share: float
    power: float = 0.0

    def text_share(self, coverage: float) -> float:
        """Return what the best BM25 adds, for a query of which the encoder knows this share of the words.

        It rises as the encoder knows less: meaning that is read from unknown words says little.
        """
        return float(self.share / max(coverage, LEAST_COVERAGE) ** self.power)


class Fit(BaseModel):
    """The weights of one encoder, and what they were fitted on; figures are means over sets, of held-out queries."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    encoder: str
    fingerprint: str
    share: float = Field(ge=0, le=100)
    power: float = Field(ge=0, le=10)
    fitted: date
    sets: dict[str, int]
    folds: int = Field(ge=2)
    figures: dict[str, float]

    @property
    def weights(self) -> Weights:
        """The weights alone."""
        return Weights(self.share, self.power)

    @property
    def sentence(self) -> str:
        """Say what is in force and where it comes from."""
        sets = ", ".join(f"{name} ({queries})" for name, queries in self.sets.items())
        return (
            f"Words count {self.share:g} beside meaning, by coverage to the power {self.power:g}: "
            f"fitted on {self.fitted.isoformat()} for {self.encoder} on {sets}."
        )


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    fits: tuple[Fit, ...] = ()


class KnownWeights:
    """The fits of several encoders, by fingerprint."""

    def __init__(self, fits: Sequence[Fit] = ()) -> None:
        """Know `fits`; of two for one encoder the later one counts."""
        self._fits: Mapping[str, Fit] = {fit.fingerprint: fit for fit in fits}

    @property
    def fits(self) -> tuple[Fit, ...]:
        """Every fit that is in force."""
        return tuple(self._fits.values())

    def fit(self, fingerprint: str) -> Fit | None:
        """Return the fit of an encoder; None where there is none."""
        return self._fits.get(fingerprint)

    def of(self, fingerprint: str) -> Weights | None:
        """Return the weights of an encoder; None where nothing is known of it."""
        fit = self.fit(fingerprint)
        return fit.weights if fit else None


@lru_cache(maxsize=1)
def shipped() -> KnownWeights:
    """Return the weights that come in the package."""
    return KnownWeights(read(SHIPPED))


def known(home: Path) -> KnownWeights:
    """Return the package's weights under those of an instance; raises `Invalid` for a file that cannot be read."""
    return KnownWeights((*read(SHIPPED), *read(home / FILE)))


def read(path: Path) -> tuple[Fit, ...]:
    """Return the fits of a file, none where there is no file; raises `Invalid` where it is not of this form."""
    try:
        return _File.model_validate_json(path.read_bytes()).fits
    except FileNotFoundError:
        return ()
    except (OSError, ValidationError) as error:
        fault = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error.strerror
        raise Invalid(
            f"The fusion weights in {path} cannot be read: {fault}. Fit them again with `broadsheet evaluate --fit`, "
            "or remove the file.",
            field="weights",
            value=str(path),
        ) from error


def put(path: Path, fit: Fit) -> None:
    """Put a fit into a file, in place of an earlier one of that encoder; raises `OSError` if it cannot be written."""
    others = [held for held in read(path) if held.fingerprint != fit.fingerprint]
    part = path.with_name(path.name + ".new")
    part.write_text(_File(fits=(*others, fit)).model_dump_json(indent=1) + "\n", encoding="utf-8")
    part.replace(path)

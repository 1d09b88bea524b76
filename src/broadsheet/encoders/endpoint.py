"""Any server that speaks OpenAI's embeddings API as an encoder: Ollama, vLLM, Text Embeddings Inference and others.

How a connection is made, limited and tried again is `outgoing`'s matter. Nothing that a server answers is taken on
trust: a vector that is missing, of another length or not a number is an error, never a row.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from broadsheet.clock import Clock
from broadsheet.encoders.encoder import Vectors, paper_text
from broadsheet.errors import Invalid, Unavailable
from broadsheet.outgoing import Outgoing

BATCH: Final = 64  # texts in one request: what servers take without asking
LONGEST: Final = 8_000  # characters of a text that are sent; longer ones are refused by many servers
# A reader waits for a query, and words alone are an answer too; nobody waits for the papers of a batch.
_QUERY_SECONDS: Final = 4.0
_PAPERS_SECONDS: Final = 30.0
REST: Final = timedelta(seconds=20)  # after a fault nobody is sent there: readers would all wait for the same nothing
_MOST_BYTES: Final = 64_000_000
_PROBE: Final = "dimension"


@dataclass(frozen=True, slots=True)
class Access:
    """How an encoder's server is reached; `memory` is a file that keeps the dimension while the server is away."""

    outgoing: Outgoing
    clock: Clock
    model: str
    key: str = field(default="", repr=False)
    memory: Path | None = None


class EndpointEncoder:
    """Encodes by asking a server; its dimension is that of the server's first answer.

    After a fault every question fails at once for `REST`, with the words of that fault.
    """

    def __init__(self, base_url: str, access: Access) -> None:
        """`base_url` ends where `/embeddings` begins; asks nothing yet. Raises `Invalid` without a model."""
        if not access.model:
            raise Invalid(
                "An encoder at a base URL needs the name of its model: set BROADSHEET_ENCODER_MODEL.",
                field="encoder_model",
            )
        self._url, self._access = base_url.rstrip("/") + "/embeddings", access
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if access.key:
            self._headers["Authorization"] = f"Bearer {access.key}"
        self._resting: tuple[datetime, Unavailable] | None = None
        self._dimension = self._remembered()
        self.name = access.model

    @property
    def dimension(self) -> int:
        """Length of a vector; the first time, a word is sent to find it out."""
        if not self._dimension:
            self._asked([_PROBE], _QUERY_SECONDS)
        return self._dimension

    @property
    def fingerprint(self) -> str:
        """Short hash of the model's name and dimension: a server tells no more of its weights."""
        return hashlib.sha256(f"{self._access.model} {self.dimension}".encode()).hexdigest()[:12]

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dimension) unit rows, zero for a text without a letter or digit; raises `Unavailable`."""
        return self._encoded(texts, _QUERY_SECONDS)

    def encode_papers(self, papers: Sequence[tuple[str, str]]) -> Vectors:
        """Return (n, dimension) unit rows for (title, abstract) pairs, each sent as "title. abstract"."""
        return self._encoded([paper_text(title, abstract) for title, abstract in papers], _PAPERS_SECONDS)

    def _encoded(self, texts: Sequence[str], seconds: float) -> Vectors:
        sent = [text[:LONGEST].encode("utf-8", "replace").decode() for text in texts]
        places = [place for place, text in enumerate(sent) if any(map(str.isalnum, text))]
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for start in range(0, len(places), BATCH):
            part = places[start : start + BATCH]
            vectors[part] = self._asked([sent[place] for place in part], seconds)
        return vectors

    def _asked(self, texts: list[str], seconds: float) -> Vectors:
        resting = self._resting
        if resting and self._access.clock.now() < resting[0]:
            raise Unavailable(resting[1].message, value=self._url)
        try:
            vectors = self._answered(texts, seconds)
        except Unavailable as fault:
            self._resting = (self._access.clock.now() + REST, fault)
            raise
        self._resting = None
        return vectors

    def _answered(self, texts: list[str], seconds: float) -> Vectors:
        question = json.dumps({"model": self._access.model, "input": texts}).encode()
        reply = self._access.outgoing.post(
            self._url, question, headers=self._headers, max_bytes=_MOST_BYTES, timeout=seconds
        )
        if reply.status in (401, 403):
            raise self._fault(f"refused the key ({reply.status}); check BROADSHEET_ENCODER_KEY")
        if reply.status == 404:
            raise self._fault("knows no such address or model (404); check the base URL and BROADSHEET_ENCODER_MODEL")
        if reply.status != 200:
            raise self._fault(f"answered with status {reply.status}")
        try:
            data = json.loads(reply.body)["data"]
            rows = {int(one["index"]): one["embedding"] for one in data}
        except (ValueError, KeyError, TypeError) as error:
            raise self._fault("answered something that is no list of embeddings; check the base URL") from error
        if len(data) != len(texts) or set(rows) != set(range(len(texts))):
            raise self._fault(f"answered {len(data)} vectors to {len(texts)} texts")
        return self._checked([rows[place] for place in range(len(texts))])

    def _checked(self, rows: list[Any]) -> Vectors:
        try:
            with np.errstate(over="ignore"):  # what single precision cannot hold is told below
                vectors = np.array(rows, np.float32)
        except (ValueError, TypeError) as error:
            raise self._fault("answered vectors that are not all lists of as many numbers") from error
        if vectors.ndim != 2 or not vectors.shape[1] or not np.isfinite(vectors).all():
            raise self._fault("answered a vector that is not made of finite numbers")
        if self._dimension and vectors.shape[1] != self._dimension:
            self._forget()
            raise self._fault(
                f"answered vectors of {vectors.shape[1]} numbers after {self._dimension}: it runs another model; "
                "restart Broadsheet to build the index again"
            )
        if not self._dimension:
            self._dimension = vectors.shape[1]
            self._remember()
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: Vectors = (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
        return unit

    def _remembered(self) -> int:
        try:
            kept = json.loads(self._access.memory.read_text("utf-8")) if self._access.memory else {}
            return int(kept["dimension"]) if (kept["url"], kept["model"]) == (self._url, self._access.model) else 0
        except (OSError, ValueError, KeyError, TypeError):
            return 0

    def _remember(self) -> None:
        if self._access.memory:
            kept = {"url": self._url, "model": self._access.model, "dimension": self._dimension}
            with contextlib.suppress(OSError):  # a home that cannot be written to is told by those who must write
                self._access.memory.write_text(json.dumps(kept), "utf-8")

    def _forget(self) -> None:
        if self._access.memory:
            self._access.memory.unlink(missing_ok=True)

    def _fault(self, what: str) -> Unavailable:
        return Unavailable(f"The encoder's server at {self._url} {what}.", value=self._url)

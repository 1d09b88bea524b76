"""A server that speaks OpenAI's embeddings API over loopback, answering by the static table; faults can be ordered."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import anyio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from broadsheet.encoders import Encoder

Change = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]


@dataclass
class Embeddings:
    """What the next requests get instead of the truth, and what was asked so far."""

    encoder: Encoder
    faults: list[Response | Change | float | None] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/v1/embeddings", self._answer, methods=["POST"])])

    async def _answer(self, request: Request) -> Response:
        question = json.loads(await request.body())
        self.asked.append(question)
        self.headers.append(dict(request.headers))
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, Response):
            return fault
        if isinstance(fault, float):
            await anyio.sleep(fault)
        vectors = self.encoder.encode_queries(question["input"]).tolist()
        data = [{"object": "embedding", "index": n, "embedding": vector} for n, vector in enumerate(vectors)]
        if callable(fault):
            data = fault(data)
        return JSONResponse({"object": "list", "data": data, "model": question["model"]})

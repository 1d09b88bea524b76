"""Reads the bodies of API requests: up to a limit, and only as JSON, which no page of another site can send unasked.

What a body must hold, each path's own model says.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException

from broadsheet.errors import Invalid

LARGEST = 16 * 1024  # bytes


@cache
def takes(model: type[BaseModel]) -> dict[str, Any]:
    """Describe the body, which FastAPI does not read itself: it would take one of any size."""
    content = {"application/json": {"schema": model.model_json_schema()}}
    return {"openapi_extra": {"requestBody": {"required": True, "content": content}}}


def reader_of(model: type[BaseModel], largest: int = LARGEST) -> Callable[[Request], Any]:
    """Return what reads a body of `largest` bytes at most; a bad one raises `Invalid` with the field that is."""

    async def read(request: Request) -> BaseModel:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise HTTPException(415, "Send the body as application/json.")
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > largest:
                raise HTTPException(413, f"A body may have {largest // 1024} kB at most.")
        try:
            return model.model_validate_json(bytes(body))
        except ValidationError as error:
            first = error.errors()[0]
            field = str((first["loc"] or ("body",))[-1])
            raise Invalid(f"{field}: {first['msg']}.", field=field) from error

    return read

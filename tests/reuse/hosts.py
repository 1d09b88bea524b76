"""A local server that speaks as GitHub, GitLab, Hugging Face, Zenodo and any web site do, with faults to order."""

from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.sources.servers import Script


@dataclass
class Hosts:
    """What stands where: path to JSON, or to a text for a page; everything else is 404."""

    script: Script = field(default_factory=Script)
    there: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def reset(self) -> None:
        self.script.reset()
        self.there.clear()
        self.asked.clear()

    def app(self) -> Starlette:
        def answer(request: Request) -> Response:
            path = request.scope["raw_path"].decode()
            self.asked.append(f"{request.method} {path}")
            found = self.there.get(path)
            etag = f'"{len(str(found))}"'
            if found is not None and request.headers.get("if-none-match") == etag:
                return (
                    self.script.answer(request, b"", "text/plain") if self.script.faults else Response(status_code=304)
                )
            if found is None and not self.script.faults:
                return JSONResponse({"message": "Not Found"}, 404)
            told = JSONResponse(found).body if isinstance(found, dict | list) else str(found).encode()
            reply = self.script.answer(request, bytes(told), "application/json")
            reply.headers.setdefault("etag", etag)
            return reply

        return Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "HEAD"])])


def repository(name: str = "quill/looms", **fields: Any) -> dict[str, Any]:
    """Return a repository as GitHub describes it, as far as it is read here."""
    return {
        "full_name": name,
        "html_url": f"https://github.com/{name}",
        "description": "Looms that count",
        "fork": False,
        "stargazers_count": 41,
        "archived": False,
        "pushed_at": "2026-01-10T08:00:00Z",
        "size": 2048,
        "language": "Python",
        "license": {"key": "mit", "name": "MIT License", "spdx_id": "MIT"},
        **fields,
    }


def model(name: str = "quill/loom-7b", **fields: Any) -> dict[str, Any]:
    """Return a model as Hugging Face's hub describes it, as far as it is read here."""
    return {
        "id": name,
        "likes": 12,
        "downloads": 3400,
        "gated": False,
        "lastModified": "2026-01-09T08:00:00.000Z",
        "library_name": "transformers",
        "pipeline_tag": "text-generation",
        "usedStorage": 14_000_000_000,
        "safetensors": {"parameters": {"BF16": 7_000_000_000}, "total": 7_000_000_000},
        "tags": ["transformers", "license:apache-2.0", "base_model:moss/base-7b", "base_model:finetune:moss/base-7b"],
        "cardData": {"license": "apache-2.0", "datasets": ["quill/moss"]},
        "siblings": [{"rfilename": "README.md"}, {"rfilename": "requirements.txt"}],
        **fields,
    }


def deposit(number: int = 7, **fields: Any) -> dict[str, Any]:
    """Return a record as Zenodo describes it, as far as it is read here."""
    return {
        "id": number,
        "doi": f"10.5281/zenodo.{number}",
        "modified": "2025-11-02T10:00:00+00:00",
        "files": [{"key": "a.zip", "size": 1000}, {"key": "b.zip", "size": 500}],
        "stats": {"downloads": 77},
        "metadata": {
            "license": {"id": "cc-by-4.0"},
            "resource_type": {"type": "software"},
            "access_right": "open",
            "version": "1.2",
        },
        **fields,
    }

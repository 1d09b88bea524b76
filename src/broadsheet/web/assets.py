"""The stylesheet, fonts and scripts, read once and served under a name that changes with their content.

One digest names all of them, so that a relative link inside the stylesheet stays true.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import Response

from broadsheet.errors import NotFound

_TYPES = {".woff2": "font/woff2", ".mjs": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file; `packed` is its gzip where that is smaller."""

    body: bytes
    packed: bytes | None
    media_type: str


class Assets:
    """All static files of the package."""

    def __init__(self) -> None:
        self._files = _packaged()
        together = hashlib.sha256()
        for name, asset in sorted(self._files.items()):
            together.update(name.encode() + asset.body)
        self.digest = together.hexdigest()[:12]

    def url(self, name: str) -> str:
        """Return the path under which `name` is served; it may be kept for ever."""
        if name not in self._files:
            raise NotFound(f"There is no static file {name}.", value=name)
        return f"/static/{self.digest}/{name}"

    def answer(self, request: Request) -> Response:
        """Serve one file; an older digest gets today's file, but not for ever."""
        name, digest = request.path_params["name"], request.path_params["digest"]
        asset = self._files.get(name)
        if asset is None:
            raise NotFound(f"There is no static file {name[:100]!r}.", value=name)
        headers = {
            "Cache-Control": _FOREVER if digest == self.digest else "no-cache",
            "ETag": f'"{self.digest}"',
            "Vary": "Accept-Encoding",
        }
        if f'"{self.digest}"' in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if asset.packed and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(asset.packed, media_type=asset.media_type, headers=headers)
        return Response(asset.body, media_type=asset.media_type, headers=headers)


@cache
def _packaged() -> Mapping[str, Asset]:
    """Return the package's files by name: read and packed once a process, however many sites it serves."""
    return MappingProxyType(dict(_walk(files("broadsheet.web") / "static", "")))


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, Asset]]:
    found: list[tuple[str, Asset]] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found.extend(_walk(entry, f"{prefix}{entry.name}/"))
        else:
            found.append((prefix + entry.name, _asset(entry)))
    return found


def _asset(entry: Traversable) -> Asset:
    body = entry.read_bytes()
    suffix = "." + entry.name.rpartition(".")[2]
    media_type = _TYPES.get(suffix) or mimetypes.guess_type(entry.name)[0] or "application/octet-stream"
    packed = None if suffix == ".woff2" else gzip.compress(body, 9, mtime=0)
    return Asset(body, packed if packed and len(packed) < len(body) else None, media_type)

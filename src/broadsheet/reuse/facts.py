"""What a host says of an artefact that it keeps: one shape for all hosts, kept as JSON beside the last check.

What is None nobody said; nothing here is a guess. Which host says what, and in which words, is that host's module's.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, get_args

from broadsheet.papers.paper import ArtefactKind

# Files that say what is needed to run something; the names are conventions of their tools.
ENVIRONMENT = (
    *(
        "requirements.txt",
        "environment.yml",
        "environment.yaml",
        "pyproject.toml",
        "setup.py",
        "Pipfile",
        "poetry.lock",
    ),
    *("uv.lock", "conda.yml", "Dockerfile", "docker-compose.yml", "renv.lock", "DESCRIPTION", "Project.toml"),
    *("package.json", "Cargo.toml", "go.mod", "Makefile", "flake.nix"),
)
_LONGEST = 300
_MOST = 20


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known; `size` is in bytes, `parameters` a count, `pushed_at` when its content last changed.

    `environment` names the files that say what it needs, empty where there is none, None where nobody looked.
    """

    licence: str | None = None
    stars: int | None = None
    likes: int | None = None
    downloads: int | None = None
    archived: bool | None = None
    pushed_at: datetime | None = None
    size: int | None = None
    parameters: int | None = None
    framework: str | None = None
    language: str | None = None
    task: str | None = None
    base_models: tuple[str, ...] = ()
    trained_on: tuple[str, ...] = ()
    gated: bool | None = None
    fork_of: str | None = None
    description: str = ""
    kind: ArtefactKind | None = None
    doi: str | None = None
    version: str | None = None
    environment: tuple[str, ...] | None = None


def dumps(facts: Facts) -> str:
    """Return what is known as JSON."""
    told = {one.name: getattr(facts, one.name) for one in fields(Facts)}
    known = {name: value for name, value in told.items() if value not in (None, "", ()) or name == "environment"}
    return json.dumps({k: v for k, v in known.items() if v is not None}, ensure_ascii=False, default=_written)


def loads(text: str) -> Facts:
    """Read what `dumps` wrote."""
    told: dict[str, Any] = json.loads(text)
    for name in ("base_models", "trained_on", "environment"):
        if name in told:
            told[name] = tuple(told[name])
    if "pushed_at" in told:
        told["pushed_at"] = datetime.fromisoformat(told["pushed_at"])
    return Facts(**told)


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no fact")


# --- what hosts put on the wire is distrusted: another type than expected is no answer


def text_of(value: object) -> str | None:
    """Read a text of one line, at most 300 characters."""
    if not isinstance(value, str):
        return None
    return "".join(c if c.isprintable() else " " for c in value[:_LONGEST]).strip() or None


def count_of(value: object) -> int | None:
    """Read a count; true, -1 and 1e300 are none."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 0 <= value < 2**53 else None  # type: ignore[operator,return-value]


def truth_of(value: object) -> bool | None:
    """Read true or false."""
    return value if isinstance(value, bool) else None


def moment_of(value: object) -> datetime | None:
    """Read an ISO moment, in UTC where no zone is told."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


def texts_of(value: object) -> tuple[str, ...]:
    """Read a list of texts, or one text; each once."""
    found = map(text_of, value[:_MOST] if isinstance(value, list) else [value])
    return tuple(dict.fromkeys(one for one in found if one))


def object_of(value: object) -> Mapping[str, Any]:
    """Read an object; anything else is an empty one."""
    return value if isinstance(value, dict) else {}


def kind_of(value: object) -> ArtefactKind | None:
    """Read one of the kinds of artefacts."""
    return value if value in get_args(ArtefactKind) else None  # type: ignore[return-value]


def environment_of(names: object) -> tuple[str, ...] | None:
    """Return which of a listing's files say what is needed; None where there is no listing."""
    if not isinstance(names, list):
        return None
    there = {name for name in names if isinstance(name, str)}
    return tuple(name for name in ENVIRONMENT if name in there)

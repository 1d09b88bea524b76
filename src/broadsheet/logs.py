"""How Broadsheet logs: a static event name plus fields, ids and never objects, to standard error.

Addresses and tokens never reach a log line: a last processor blanks what looks like one, should a caller forget.
"""

import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+|\b[A-Za-z0-9_-]{40,}\b")


def blank_secrets(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace anything shaped like a mail address or a long token by a mark."""
    for key, value in event.items():
        if isinstance(value, str) and key != "exception":
            event[key] = _SECRET.sub("[blanked]", value)
    return event


def configure(*, json: bool = False, verbose: bool = False) -> None:
    """Set structlog up for this process; `json` for machines, coloured lines for a terminal otherwise."""
    renderer: Any = (
        structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            blank_secrets,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(10 if verbose else 20),
        # Looked up at each line: whoever redirects standard error later gets the lines too.
        logger_factory=lambda *_: structlog.PrintLogger(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def get_logger(name: str) -> Any:
    """Return a logger whose lines carry `part=name`."""
    return structlog.get_logger(part=name)

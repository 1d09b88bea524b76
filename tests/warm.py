"""What a process of tests prepares once, so that every test's own instance finds it done.

Each test has a database, a site and an encoder of its own. What SQLAlchemy and Jinja compile, and what is read from the
package's table of weights, is a pure function of what never changes while tests run: it is kept here for all of them.
"""

import atexit
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

import starlette.routing
import typer.main
import typer.testing
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi._compat import v2 as fastapi_fields
from jinja2 import Environment
from pydantic import TypeAdapter
from sqlalchemy import Dialect, Engine, create_engine, event
from starlette.testclient import TestClient

from broadsheet.database import engine as engines
from broadsheet.encoders import loader
from broadsheet.encoders.weights_file import StaticTable, read_table

_MOST_STATEMENTS = 4_000
# The loop that all clients of one process use: of their own they would start one, with its threads, for each request.
_PORTAL = ExitStack()


def keep() -> None:
    """Let all engines, templates, encoders and clients of this process share what can be shared."""
    engines.create_engine = _sharing_statements({}, {})  # type: ignore[assignment]
    Environment.compile = _compiling_once(Environment.compile, {})  # type: ignore[method-assign,assignment]
    loader.read_table = _table
    typer.testing._get_command = cache(typer.main.get_command)  # type: ignore[attr-defined]
    starlette.routing.compile_path = cache(starlette.routing.compile_path)
    fastapi_fields.TypeAdapter = _adapting_once({})  # type: ignore[attr-defined,assignment]
    TestClient.portal = _PORTAL.enter_context(start_blocking_portal())
    atexit.register(_end_requests, TestClient.portal)


def _end_requests(portal: BlockingPortal) -> None:
    """Break off what a test left unanswered: the process would wait for it."""
    portal.call(portal.stop, True)
    _PORTAL.close()


def _sharing_statements(dialects: dict[str, Dialect], statements: dict[Any, Any]) -> Callable[..., Engine]:
    """Return what makes engines that compile a statement once.

    A compiled statement is good for one dialect object: all engines get that of the first that was connected.
    """

    def make(url: str, **options: Any) -> Engine:
        made = create_engine(url, **options)
        kind = made.dialect.name
        if kind in dialects:
            made.dialect = dialects[kind]
        else:
            event.listen(made, "engine_connect", lambda one: dialects.setdefault(kind, one.dialect), once=True)
        if len(statements) > _MOST_STATEMENTS:
            statements.clear()
        made.update_execution_options(compiled_cache=statements)
        return made

    return make


def _compiling_once(
    compile_it: Callable[..., CodeType], compiled: dict[tuple[Any, ...], CodeType]
) -> Callable[..., CodeType]:
    def once(self: Environment, source: str, *where: Any) -> CodeType:
        syntax = self.autoescape, self.trim_blocks, self.lstrip_blocks, tuple(self.filters), tuple(self.tests)
        key = (source, *where, *syntax)
        if key not in compiled:
            compiled[key] = compile_it(self, source, *where)
        return compiled[key]

    return once


def _adapting_once(adapters: dict[tuple[str, str], tuple[Any, TypeAdapter[Any]]]) -> Callable[..., TypeAdapter[Any]]:
    """Return what makes one adapter for all parameters that say the same; most routes of each test's API do.

    What a name with an address in it stands for is held, so that nothing else gets that address.
    """

    def once(annotation: Any, **options: Any) -> TypeAdapter[Any]:
        key = repr(annotation), repr(options)
        if key not in adapters:
            adapters[key] = annotation, TypeAdapter(annotation, **options)
        return adapters[key][1]

    return once


@cache
def _packaged() -> StaticTable:
    return read_table(loader.WEIGHTS)


def _table(path: Path) -> StaticTable:
    return _packaged() if path == loader.WEIGHTS else read_table(path)

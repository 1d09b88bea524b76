"""`broadsheet up`: serves the pages, runs the ticks and the first harvest, and says where to look.

With more than one worker the first process serves nothing: it runs the ticks, and starts again a worker that ended.
"""

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Annotated, Any

import typer

from broadsheet.cli.terminal import instance, note

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from broadsheet.app import App


def up(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on.")] = None,
    tick: Annotated[bool, typer.Option(help="Harvest, publish and send in the background.")] = True,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that serve, about one a core.")] = 1,
) -> None:
    """Run Broadsheet: pages, API and feeds, and all background work."""
    import uvicorn

    with instance(host=host, port=port) as app:
        chosen = app.settings
        _require_free(chosen.host, chosen.port)
        note(f"{chosen.name} is at {chosen.site}  (stop with Ctrl-C)")
        note(f"Home: {chosen.home}")
        note(f"Mail: {app.transport.describe()}")
        how: dict[str, Any] = {
            "host": chosen.host,
            "port": chosen.port,
            "log_level": "warning",
            "proxy_headers": False,
            "server_header": False,
            "h11_max_incomplete_event_size": 64 * 1024,
        }
        if workers == 1:
            uvicorn.run(app.asgi(ticking=tick), **how)
            return
        given = {"HOME": str(chosen.home), "HOST": chosen.host, "PORT": str(chosen.port)}
        os.environ.update({f"BROADSHEET_{name}": value for name, value in given.items()})  # what the workers read
        with _ticking(app) if tick else nullcontext():
            how["loop"] = "broadsheet.cli.fair_loop:FairLoop"
            uvicorn.run("broadsheet.cli.serving:worker", factory=True, workers=workers, **how)


def worker() -> "ASGIApp":
    """Return the doors for one of several serving processes."""
    from broadsheet import app, logs, settings
    from broadsheet.cli.fair_loop import Counted

    chosen = settings.load()
    logs.configure(json=chosen.log_json)
    return Counted(app.build(chosen).asgi(ticking=False))


@contextmanager
def _ticking(app: "App") -> Iterator[None]:
    from broadsheet.jobs.ticks import Schedule

    schedule = Schedule(app.ticks())
    schedule.start()
    try:
        yield
    finally:
        schedule.stop()


def _require_free(host: str, port: int) -> None:
    """End with a clear message where nobody can listen: uvicorn's own would name neither remedy nor next port."""
    try:
        if _free(host, port):
            return
        after = next((other for other in range(port + 1, min(port + 100, 65536)) if _free(host, other)), None)
    except OSError as error:
        note(f"Nothing can listen on {host}, port {port}: {error.strerror}. Choose others with --host and --port.")
        raise typer.Exit(1) from error
    remedy = f"Port {after} is free: broadsheet up --port {after}" if after else "Choose another with --port."
    note(f"Port {port} on {host} is taken, perhaps by another Broadsheet. {remedy}")
    raise typer.Exit(1)


def _free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return False
        return True

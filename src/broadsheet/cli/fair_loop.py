"""The event loop of each of several serving processes: it takes one waiting connection at a time, the idler ones first.

asyncio's own takes in one go whatever waits at the socket that the processes share, so that the first to wake serves
everybody and the others nobody. Only `serving` asks for this one, and only where there are several.
"""

import asyncio
import socket
from typing import Any, Final

from starlette.types import ASGIApp, Receive, Scope, Send

# A busy process leaves a new connection to the others for so many seconds for each request that it is at. A search
# takes several times as long, so whoever waits loses nothing: here it would stand behind those requests.
LEFT_SECONDS: Final = 0.001
# A connection just taken counts as such a request, before it has sent any.
FRESH_SECONDS: Final = 0.1


class FairLoop(asyncio.SelectorEventLoop):
    """An event loop that leaves waiting connections to others that have less to do."""

    requests = 0
    """How many requests it is at."""

    def _accept_connection(
        self,
        protocol_factory: Any,
        sock: socket.socket,
        sslcontext: Any = None,
        server: Any = None,
        _backlog: int = 1,
        *more: Any,
    ) -> None:
        # asyncio reads its backlog twice: as what may wait at the socket, and as how many it accepts in one go.
        how = (protocol_factory, sock, sslcontext, server, 1, *more)
        if self.requests:
            self._remove_reader(sock.fileno())  # type: ignore[attr-defined]
            self.call_later(self.requests * LEFT_SECONDS, self._take_what_is_left, *how)
        else:
            super()._accept_connection(*how)  # type: ignore[misc]

    async def _accept_connection2(self, *how: Any) -> None:
        self.requests += 1
        self.call_later(FRESH_SECONDS, self._no_longer_fresh)
        await super()._accept_connection2(*how)  # type: ignore[misc]

    def _no_longer_fresh(self) -> None:
        self.requests -= 1

    def _take_what_is_left(self, protocol_factory: Any, sock: socket.socket, *more: Any) -> None:
        if sock.fileno() < 0:  # closed meanwhile
            return
        super()._accept_connection(protocol_factory, sock, *more)  # type: ignore[misc]
        self._add_reader(sock.fileno(), self._accept_connection, protocol_factory, sock, *more)  # type: ignore[attr-defined]


class Counted:
    """ASGI middleware that tells its loop how many requests it is at."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, and count it until it is answered."""
        loop = asyncio.get_running_loop()
        if scope["type"] != "http" or not isinstance(loop, FairLoop):
            await self._app(scope, receive, send)
            return
        loop.requests += 1
        try:
            await self._app(scope, receive, send)
        finally:
            loop.requests -= 1

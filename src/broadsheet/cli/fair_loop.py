"""The event loop of each of several serving processes: it takes one waiting connection at a time, not all there are.

asyncio's own takes in one go whatever waits at the socket that the processes share, so that the first to wake serves
everybody and the others nobody. Only `serving` asks for this one, and only where there are several.
"""

import asyncio
from typing import Any


class FairLoop(asyncio.SelectorEventLoop):
    """An event loop that leaves waiting connections to others that are idle."""

    def _accept_connection(
        self,
        protocol_factory: Any,
        sock: Any,
        sslcontext: Any = None,
        server: Any = None,
        _backlog: int = 1,
        *more: Any,
    ) -> None:
        # asyncio reads its backlog twice: as what may wait at the socket, and as how many it accepts in one go.
        super()._accept_connection(protocol_factory, sock, sslcontext, server, 1, *more)  # type: ignore[misc]

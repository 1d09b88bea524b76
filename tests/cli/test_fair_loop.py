import asyncio
import socket
from contextlib import ExitStack

from broadsheet.cli.fair_loop import FairLoop

WAITING = 12


def test_two_loops_share_those_who_wait_at_one_socket() -> None:
    served = [0, 0]
    with ExitStack() as stack:
        shared = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=WAITING))
        loops = [FairLoop() for _ in served]

        def greet(place: int) -> None:
            served[place] += 1

        for place, loop in enumerate(loops):
            stack.callback(loop.close)
            own = stack.enter_context(shared.dup())
            own.setblocking(False)

            class _Greeter(asyncio.Protocol):
                def connection_made(self, _transport: asyncio.BaseTransport, place: int = place) -> None:
                    greet(place)

            loop.run_until_complete(loop.create_server(_Greeter, sock=own))
        for _ in range(WAITING):
            stack.enter_context(socket.create_connection(shared.getsockname()))
        while sum(served) < WAITING:
            for loop in loops:
                loop.run_until_complete(asyncio.sleep(0))
    assert min(served) >= WAITING // 3

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from starlette.types import Message, Receive, Scope, Send

from broadsheet.cli.fair_loop import Counted, FairLoop

WAITING = 12


class Doors:
    """Loops that listen at one socket, and how many connections each has taken."""

    def __init__(self, stack: ExitStack, loops: int) -> None:
        self.shared = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=WAITING))
        self.served = [0] * loops
        self.loops = [FairLoop() for _ in self.served]
        self._stack = stack
        for place, loop in enumerate(self.loops):
            stack.callback(loop.close)
            own = stack.enter_context(self.shared.dup())
            own.setblocking(False)
            loop.run_until_complete(loop.create_server(self._greeter(place), sock=own))

    def knock(self, times: int) -> None:
        """Have so many clients connect, and let the loops run until each is served."""
        for _ in range(times):
            self._stack.enter_context(socket.create_connection(self.shared.getsockname()))
        wanted = sum(self.served) + times
        while sum(self.served) < wanted:
            for loop in self.loops:
                loop.run_until_complete(asyncio.sleep(0))

    def _greeter(self, place: int) -> type[asyncio.Protocol]:
        served = self.served

        class _Greeter(asyncio.Protocol):
            def connection_made(self, _transport: asyncio.BaseTransport) -> None:
                served[place] += 1

        return _Greeter


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as held:
        yield held


def test_two_loops_share_those_who_wait_at_one_socket(stack: ExitStack) -> None:
    doors = Doors(stack, 2)
    doors.knock(WAITING)
    assert min(doors.served) >= WAITING // 3


def test_a_busy_loop_leaves_them_to_an_idle_one(stack: ExitStack) -> None:
    doors = Doors(stack, 2)
    doors.loops[0].requests = 1_000_000
    doors.knock(WAITING)
    assert doors.served == [0, WAITING]


def test_what_nobody_else_takes_a_busy_loop_takes_again_and_again(stack: ExitStack) -> None:
    doors = Doors(stack, 1)
    doors.loops[0].requests = 1
    doors.knock(2)
    doors.knock(1)
    assert doors.served == [3]


def test_a_socket_that_was_closed_meanwhile_is_left_alone() -> None:
    loop, closed = FairLoop(), socket.socket()
    closed.close()
    loop._take_what_is_left(asyncio.Protocol, closed)
    loop.close()


async def _answered(app: Counted, kind: str) -> None:
    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        pass

    await app({"type": kind}, receive, send)


def test_a_loop_knows_how_many_requests_it_is_at() -> None:
    seen = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(asyncio.get_running_loop().requests)  # type: ignore[attr-defined]
        if scope["type"] == "http" and len(seen) < 3:
            await _answered(counted, "http")
        if len(seen) == 3:
            raise ValueError("lost")

    counted, loop = Counted(app), FairLoop()
    loop.run_until_complete(_answered(counted, "lifespan"))
    with pytest.raises(ValueError, match="lost"):
        loop.run_until_complete(_answered(counted, "http"))
    loop.close()
    assert seen == [0, 1, 2]
    assert loop.requests == 0


def test_another_loop_is_not_asked_to_count() -> None:
    answered = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        answered.append(scope["type"])

    asyncio.run(_answered(Counted(app), "http"))
    assert answered == ["http"]

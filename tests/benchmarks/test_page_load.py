import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from benchmarks.page_load import Tally, _run

PAGE = b"x" * 500
HEAD = b'HTTP/1.1 200 OK\r\nETag: "1"\r\nSet-Cookie: form=a; Path=/\r\nContent-Length: 500\r\n\r\n'
PAUSE = 0.05

Answer = Callable[[str, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def _server(answer: Answer) -> AsyncIterator[int]:
    """Serve on loopback, one connection after the other's request, and yield the port."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                await answer(head.decode(), writer)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def _page(_head: str, writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + PAGE)


def _measured(answer: Answer, paths: list[str], rate: float, *, known: bool = False) -> Tally:
    async def whole() -> Tally:
        async with _server(answer) as port:
            return await _run(port, paths, 0, rate, known=known)

    return asyncio.run(whole())


def test_every_request_is_counted_with_its_bytes() -> None:
    tally = _measured(_page, ["/"] * 20, 1_000)
    assert (len(tally.taken), tally.failed) == (20, 0)
    assert set(tally.wire) == {len(PAGE) + len(HEAD)}


def test_a_wait_counts_from_when_a_request_was_due() -> None:
    """One slow server for all: requests queue, and what they waited is in their time, not only the first one's."""
    turn = asyncio.Lock()

    async def slow(head: str, writer: asyncio.StreamWriter) -> None:
        async with turn:
            await asyncio.sleep(PAUSE)
            await _page(head, writer)

    tally = _measured(slow, ["/"] * 4, 1_000)
    assert max(tally.taken) > 1000 * PAUSE * 3


def test_a_known_page_is_asked_for_with_its_tag_and_cookie() -> None:
    asked: list[str] = []

    async def told(head: str, writer: asyncio.StreamWriter) -> None:
        asked.append(head)
        await _page(head, writer)

    _measured(told, ["/", "/"], 1_000, known=True)
    assert "If-None-Match" not in asked[0]
    assert all('If-None-Match: "1"\r\n' in head and "Cookie: form=a\r\n" in head for head in asked[1:])
    assert len(asked) == 3


def test_what_fails_is_counted() -> None:
    async def broken(_head: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n")

    assert _measured(broken, ["/"] * 3, 1_000).failed == 3

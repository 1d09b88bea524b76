"""An SMTP server that takes every mail and counts who got how many: `python -m benchmarks.smtp_sink --keep 100 FOLDER`.

It runs in a process of its own and is told over standard input: `count` prints how many mails came, `tally` the tally
as JSON, the end of the input ends it. It answers commands that arrive together, together, as large receivers do.
"""

import argparse
import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_END = b"\r\n.\r\n"
_HELLO = b"250-sink\r\n250-PIPELINING\r\n250-SIZE 20000000\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
_SAID = {b"MAIL": b"250 OK\r\n", b"RCPT": b"250 OK\r\n", b"DATA": b"354 Go on\r\n", b"RSET": b"250 OK\r\n"}


@dataclass
class Post:
    """What came: mails by recipient, their size, and the first of them as files."""

    keep: int = 0
    folder: Path = Path()
    by_recipient: Counter[bytes] = field(default_factory=Counter)
    mails: int = 0
    size: int = 0
    sessions: int = 0

    def take(self, recipient: bytes, mail: bytes) -> None:
        """Count one mail."""
        if self.mails < self.keep:
            (self.folder / f"{self.mails:06}.eml").write_bytes(mail.replace(b"\r\n..", b"\r\n."))
        self.mails += 1
        self.size += len(mail)
        self.by_recipient[recipient] += 1

    def tally(self) -> dict[str, Any]:
        """Return how many mails came, and how many recipients got one, two or more."""
        times = Counter(self.by_recipient.values())
        more = sum(count for number, count in times.items() if number > 2)
        found = {"mails": self.mails, "recipients": len(self.by_recipient), "once": times[1], "twice": times[2]}
        return found | {"more": more, "bytes": self.size, "sessions": self.sessions}


class Session(asyncio.Protocol):
    """One connection."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._buffer = bytearray()
        self._in_mail = False
        self._recipient = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self._post.sessions += 1
        self._transport: Any = transport
        self._transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer every whole command and mail that is there, in one piece."""
        seen = max(0, len(self._buffer) - len(_END))
        self._buffer += data
        said = bytearray()
        while (answer := self._step(seen)) is not None:
            said += answer
            seen = 0
        if said:
            self._transport.write(bytes(said))

    def _step(self, seen: int) -> bytes | None:
        end = self._buffer.find(_END if self._in_mail else b"\r\n", seen if self._in_mail else 0)
        if end < 0:
            return None
        if self._in_mail:
            self._post.take(self._recipient, bytes(self._buffer[: end + 2]))
            del self._buffer[: end + len(_END)]
            self._in_mail = False
            return b"250 Taken\r\n"
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return self._answer(line)

    def _answer(self, line: bytes) -> bytes:
        verb = line[:4].upper()
        if verb == b"QUIT":
            self._transport.write(b"221 Bye\r\n")
            self._transport.close()
        if verb == b"RCPT":
            self._recipient = line.partition(b"<")[2].partition(b">")[0]
        self._in_mail = verb == b"DATA"
        return _HELLO if verb == b"EHLO" else b"" if verb == b"QUIT" else _SAID.get(verb, b"502 No\r\n")


class Sink:
    """A sink in another process, from the side of who started it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.pid = process.pid
        self.port = int(self._line())

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"smtp://127.0.0.1:{self.port}"

    def count(self) -> int:
        """Return how many mails came so far."""
        return int(self._ask("count"))

    def tally(self) -> dict[str, int]:
        """Return the tally so far."""
        return dict(json.loads(self._ask("tally")))

    def _ask(self, word: str) -> str:
        assert self._process.stdin
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()
        return self._line()

    def _line(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline()


@contextmanager
def sink(folder: Path, keep: int = 0) -> Iterator[Sink]:
    """Run a sink for the block that keeps the first mails in a folder."""
    command = [sys.executable, "-m", "benchmarks.smtp_sink", "--keep", str(keep), str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Sink(process)
        assert process.stdin
        process.stdin.close()


async def _serve(post: Post) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Session(post), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while word := (await reader.readline()).strip():
        print(post.mails if word == b"count" else json.dumps(post.tally()), flush=True)
    server.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--keep", type=int, default=0)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    asyncio.run(_serve(Post(given.keep, given.folder)))

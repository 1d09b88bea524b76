"""A real IMAP server (pymap) in a process of its own, with TLS where a certificate is given."""

import imaplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from tests.doors.instance import PATIENCE, free_port

USER, PASSWORD = "bounce", "a@pass:word"
_URL_PASSWORD = "a%40pass%3Aword"


@contextmanager
def imap_server(certificate: Path | None = None, key: Path | None = None) -> Iterator["ImapServer"]:
    """Run a server with one empty mailbox for the block."""
    port = free_port()
    tls = ["--cert", str(certificate), "--key", str(key)] if certificate else ["--no-tls"]
    mailbox = ["dict", "--demo-user", USER, "--demo-password", PASSWORD]
    line = [
        sys.executable,
        "-c",
        "from pymap.main import main; main()",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        *tls,
        *mailbox,
    ]
    process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server = ImapServer(port)
    try:
        server.wait(process)
        yield server
    finally:
        server.client.logout()  # the server waits for whom it serves
        process.terminate()
        process.wait(PATIENCE)


class ImapServer:
    """Where it is, and what lies there, asked as another mail program would."""

    def __init__(self, port: int) -> None:
        self.port = port

    def url(self, scheme: str = "imap", rest: str = "/INBOX") -> str:
        return f"{scheme}://{USER}:{_URL_PASSWORD}@127.0.0.1:{self.port}{rest}"

    def put(self, *mails: bytes, folder: str = "INBOX") -> None:
        """Lay mails into a folder, which is made where there is none."""
        self.client.create(folder)
        for raw in mails:
            assert self.client.append(folder, "", "", raw)[0] == "OK"

    def flags(self, folder: str = "INBOX") -> list[bool]:
        """Whether each mail of a folder is marked as seen, in order."""
        status, _ = self.client.select(folder, readonly=True)
        assert status == "OK"
        found = self.client.fetch("1:*", "(FLAGS)")[1]
        return [b"\\Seen" in line for line in found if isinstance(line, bytes)]

    @cached_property
    def client(self) -> imaplib.IMAP4:
        """Signed in once: the server takes a third of a second for it."""
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=PATIENCE)
        client.login(USER, PASSWORD)
        return client

    def wait(self, process: "subprocess.Popen[bytes]") -> None:
        for _ in range(1_200):
            assert process.poll() is None, "the IMAP server ended at once"
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("the IMAP server did not answer within a minute")

"""The outbox: mails as files, for an instance that has no SMTP server yet.

It keeps the promise of `transport`; reading the files is any mail program's matter.
A file appears whole under its last name, so whoever watches the directory never reads half a mail.
"""

import os
import secrets
from pathlib import Path

from broadsheet.clock import Clock
from broadsheet.errors import Unavailable
from broadsheet.mail.replies import Last, Withheld, always


class Outbox:
    """Writes every mail as an .eml file, whole or not at all, readable by the instance's user alone."""

    def __init__(self, directory: Path, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock

    def send(self, mail: bytes, *, sender: str, recipient: str, last: Last = always) -> None:  # noqa: ARG002 - both are in its headers
        """Write one file, its name sortable by time; raises `Withheld`, and `Unavailable` for a full disk."""
        if not last():
            raise Withheld
        name = f"{self._clock.now():%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(4)}.eml"
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(self._directory / name, mail)
        except OSError as error:
            raise Unavailable(
                f"The outbox {self._directory} cannot be written ({error.strerror}). "
                "Make room or mend its permissions; mails wait until then.",
                value=str(self._directory),
            ) from error

    @property
    def lanes(self) -> int:
        """One: a disk takes mails in turn."""
        return 1

    def close(self) -> None:
        """Nothing is kept open."""

    def describe(self) -> str:
        """Return a sentence for pages: where mails go."""
        return f"No SMTP server is set: mails are written to {self._directory} as .eml files."


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that the instance's user alone may read, and that has its name only once it is whole on the disk."""
    partial = path.with_suffix(".partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise

"""The keys that mails are signed with: made once, kept in the home for its user alone, told to the world by a record.

What is signed is `dkim`'s matter.
A private key leaves this module in no form but its file: not in a log, an error, a page or a `repr`.
"""

from base64 import b64encode
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from broadsheet.errors import Unavailable
from broadsheet.mail.outbox import write_whole

RSA_BITS = 2048  # what every receiver verifies (RFC 8301 asks for at least 1024); more would not fit older DNS panels
ED25519_SUFFIX = "-ed25519"


@dataclass(frozen=True)
class DkimKey:
    """One private key under its `selector`."""

    selector: str
    private: RSAPrivateKey | Ed25519PrivateKey = field(repr=False)

    @property
    def algorithm(self) -> str:
        """The tag `a=` of its signatures."""
        return "rsa-sha256" if isinstance(self.private, RSAPrivateKey) else "ed25519-sha256"

    def sign(self, data: bytes) -> bytes:
        """Return the signature of `data`; Ed25519 signs its SHA-256 (RFC 8463, 3)."""
        if isinstance(self.private, RSAPrivateKey):
            return self.private.sign(data, PKCS1v15(), SHA256())
        digest = Hash(SHA256())
        digest.update(data)
        return self.private.sign(digest.finalize())

    @cached_property
    def record(self) -> str:
        """The text of its DNS record: the public half alone."""
        if isinstance(self.private, RSAPrivateKey):
            kind, form, public = "rsa", PublicFormat.SubjectPublicKeyInfo, self.private.public_key()
            return _record(kind, public.public_bytes(Encoding.DER, form))
        return _record("ed25519", self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


class DkimKeys:
    """The keys of one selector: an RSA key, and an Ed25519 key beside it where one was made."""

    def __init__(self, folder: Path, selector: str) -> None:
        self._folder = folder
        self._selector = selector
        self._kept: tuple[tuple[int, ...], list[DkimKey]] = ((), [])

    def current(self) -> list[DkimKey]:
        """Return the keys there are, RSA first, none where none was made; raises `Unavailable` for a broken file.

        A key that is made while an instance runs is found by its next mail.
        """
        found = [(path, path.stat()) for path in self._paths() if path.exists()]
        stamp = tuple(number for _, status in found for number in (status.st_ino, status.st_mtime_ns))
        if stamp != self._kept[0]:
            self._kept = stamp, [_load(path) for path, _ in found]
        return self._kept[1]

    def make(self, *, ed25519: bool = False) -> list[DkimKey]:
        """Make what is missing, and return all keys; a key that there is stays as it is, for its record is published.

        Raises `Unavailable` when the folder cannot be written.
        """
        rsa, beside = self._paths()
        if not rsa.exists():
            self._write(rsa, generate_private_key(public_exponent=65537, key_size=RSA_BITS))
        if ed25519 and not beside.exists():
            self._write(beside, Ed25519PrivateKey.generate())
        return self.current()

    def _paths(self) -> tuple[Path, Path]:
        return self._folder / f"{self._selector}.pem", self._folder / f"{self._selector}{ED25519_SUFFIX}.pem"

    def _write(self, path: Path, private: RSAPrivateKey | Ed25519PrivateKey) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(path, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        except OSError as error:
            raise Unavailable(
                f"The key {path} cannot be written ({error.strerror}). Make room or mend the folder's permissions, "
                f"and remove {path.with_suffix('.partial')} if an earlier try left it.",
                value=str(path),
            ) from error


def _record(kind: str, public: bytes) -> str:
    return f"v=DKIM1; k={kind}; p={b64encode(public).decode('ascii')}"


def _load(path: Path) -> DkimKey:
    try:
        private = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _unreadable(path) from error
    if not isinstance(private, RSAPrivateKey | Ed25519PrivateKey):
        raise _unreadable(path)
    return DkimKey(path.stem, private)


def _unreadable(path: Path) -> Unavailable:
    return Unavailable(
        f"The key {path} cannot be read as an RSA or Ed25519 key in PEM without a password, so no mail is signed or "
        "sent. Put it back from a backup, or remove it and run `broadsheet mail setup` to publish a new one.",
        value=str(path),
    )

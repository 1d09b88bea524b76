"""Lines of a file that may be compressed (xz, gzip, zstandard, told by its first bytes), in bounded memory.

What a line means is the reader's matter.
Nothing here trusts the file: an endless line is skipped, and a file that swells beyond reason or breaks off ends the
reading with `Damaged`, after every good line before it.
"""

import gzip
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

import zstandard

CHUNK = 1 << 20
MAX_LINE = 4 << 20
MAX_RATIO = 200  # unpacked to packed; real metadata reaches 6 to 10
RATIO_MATTERS_FROM = 64 << 20
UNPACKER_MEMORY = 256 << 20
_XZ, _GZIP, _ZSTD = b"\xfd7zXZ\x00", b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
# zstandard gives out all that its input holds, at most 128 KiB for each 4 bytes: small bites bound it.
_ZSTD_BITE = 512


class Damaged(Exception):  # noqa: N818 - says what is wrong, as a sentence
    """The file cannot be read any further."""


def lines(raw: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Yield each line with its number from 1, without its end; None for one of more than `MAX_LINE` bytes.

    Raises `Damaged` when the file breaks off, is corrupt, or swells beyond reason.
    """
    number, rest, skipping = 1, b"", False
    for chunk in chunks(raw):
        first, *others = chunk.split(b"\n")
        rest = b"" if skipping else rest + first
        skipping = skipping or len(rest) > MAX_LINE
        for other in others:
            yield number, None if skipping else rest
            number, rest, skipping = number + 1, other, False
    if rest or skipping:
        yield number, None if skipping else rest


def chunks(raw: BinaryIO) -> Iterator[bytes]:
    """Yield the unpacked bytes in pieces; raises `Damaged`."""
    head = raw.read(6)
    raw.seek(0)
    unpacked = 0
    try:
        for chunk in _unpacker(head)(raw):
            unpacked += len(chunk)
            if unpacked > RATIO_MATTERS_FROM and unpacked > MAX_RATIO * raw.tell():
                raise Damaged(f"Unpacked, the file is more than {MAX_RATIO} times its size: it looks like a bomb.")
            yield chunk
    except (EOFError, gzip.BadGzipFile, zlib.error, lzma.LZMAError, zstandard.ZstdError) as error:
        detail = f" ({error})" if str(error) else ""
        raise Damaged(f"The compressed file is damaged or breaks off here{detail}; fetch it again.") from error


def _unpacker(head: bytes) -> Callable[[BinaryIO], Iterator[bytes]]:
    if head.startswith(_XZ):
        return _xz
    if head.startswith(_GZIP):
        return _gzip
    return _zstd if head.startswith(_ZSTD) else _plain


def _plain(raw: BinaryIO) -> Iterator[bytes]:
    while chunk := raw.read(CHUNK):
        yield chunk


def _gzip(raw: BinaryIO) -> Iterator[bytes]:
    with gzip.GzipFile(fileobj=raw) as unpacked:
        while chunk := unpacked.read(CHUNK):
            yield chunk


def _xz(raw: BinaryIO) -> Iterator[bytes]:
    data = raw.read(CHUNK)
    while data:
        decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=UNPACKER_MEMORY)
        while not decoder.eof:
            if decoder.needs_input and not data:
                raise EOFError("the end is missing")
            yield decoder.decompress(data, CHUNK)
            data = raw.read(CHUNK) if decoder.needs_input else b""
        # Streams may stand one after another, with zeros between them (the format allows padding).
        data = (decoder.unused_data + data).lstrip(b"\0") or raw.read(CHUNK).lstrip(b"\0")


def _zstd(raw: BinaryIO) -> Iterator[bytes]:
    data = raw.read(CHUNK)
    while data:
        decoder = zstandard.ZstdDecompressor(max_window_size=UNPACKER_MEMORY).decompressobj()
        while not decoder.eof:
            if not data:
                raise EOFError("the end is missing")
            bite, data = data[:_ZSTD_BITE], data[_ZSTD_BITE:]
            yield decoder.decompress(bite)
            data = data or raw.read(CHUNK)
        data = decoder.unused_data + data or raw.read(CHUNK)


def peek(raw: BinaryIO) -> bytes:
    """Return the first 64 unpacked bytes that are not blank, and go back to the start; raises `Damaged`."""
    start = b""
    for chunk in chunks(raw):
        start = (start + chunk).removeprefix(b"\xef\xbb\xbf").lstrip()
        if len(start) >= 64:
            break
    raw.seek(0)
    return start[:64]

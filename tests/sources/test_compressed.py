import gzip
import io
import lzma
import random
import zlib
from collections.abc import Callable
from functools import partial

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.sources import compressed
from broadsheet.sources.compressed import Damaged, lines, peek

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "xz": partial(lzma.compress, preset=0),
    "zstd": zstandard.ZstdCompressor(write_checksum=True).compress,
}


@pytest.mark.parametrize("form", PACKERS)
@given(text=st.binary(max_size=4000))
def test_lines_come_as_they_went_in(form: str, text: bytes) -> None:
    if form == "plain" and text[:6].startswith((b"\xfd7zXZ\x00", b"\x1f\x8b", b"\x28\xb5\x2f\xfd")):
        return
    wanted = text.split(b"\n")
    if not wanted[-1]:
        wanted.pop()
    assert list(lines(io.BytesIO(PACKERS[form](text)))) == list(enumerate(wanted, start=1))


@pytest.mark.parametrize("form", PACKERS)
def test_lines_cross_the_pieces_in_which_they_are_read(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "CHUNK", 7)
    text = b"\n".join(b"line %d of the tide table" % n for n in range(200))
    assert [line for _, line in lines(io.BytesIO(PACKERS[form](text)))] == text.split(b"\n")


@pytest.mark.parametrize("form", ["gzip", "xz", "zstd"])
def test_packed_files_may_stand_one_after_another(form: str) -> None:
    two = PACKERS[form](b"ebb\n") + PACKERS[form](b"flow\n")
    assert list(lines(io.BytesIO(two))) == [(1, b"ebb"), (2, b"flow")]


def test_xz_streams_may_be_padded() -> None:
    padded = lzma.compress(b"ebb\n") + b"\0" * 8 + lzma.compress(b"flow\n") + b"\0" * 4
    assert list(lines(io.BytesIO(padded))) == [(1, b"ebb"), (2, b"flow")]


@pytest.mark.parametrize("form", ["gzip", "xz", "zstd"])
def test_a_file_that_breaks_off_gives_its_good_lines_and_then_says_so(form: str) -> None:
    chance = random.Random(7)
    text = b"".join(b"%d %s\n" % (n, chance.randbytes(300).hex().encode()) for n in range(4000))
    packed = PACKERS[form](text)
    seen: list[bytes | None] = []
    with pytest.raises(Damaged, match="breaks off"):
        seen.extend(line for _, line in lines(io.BytesIO(packed[: len(packed) * 3 // 4])))
    assert 100 < len(seen) < 4000
    assert seen == text.split(b"\n")[: len(seen)]


@pytest.mark.parametrize("form", ["gzip", "xz", "zstd"])
def test_a_corrupt_file_says_so(form: str) -> None:
    packed = bytearray(PACKERS[form](b"tide table\n" * 1000))
    packed[len(packed) // 2] ^= 0xFF
    packed[len(packed) // 2 + 1] ^= 0xFF
    with pytest.raises(Damaged):
        list(lines(io.BytesIO(bytes(packed))))


def test_an_endless_line_is_skipped_and_the_rest_comes_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "CHUNK", 64)
    monkeypatch.setattr(compressed, "MAX_LINE", 100)
    text = b"first\n" + b"x" * 1000 + b"\nthird\n" + b"y" * 300
    assert list(lines(io.BytesIO(text))) == [(1, b"first"), (2, None), (3, b"third"), (4, None)]


@pytest.mark.parametrize("form", ["gzip", "xz", "zstd"])
def test_a_bomb_is_not_unpacked_to_its_end(form: str) -> None:
    bomb = PACKERS[form](b"\n" * 5_000_000) * 20
    sizes: list[int] = []
    with pytest.raises(Damaged, match="bomb"):
        sizes.extend(len(chunk) for chunk in compressed.chunks(io.BytesIO(bomb)))
    assert max(sizes) <= 17 << 20
    assert sum(sizes) < 90_000_000


def test_an_unpacker_that_wants_too_much_memory_is_refused() -> None:
    header = _xz_header(dictionary=0x25)  # which means 3 GiB; packing so would need that memory here too
    with pytest.raises(Damaged, match=r"[Mm]emory"):
        list(lines(io.BytesIO(header)))


def _xz_header(dictionary: int) -> bytes:
    flags = b"\x00\x01"
    stream = b"\xfd7zXZ\x00" + flags + zlib.crc32(flags).to_bytes(4, "little")
    block = bytes([0x02, 0x00, 0x21, 0x01, dictionary, 0, 0, 0])
    return stream + block + zlib.crc32(block).to_bytes(4, "little") + b"\x01" * 64


@pytest.mark.parametrize("form", PACKERS)
def test_a_peek_tells_the_beginning_and_goes_back(form: str) -> None:
    raw = io.BytesIO(PACKERS[form](b'\xef\xbb\xbf \n\t {"id": 1}\n'))
    assert peek(raw).startswith(b'{"id"')
    assert raw.tell() == 0
    assert peek(io.BytesIO(PACKERS[form](b""))) == b""

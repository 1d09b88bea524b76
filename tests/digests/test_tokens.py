from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from broadsheet.digests.tokens import Claim, Purpose, Tokens
from broadsheet.errors import Invalid

ISSUED = datetime(2026, 1, 15, 12, tzinfo=UTC)
TOKENS = Tokens(b"s" * 32)


@settings(max_examples=50)
@given(st.sampled_from(["confirm", "manage"]), st.integers(1, 2**62 - 1), st.text("0123456789abcdef", min_size=1))
def test_a_token_says_what_it_was_made_for(purpose: Purpose, number: int, key: str) -> None:
    token = TOKENS.make(purpose, number, key, ISSUED)
    assert TOKENS.unverified(token) == number
    assert TOKENS.verify(token, key) == Claim(purpose, number, ISSUED)
    assert len(token) < 150
    assert all(char.isalnum() or char in "-_." for char in token)


@settings(max_examples=150)
@given(st.data())
def test_no_changed_token_holds(data: st.DataObject) -> None:
    token = TOKENS.make("manage", 12, "key", ISSUED)
    at = data.draw(st.integers(0, len(token) - 1))
    forged = token[:at] + data.draw(st.characters()) + token[at + 1 :]
    if forged == token:
        return
    try:
        claim = TOKENS.verify(forged, "key")
    except Invalid:
        return
    # Base64 leaves some bits of a last letter open; what such a token says is what was signed.
    assert claim == Claim("manage", 12, ISSUED)


@settings(max_examples=100)
@given(st.one_of(st.text(), st.text("abc.-_=", max_size=400), st.binary().map(lambda raw: raw.decode("latin-1"))))
def test_whatever_is_sent_is_invalid_and_no_crash(token: str) -> None:
    for read in (TOKENS.unverified, lambda text: TOKENS.verify(text, "key")):
        with pytest.raises(Invalid):
            read(token)


def test_another_key_or_secret_does_not_verify() -> None:
    token = TOKENS.make("manage", 12, "key", ISSUED)
    with pytest.raises(Invalid):
        TOKENS.verify(token, "other")
    with pytest.raises(Invalid):
        Tokens(b"t" * 32).verify(token, "key")


@pytest.mark.parametrize(
    "payload", [{"a": "b"}, ["m"], ["x", 1, 1], ["m", "1", 1], ["m", -1, 1], ["m", 1, 2**60], None, "m"]
)
def test_a_payload_of_another_shape_is_invalid(payload: object) -> None:
    token = str(URLSafeSerializer("anything").dumps(payload))
    with pytest.raises(Invalid):
        TOKENS.unverified(token)


def test_a_number_that_could_be_compressed_is_not() -> None:
    assert TOKENS.unverified(TOKENS.make("manage", int("1" * 18), "key", ISSUED)) == int("1" * 18)


def test_a_compressed_payload_is_not_unpacked() -> None:
    bomb = str(URLSafeSerializer("anything").dumps(["m", 1, 1, "x" * 100_000]))
    assert bomb.startswith(".")
    with pytest.raises(Invalid):
        TOKENS.unverified(bomb)

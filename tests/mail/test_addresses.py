import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.errors import Invalid
from broadsheet.mail.addresses import read

SECRET = b"s" * 32


@pytest.mark.parametrize(
    ("typed", "mailbox"),
    [
        (" Bob@Example.ORG ", "Bob@example.org"),
        ("bob+papers@example.org", "bob+papers@example.org"),
        ("bob@bücher.example", "bob@xn--bcher-kva.example"),
        ("bücher@example.org", "bücher@example.org"),
    ],
)
def test_addresses_are_read_as_typed(typed: str, mailbox: str) -> None:
    assert read(typed, SECRET).mailbox == mailbox


def test_one_mailbox_has_one_key_and_tags_make_others() -> None:
    keys = {read(typed, SECRET).key for typed in ("bob@example.org", "BOB@EXAMPLE.org", " bob@example.org")}
    assert len(keys) == 1
    assert read("bob+x@example.org", SECRET).key not in keys
    assert read("bob@bücher.example", SECRET).key == read("bob@xn--bcher-kva.example", SECRET).key


def test_a_key_needs_the_secret() -> None:
    assert read("bob@example.org", SECRET).key != read("bob@example.org", b"t" * 32).key


def test_an_address_prints_nothing() -> None:
    assert "bob" not in repr(read("bob@example.org", SECRET))


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "bob",
        "bob@",
        "@example.org",
        "bob@localhost",
        "bob@example.org, eve@example.org",
        "Bob <bob@example.org>",
        "bob@example.org\r\nBcc: eve@example.org",
        '"bob\\"@x"@example.org',
        "bob@[127.0.0.1]",
        "b" * 70 + "@example.org",
        "b" * 100_000,
    ],
)
def test_what_is_no_address_is_told_without_repeating_it(typed: str) -> None:
    with pytest.raises(Invalid) as error:
        read(typed, SECRET)
    assert error.value.field == "address"
    assert error.value.value is None


@settings(max_examples=100)
@given(st.text(max_size=60))
def test_whatever_is_typed_is_one_line_or_invalid(typed: str) -> None:
    try:
        found = read(typed, SECRET)
    except Invalid:
        return
    assert found.mailbox.isprintable()
    assert found.mailbox.count("@") == 1

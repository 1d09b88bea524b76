from datetime import UTC, datetime

import pytest

from broadsheet.errors import Invalid
from broadsheet.mail.addresses import read as address
from broadsheet.mail.suppression import Suppression
from broadsheet.mail.suppression_file import BadLine, lines_of, read, written
from tests.conftest import NOON

SECRET = b"s" * 32
ADA = address("ada@reader.example", SECRET).key
THEN = datetime(2025, 12, 1, 8, tzinfo=UTC)


def told(text: str) -> list[Suppression | BadLine]:
    return list(read(lines_of(text), SECRET, NOON))


def test_what_was_written_is_read_again() -> None:
    entries = [Suppression("a" * 64, "bounced", THEN), Suppression("b" * 64, "complained", NOON)]
    text = "".join(written(entries))
    assert text.splitlines()[:2] == ["address_key,reason,since", f"{'a' * 64},bounced,2025-12-01T08:00:00+00:00"]
    assert told(text) == entries


@pytest.mark.parametrize(
    ("text", "reason", "since"),
    [
        ("address,reason,since\nADA@reader.example,bounced,2025-12-01T08:00:00Z\n", "bounced", THEN),
        ("Email,Created,Reason\nada@reader.example,never,HARD_BOUNCE\n", "bounced", NOON),
        ('"email"\r\n"ada@reader.example"\r\n', "operator", NOON),
        ("\ufeffaddress,reason\nada@reader.example,Spam Complaint\n", "complained", NOON),
        ("reason,Email Address\nunreachable,ada@reader.example\n", "unreachable", NOON),
        ("address,since\nada@reader.example,2025-12-01 08:00\n", "operator", THEN),
        ("address,since\nada@reader.example,2099-01-01\n", "operator", NOON),
        ("address\n\n  \nada@reader.example", "operator", NOON),
    ],
)
def test_lists_of_providers_are_read(text: str, reason: str, since: datetime) -> None:
    assert told(text) == [Suppression(ADA, reason, since)]  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "name,reason\nada,x\n", "ada@reader.example\n"])
def test_a_file_that_says_of_nobody_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="address, email or address_key"):
        told(text)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("nobody,bounced,", "no mail address"),
        ("ada@reader.example,because,", "is no reason"),
        ("ada@reader.example,bounced,yesterday", "is no moment"),
        ("", ""),
    ],
)
def test_a_bad_line_is_told_with_its_number_and_stops_no_other(line: str, says: str) -> None:
    found = told(f"address,reason,since\n{line}\nada@reader.example,bounced,\n")
    assert found[-1] == Suppression(ADA, "bounced", NOON)
    bad = [one for one in found if isinstance(one, BadLine)]
    assert [one.number for one in bad] == [2] * bool(line)
    assert all(says in one.reason for one in bad)


def test_keys_are_keys() -> None:
    assert [type(one) for one in told("address_key\n" + "A" * 64 + "\n" + "a" * 63 + "\n")] == [BadLine, BadLine]


def test_a_line_that_is_no_csv_stops_no_other() -> None:
    found = told("address\n" + "x" * 200_000 + "\nada@reader.example\n")
    assert [type(one) for one in found] == [BadLine, Suppression]

"""Writes the list of addresses that must not be written to as CSV, and reads one, of our own or a provider's.

Whether somebody is on the list is `suppression`'s matter.
What is written names nobody: keys hold in this instance alone, whose secret made them. What is read may name addresses,
which are turned into keys at once and kept nowhere.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO

from broadsheet.errors import Invalid
from broadsheet.mail import addresses
from broadsheet.mail.suppression import REASONS, Reason, Suppression

COLUMNS = ("address_key", "reason", "since")
MOST_LINES = 1_000_000
_ADDRESS_COLUMNS = ("address", "email", "email address", "recipient")
_KEY_DIGITS = 64
# What providers call the same in their exports.
_ALSO: dict[str, Reason] = {
    "bounce": "bounced",
    "bounces": "bounced",
    "hard_bounce": "bounced",
    "hardbounce": "bounced",
    "complaint": "complained",
    "complaints": "complained",
    "spam": "complained",
    "spamcomplaint": "complained",
    "manual": "operator",
    "manualsuppression": "operator",
    "": "operator",
}


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that says nothing that can be used, with its number and what is wrong with it."""

    number: int
    reason: str


def written(entries: Iterable[Suppression]) -> Iterator[str]:
    """Yield the CSV of entries, a line at a time: the key of an address, why, and since when (ISO 8601, UTC)."""
    yield ",".join(COLUMNS) + "\n"
    for entry in entries:
        yield f"{entry.address_key},{entry.reason},{entry.since.astimezone(UTC).isoformat(timespec='seconds')}\n"


def read(lines: Iterable[str], secret: bytes, now: datetime) -> Iterator[Suppression | BadLine]:
    """Yield what each line says; raises `Invalid` (field `file`) where no column says whose line it is.

    A column `address` (or `email`) or `address_key` is needed; `reason` and `since` are not, others are passed over.
    """
    rows = csv.reader(lines)
    try:
        names = [name.strip().lower().lstrip("\ufeff") for name in next(rows, [])]
    except csv.Error as error:
        raise Invalid(f"That is no CSV ({error}).", field="file") from error
    key, address = _place(names, ("address_key",)), _place(names, _ADDRESS_COLUMNS)
    if key is None and address is None:
        raise Invalid(
            "The first line names no column that says whose line it is: address, email or address_key. Write such as "
            "`address,reason,since`.",
            field="file",
        )
    reason, since = _place(names, ("reason",)), _place(names, ("since",))
    for number, row in _numbered(rows):
        if isinstance(row, BadLine):
            yield row
            continue
        if not any(cell.strip() for cell in row):
            continue
        try:
            whose = _key(_cell(row, key)) if key is not None else addresses.read(_cell(row, address), secret).key
            yield Suppression(whose, _reason(_cell(row, reason)), _since(_cell(row, since), now))
        except Invalid as bad:
            yield BadLine(number, bad.message)


def lines_of(text: str) -> Iterable[str]:
    """Return a pasted text as lines."""
    return StringIO(text, newline="")


def _numbered(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str] | BadLine]]:
    number = 1
    while number <= MOST_LINES:
        number += 1
        try:
            yield number, next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, BadLine(number, f"That line is no CSV ({error}).")
    raise Invalid(f"A file may have {MOST_LINES:,} lines at most; part it.", field="file")


def _place(names: list[str], wanted: Iterable[str]) -> int | None:
    return next((names.index(name) for name in wanted if name in names), None)


def _cell(row: list[str], place: int | None) -> str:
    return row[place].strip() if place is not None and place < len(row) else ""


def _key(text: str) -> str:
    if len(text) != _KEY_DIGITS or set(text) - set("0123456789abcdef"):
        raise Invalid(f"An address_key has {_KEY_DIGITS} digits of 0-9 and a-f.", field="file")
    return text


def _reason(text: str) -> Reason:
    told = text.lower().replace(" ", "_")
    if told in REASONS:
        return told
    found = _ALSO.get(told) or _ALSO.get(told.replace("_", ""))
    if found is None:
        raise Invalid(f"{text[:40]!r} is no reason; there are {', '.join(REASONS)}.", field="file")
    return found


def _since(text: str, now: datetime) -> datetime:
    if not text:
        return now
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"{text[:40]!r} is no moment; write it as 2026-01-15T08:00:00Z.", field="file") from error
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(aware, now)

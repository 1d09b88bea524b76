import pytest

from broadsheet.accounts.reader import ROLES, Reader, masked, name_of, role_of
from broadsheet.errors import Forbidden, Invalid
from tests.conftest import NOON


@pytest.mark.parametrize("n", range(3))
def test_each_role_may_what_those_before_it_may(n: int) -> None:
    reader = Reader(1, "a@b.example", "", ROLES[n], NOON, None)
    assert [reader.may(role) for role in ROLES] == [place <= n for place in range(3)]


def test_what_one_may_not_names_who_may() -> None:
    with pytest.raises(Forbidden, match="Only an editor may do that"):
        Reader(1, "", "", "reader", NOON, None).require("editor")
    Reader(1, "", "", "admin", NOON, None).require("editor")


def test_an_unknown_role_is_told_with_those_there_are() -> None:
    assert role_of("editor") == "editor"
    with pytest.raises(Invalid, match="choose reader, editor or admin") as told:
        role_of("root")
    assert told.value.field == "role"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  Ada \r\n Quill ", "Ada Quill"),
        ("", ""),
        ("\u202eadA\u200b", "adA"),
        ("\uff21\uff24\uff21", "ADA"),
        ("夏目 漱石", "夏目 漱石"),
    ],
)
def test_a_name_is_one_printable_line(given: str, kept: str) -> None:
    assert name_of(given) == kept


@pytest.mark.parametrize("name", ["x" * 41, "ada@quill.example", "y" * 100_000])
def test_a_name_that_cannot_be_shown_is_refused(name: str) -> None:
    with pytest.raises(Invalid) as told:
        name_of(name)
    assert told.value.field == "name"


def test_a_reader_without_a_name_is_a_number_and_never_an_address() -> None:
    reader = Reader(12, "ada@quill.example", "", "reader", NOON, None)
    assert reader.shown == "Reader 12"
    assert reader.masked == "a…@quill.example"
    assert "ada" not in repr(reader)
    assert masked("") == ""

import pytest

from broadsheet.accounts.names import look_of, require_own
from broadsheet.accounts.readers import Readers
from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.errors import Invalid


@pytest.mark.parametrize(
    "other",
    [
        "ADA QUILL",
        "Аda Quіll",
        "Ada  Quill",
        "Ada\u200b Quill",
        "Adа Quill",
        "Áda Quill",
        "Ada Quiil",
        "Ada Qu1ll",
        "ᎪdaQuill",
    ],
)
def test_what_looks_alike_has_one_look(other: str) -> None:
    assert look_of(other) == look_of("Ada Quill")


@pytest.mark.parametrize(("one", "other"), [("Ada", "Adam"), ("Bruno", "Brumo"), ("王伟", "王芳"), ("Лев", "Lev")])
def test_what_looks_otherwise_has_another(one: str, other: str) -> None:
    assert look_of(one) != look_of(other)


def test_letters_that_read_as_one() -> None:
    assert look_of("Barnes") == look_of("Bames")
    assert look_of("vvilliam") == look_of("William")


@pytest.mark.parametrize(
    "name", ["admin", "Аdmin", "ADM1N", "Moderator", "Reader 12", "reader12", "Rеader 7", "Broadsheet"]
)
def test_nobody_speaks_for_the_instance_or_the_nameless(name: str) -> None:
    with pytest.raises(Invalid, match="Choose another"):
        require_own(name)


@pytest.mark.parametrize("name", ["Ada", "Readers Digest", "Administrata", "ada reader"])
def test_names_of_ones_own_are_free(name: str) -> None:
    require_own(name)


def test_a_name_that_cannot_be_seen_is_none() -> None:
    with pytest.raises(Invalid, match="letters"):
        require_own("\u3164\u2800")


def test_of_two_names_with_one_look_one_is_had(database: Database, clock: FixedClock) -> None:
    readers = Readers(database, clock, bytes(32))
    ada, bee = readers.add("ada@quill.example"), readers.add("bee@quill.example")
    readers.rename(ada.id, "Ada Quill")
    for name in ("Ada Quill", "Аda Quіll"):
        with pytest.raises(Invalid, match="looks like another reader") as raised:
            readers.rename(bee.id, name)
        assert raised.value.field == "name"
    assert readers.rename(ada.id, "ADA Quill").name == "ADA Quill"  # one's own may change
    readers.rename(ada.id, "")
    assert readers.rename(bee.id, "Ada Quill").name == "Ada Quill"
    with pytest.raises(Invalid, match="looks like"):
        readers.add("cee@quill.example", name="Ada Qui1l")

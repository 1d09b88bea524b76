import pytest

from broadsheet.errors import BroadsheetError, Conflict, Forbidden, Invalid, NotFound, TooMany, Unavailable


@pytest.mark.parametrize("kind", [NotFound, Conflict, Forbidden, Unavailable])
def test_an_error_is_its_sentence_and_the_value(kind: type[BroadsheetError]) -> None:
    error = kind("The tide is out.", value=7)
    assert isinstance(error, BroadsheetError)
    assert (str(error), error.message, error.value) == ("The tide is out.", "The tide is out.", 7)
    assert kind("The tide is out.").value is None


def test_a_bad_value_names_its_field() -> None:
    error = Invalid("“moss” is no day.", field="since", value="moss")
    assert (error.message, error.field, error.value) == ("“moss” is no day.", "since", "moss")


def test_too_often_says_when_again() -> None:
    assert TooMany("Wait.", retry_after=30).retry_after == 30


def test_one_branch_does_not_catch_another() -> None:
    kinds = [NotFound, Invalid, Conflict, Forbidden, TooMany, Unavailable]
    for kind in kinds:
        assert issubclass(kind, BroadsheetError)
        assert not any(issubclass(kind, other) for other in kinds if other is not kind)
    assert not issubclass(BroadsheetError, OSError | ValueError)


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    from broadsheet import errors

    drawn = {line.split()[1] for line in str(errors.__doc__).splitlines() if line.lstrip().startswith(("├", "└"))}
    assert drawn == {kind.__name__ for kind in BroadsheetError.__subclasses__() if kind.__module__ == errors.__name__}

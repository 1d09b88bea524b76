from datetime import UTC, datetime

import pytest

from broadsheet.reuse.facts import Facts, count_of, dumps, environment_of, loads, moment_of, text_of, texts_of

FULL = Facts(
    licence="MIT",
    stars=0,
    archived=False,
    pushed_at=datetime(2026, 1, 10, 8, tzinfo=UTC),
    base_models=("a/b", "c/d"),
    kind="code",
    environment=(),
)


@pytest.mark.parametrize("facts", [FULL, Facts(), Facts(environment=("setup.py",), gated=True, description="é")])
def test_facts_are_read_as_they_were_written(facts: Facts) -> None:
    assert loads(dumps(facts)) == facts


def test_what_nobody_said_takes_no_room() -> None:
    assert dumps(Facts()) == "{}"
    assert dumps(Facts(environment=())) == '{"environment": []}'


@pytest.mark.parametrize("odd", [None, True, -1, 1e300, "12", [], {}, 2**60])
def test_an_odd_count_is_none(odd: object) -> None:
    assert count_of(odd) is None


def test_odd_texts_and_moments_are_none() -> None:
    assert [text_of(odd) for odd in (None, 7, "", "  ", [])] == [None] * 5
    assert text_of("a\x00b\nc") == "a b c"
    assert len(text_of("x" * 9_000) or "") == 300
    assert texts_of(["a", 7, None, "a", "b"]) == ("a", "b")
    assert texts_of("one") == ("one",)
    assert moment_of("yesterday") is None
    assert moment_of("2026-01-10T08:00:00") == datetime(2026, 1, 10, 8, tzinfo=UTC)


def test_the_environment_is_what_its_files_say() -> None:
    assert environment_of(["README.md", "Dockerfile", "requirements.txt", 7]) == ("requirements.txt", "Dockerfile")
    assert environment_of([]) == ()
    assert environment_of(None) is None

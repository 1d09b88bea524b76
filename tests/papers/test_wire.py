from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.papers import wire
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Artefact, Version
from broadsheet.papers.records import Signal
from tests.conftest import NOON
from tests.invented import record

_TEXTS = st.text(max_size=20)


@settings(max_examples=50)
@given(_TEXTS, _TEXTS, st.lists(_TEXTS, max_size=3), st.none() | st.dates(), st.booleans())
def test_a_record_is_read_as_it_was_written(
    title: str, abstract: str, authors: list[str], published: date | None, withdrawn: bool
) -> None:
    said = record(
        3,
        title=title,
        abstract=abstract,
        authors=tuple(authors),
        published=published,
        withdrawn=withdrawn,
        artefacts=(Artefact("code", "https://github.com/quill/looms", "MIT", 7, NOON, "hf"),),
        versions=(Version(Identifier("arxiv", "2601.00003"), 2, published),),
        payload={},
    )
    assert wire.loads(wire.dumps(said)) == said


def test_a_licence_is_kept_and_no_older_record_looks_changed_for_want_of_one() -> None:
    licensed = record(3, licence="http://creativecommons.org/licenses/by/4.0/", payload={})
    assert wire.loads(wire.dumps(licensed)) == licensed
    assert 'licence":' not in wire.dumps(record(3)).replace('"artefacts"', "")


def test_signals_and_payload_make_no_record_look_changed() -> None:
    said = record(3)
    noisy = replace(said, signals=(Signal("votes", 1, NOON),), payload="another wrapping")
    assert wire.digest(wire.dumps(said)) == wire.digest(wire.dumps(noisy))
    assert wire.digest(wire.dumps(said)) != wire.digest(wire.dumps(replace(said, comments="9 pages")))


def test_a_payload_stays_as_it_came() -> None:
    assert wire.payload_text("<oai>\x00\ud800</oai>") == "<oai>\x00\ud800</oai>"
    assert wire.payload_text({"at": NOON, "title": "é"}) == '{"at": "2026-01-15 12:00:00+00:00", "title": "é"}'

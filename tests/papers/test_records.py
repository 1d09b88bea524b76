from datetime import date

from broadsheet.papers.merging import combine
from broadsheet.papers.records import SourceRecord


def least(key: str) -> SourceRecord:
    """Return the least that an adapter can say."""
    return SourceRecord("file", key, "On moss", "", (), date(2026, 1, 1), ())


def test_what_an_adapter_leaves_out_claims_nothing_about_the_paper() -> None:
    made = combine([least("a")])
    assert (made.title, made.published, made.date_precision, made.sources) == (
        "On moss",
        date(2026, 1, 1),
        "day",
        ("file",),
    )
    said = (made.abstract, made.authors, made.categories, made.identifiers, made.artefacts, made.links, made.versions)
    assert not any((*said, made.venue, made.comments, made.withdrawn, made.summary))


def test_no_two_records_share_a_payload() -> None:
    one, other = least("a"), least("b")
    assert one.payload == other.payload == {}
    assert one.payload is not other.payload

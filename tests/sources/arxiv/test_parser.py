import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.sources.answers import Garbled
from broadsheet.sources.arxiv.parser import parse
from broadsheet.sources.arxiv.wire import OaiError, OaiVersion
from tests.sources.servers import oai_document, oai_page, oai_record, oai_version


def test_a_page_is_read_field_by_field() -> None:
    page = parse(oai_page([oai_record(7, versions=oai_version(1) + oai_version(2, "soon", ""))], "6789|cs"))
    assert (page.response_date, page.token, page.errors) == ("2026-01-15T12:00:00Z", "6789|cs", ())
    (record,) = page.records
    assert (record.identifier, record.id, record.datestamp) == ("oai:arXiv.org:2601.00007", "2601.00007", "2026-01-14")
    assert record.versions == (OaiVersion("v1", "Mon, 12 Jan 2026 17:59:59 GMT", "D"), OaiVersion("v2", "soon"))
    assert record.title == "On counting tide tables,\n  part 7"
    assert record.abstract == "We count tide tables with 7 instruments."
    assert record.categories == "cs.IR cs.LG"
    assert record.authors == r"Ada Qu\'{\i}ll, Bruno Marsh, Jr"
    assert (record.comments, record.doi, record.journal_ref) == ("12 pages in Tromsø", "10.5555/tide.7", "")
    assert "<comments>12 pages in Tromsø</comments>" in record.xml
    assert not record.deleted


def test_the_last_page_has_an_empty_token_and_a_single_one_none() -> None:
    assert parse(oai_page([oai_record(1)], "")).token == ""
    assert parse(oai_page([oai_record(1)])).token is None


def test_an_error_is_read() -> None:
    page = parse(oai_document('<error code="noRecordsMatch">nothing new</error>'))
    assert page.errors == (OaiError("noRecordsMatch", "nothing new"),)


def test_a_deleted_record_is_marked() -> None:
    header = '<header status="deleted"><identifier>oai:arXiv.org:2601.00001</identifier></header>'
    (record,) = parse(oai_document(f"<ListRecords><record>{header}</record></ListRecords>")).records
    assert record.deleted
    assert record.id == ""


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"<!DOCTYPE html><html><br></html>", "web page"),
        (b"<html><body/></html>", "web page"),
        (oai_page([oai_record(1)])[:300], "breaks off"),
        (b"<rss/>", "<rss> document"),
        (oai_document(""), "neither records nor an error"),
        (b"Rate exceeded.", "breaks off or is wrong at line 1"),
    ],
)
def test_what_is_no_answer_is_told(body: bytes, words: str) -> None:
    with pytest.raises(Garbled, match=words):
        parse(body)


def test_entities_are_not_expanded_and_files_not_read() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(9))
    for subset in (laughs, '<!ENTITY l8 SYSTEM "file:///etc/passwd">'):
        body = f"<!DOCTYPE OAI-PMH [{subset}]>" + oai_document("<error>&l8;</error>").decode().split("?>", 1)[1]
        with pytest.raises(Garbled):
            parse(body.encode())


def test_another_charset_is_read_by_the_header_or_marked() -> None:
    recoded = oai_page([oai_record(1)]).decode().encode("latin-1")
    said = parse(recoded, "text/xml; charset=ISO-8859-1")
    assert said.records[0].comments == "12 pages in Tromsø"
    unsaid = parse(recoded, "text/xml")
    assert unsaid.records[0].comments == "12 pages in Troms\ufffd"


@given(st.binary(max_size=300))
def test_no_bytes_break_it(noise: bytes) -> None:
    page = oai_page([oai_record(1)])
    for body in (noise, page[:200] + noise + page[200:]):
        try:
            parse(body)
        except Garbled as error:
            assert str(error)  # noqa: PT017 - told or read, nothing else

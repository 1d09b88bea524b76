import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.outgoing import Reply
from broadsheet.sources.acl.parser import papers, read_head, read_tree
from broadsheet.sources.acl.wire import Person, TreeEntry
from broadsheet.sources.answers import Garbled
from tests.sources.acl.case import collection, paper_xml


def reply(told: object) -> Reply:
    return Reply(200, {"content-type": "application/json"}, json.dumps(told).encode(), "https://api.example/")


def test_a_collection_is_read_paper_by_paper() -> None:
    found = list(papers(collection([paper_xml(n) for n in (1, 2)])))
    assert [one.url for one in found] == ["2026.tide-long.1", "2026.tide-long.2"]
    first = found[0]
    assert (first.collection, first.volume.id, first.number) == ("2026.tide", "long", "1")
    assert first.authors == (Person("Quíll", "Ada"),)
    assert (first.abstract, first.bibkey) == ("We count 1 tides.", "quill-2026-tide-1")
    assert first.volume.booktitle == "Proceedings of the Tide Meeting"
    assert (first.volume.month, first.volume.year, first.volume.venues) == ("July–August", "2026", ("tide",))
    assert first.xml.startswith('<paper id="1"><title>On counting')


def test_inline_markup_becomes_text_and_formulas_keep_their_dollars() -> None:
    title = (
        "<fixed-case>TIDE</fixed-case>: <b>Counting</b> with <i>moons<sup>2</sup></i> in "
        "<tex-math>O(n \\log n)</tex-math>\n  at <url>https://tides.example</url> &amp; more"
    )
    (found,) = papers(collection([paper_xml(1, title=title)]))
    assert found.title == "TIDE: Counting with moons2 in $O(n \\log n)$ at https://tides.example & more"


def test_revisions_code_data_and_withdrawals_are_read() -> None:
    inner = (
        '<revision id="1" href="2026.tide-long.1v1"/><revision id="2" href="x" date="2026-09-01">Typos.</revision>'
        '<pwccode url="https://github.com/tide/count" additional="false">tide/count</pwccode>'
        '<pwcdataset url="https://tides.example/data">Tides</pwcdataset>'
    )
    found, gone, removed = papers(
        collection(
            [
                paper_xml(1, inner),
                paper_xml(2, '<retracted date="2026-10-01">Wrong.</retracted>'),
                paper_xml(3, "<removed/>"),
            ]
        )
    )
    assert found.revisions == (("1", ""), ("2", "2026-09-01"))
    assert (found.code, found.data) == (("https://github.com/tide/count",), ("https://tides.example/data",))
    assert (found.withdrawn, gone.withdrawn, removed.withdrawn) == (False, True, True)


def test_several_volumes_keep_apart() -> None:
    one = collection([paper_xml(1)]).decode()
    other = '<volume id="short"><meta><year>2025</year></meta><paper id="9"><title>Ebb</title></paper></volume>'
    first, second = papers(one.replace("<event", f"{other}<event").encode())
    assert (first.volume.id, second.volume.id, second.volume.year, second.volume.booktitle) == (
        "long",
        "short",
        "2025",
        "",
    )


def test_a_large_file_is_let_go_of_as_it_is_read() -> None:
    body = collection([paper_xml(n, abstract="tide " * 400) for n in range(2000)])
    left = 0
    for found in papers(body):
        left = max(left, len(found.xml))
    assert left < 3000
    assert sum(1 for _ in papers(body)) == 2000


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><br></html>", "web page"),
        (b"<html><body/></html>", "web page"),
        (b"<rss/>", "<rss> document"),
        (collection([paper_xml(1), paper_xml(2)])[:-300], "breaks off or is wrong at line 2"),
    ],
)
def test_what_is_no_collection_is_told(body: bytes, words: str) -> None:
    with pytest.raises(Garbled, match=words):
        list(papers(body))


def test_entities_are_not_expanded_and_files_not_read() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(9))
    for subset in (laughs, '<!ENTITY l8 SYSTEM "file:///etc/passwd">'):
        body = collection([paper_xml(1, title="&l8;")]).decode().replace("?>", f"?><!DOCTYPE collection [{subset}]>")
        with pytest.raises(Garbled, match="document type"):
            list(papers(body.encode()))


def test_another_charset_is_read_by_its_declaration() -> None:
    recoded = collection([paper_xml(1)]).decode().replace("UTF-8", "ISO-8859-1").replace("–", "-").encode("latin-1")
    (found,) = papers(recoded)
    assert found.authors[0].last == "Quíll"


@given(st.binary(max_size=200))
def test_no_bytes_break_it(noise: bytes) -> None:
    body = collection([paper_xml(1)])
    for spoilt in (noise, body[:200] + noise + body[200:]):
        try:
            list(papers(spoilt))
        except Garbled as error:
            assert str(error)  # noqa: PT017 - told or read, nothing else


def test_lists_of_files_are_read() -> None:
    told = {"sha": "x", "tree": [{"path": "2026.acl.xml", "sha": "a", "type": "blob"}, None], "truncated": False}
    assert read_tree(reply(told)) == (TreeEntry("2026.acl.xml", "a"), TreeEntry("", ""))
    assert read_head(reply({"commit": {"sha": "c", "commit": {"tree": {"sha": "t"}}}})) == ("c", "t")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"message": "API rate limit exceeded"}, "it says “API rate limit exceeded”"),
        ([], "no list of files"),
        ({"tree": [], "truncated": True}, "cut off"),
    ],
)
def test_what_is_no_list_is_told(told: object, words: str) -> None:
    with pytest.raises(Garbled, match=words):
        read_tree(reply(told))
    with pytest.raises(Garbled, match="no newest commit"):
        read_head(reply(told))

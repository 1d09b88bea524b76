import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.outgoing import Reply
from broadsheet.sources.answers import Garbled
from broadsheet.sources.feeds import parser
from broadsheet.sources.feeds.parser import plain_text, read
from tests.sources.feeds.case import atom

RSS1 = """<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/">
<channel rdf:about="https://tides.example"><title>Tides</title><link>https://tides.example</link></channel>
<item rdf:about="https://tides.example/articles/7"><title><![CDATA[On <i>ebb</i> &amp; flow]]></title>
<link>https://tides.example/articles/7</link>
<content:encoded><![CDATA[<p>Tides, Published online: 14 January 2026; doi:10.5555/tide.7</p>We count.]]>
</content:encoded>
<dc:creator>Ada Quíll</dc:creator><dc:creator>Bruno Marsh</dc:creator><dc:identifier>doi:10.5555/tide.7</dc:identifier>
<prism:publicationName>Journal of Tides</prism:publicationName><prism:publicationDate>2026-01-14</prism:publicationDate>
</item></rdf:RDF>"""
RSS2 = """<?xml version="1.0"?><rss version="2.0"><channel><title>Tides</title><link>https://t.example</link>
<description>x</description><item><title>Ebb</title><link>https://t.example/1</link><guid isPermaLink="false">1</guid>
<description>&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;script&gt;alert(1)&lt;/script&gt;&lt;/p&gt;</description>
<category>cs.IR</category><pubDate>Wed, 14 Jan 2026 23:30:00 -0500</pubDate></item></channel></rss>"""


def reply(body: str | bytes, content_type: str = "application/xml") -> Reply:
    raw = body.encode() if isinstance(body, str) else body
    return Reply(200, {"content-type": content_type}, raw, "https://tides.example/feed")


def test_rss_1_of_a_publisher_is_read() -> None:
    found = read(reply(RSS1))
    assert (found.version, found.title) == ("rss10", "Tides")
    (entry,) = found.entries
    assert (entry.id, entry.link) == ("https://tides.example/articles/7",) * 2
    assert (entry.title, entry.authors) == ("On ebb & flow", ("Ada Quíll", "Bruno Marsh"))
    assert (entry.doi, entry.journal, entry.published) == ("doi:10.5555/tide.7", "Journal of Tides", "2026-01-14")
    assert plain_text(entry.summary).endswith("We count.")
    assert entry.raw["title"]


def test_rss_2_is_read_and_made_harmless() -> None:
    (entry,) = read(reply(RSS2)).entries
    assert (entry.id, entry.title, entry.tags) == ("1", "Ebb", ("cs.IR",))
    assert entry.published == "2026-01-15"  # the day that it was in UTC
    assert "script" not in entry.summary
    assert "alert" not in entry.summary
    assert plain_text(entry.summary) == "One. Two."


def test_atom_is_read() -> None:
    body = atom(
        [
            "<entry><id>tag:t,2026:1</id><title type='html'>&lt;b&gt;Ebb&lt;/b&gt;</title><link href='https://t.example/1'/>"
            "<author><name>Ada</name></author><updated>2026-01-14T00:30:00+09:00</updated><summary>Short</summary></entry>"
        ]
    )
    (entry,) = read(reply(body)).entries
    assert (entry.id, entry.title, entry.link) == ("tag:t,2026:1", "Ebb", "https://t.example/1")
    assert (entry.authors, entry.published, entry.summary) == (("Ada",), "2026-01-13", "Short")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "empty"),
        ("<!DOCTYPE html><html><title>x</title></html>", "a web page"),
        ("<html></html>", "a web page"),
        ("<opml version='2.0'></opml>", "no RSS or Atom feed"),
        ('{"version": "https://jsonfeed.org/version/1.1"}', "no RSS or Atom feed"),
        (RSS2[: len(RSS2) * 2 // 3], "it breaks off"),
        ('<!DOCTYPE rss [<!ENTITY a "b">]>' + RSS2, "document type"),
    ],
)
def test_what_is_no_feed_is_told(body: str, words: str) -> None:
    with pytest.raises(Garbled, match=words):
        read(reply(body))


def test_a_document_type_without_entities_is_what_old_feeds_have() -> None:
    old = RSS2.replace("<rss", '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://t.example/rss.dtd"><rss')
    assert len(read(reply(old)).entries) == 1


def test_a_charset_of_the_header_is_believed() -> None:
    recoded = RSS1.replace("UTF-8", "ISO-8859-1").encode("latin-1")
    assert read(reply(recoded)).entries[0].authors[0] == "Ada Quíll"


def test_a_feed_without_end_is_read_as_far_as_is_reasonable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser, "MOST_ENTRIES", 2)
    entries = [f"<entry><id>tag:{n}</id><title>Ebb {n}</title></entry>" for n in range(5)]
    assert [entry.id for entry in read(reply(atom(entries))).entries] == ["tag:0", "tag:1"]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Ebb < flow", "Ebb < flow"),
        ("<p>One</p><p>Two<br/>Three</p>", "One Two Three"),
        ("a &amp; b &lt; c", "a & b < c"),
        ("H<sub>2</sub>O", "H2O"),
        ("<jats:p>One</jats:p>Two", "One Two"),
        ("<<<", "<<<"),
        ("<!-- nothing -->", ""),
    ],
)
def test_markup_becomes_text(markup: str, text: str) -> None:
    assert plain_text(markup) == text


@settings(max_examples=30)
@given(st.binary(max_size=200))
def test_no_bytes_break_it(noise: bytes) -> None:
    body = RSS1.encode()
    for spoilt in (noise, body[:300] + noise + body[300:]):
        try:
            read(reply(spoilt))
        except Garbled as error:
            assert str(error)  # noqa: PT017 - told or read, nothing else

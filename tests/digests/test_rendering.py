import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from broadsheet.digests.rendering import Personal, Rendered, lay_out
from broadsheet.digests.sections import PAGE, share
from broadsheet.digests.selection import Candidate, arrange, candidates, found, offered, standing
from broadsheet.digests.templating import byline, clip, head_and_deck, paper_date, source, wrap
from broadsheet.editions.edition import Edition, Place
from broadsheet.mail.letter import Letterhead
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Artefact, Paper
from tests.invented import paper
from tests.mail.html_lint import lint

HEAD = Letterhead.of("The Tide", "https://tide.example.org")
PERSONAL = Personal("https://tide.example.org/m?a=1&b=<2>", "https://tide.example.org/e", "You want <this> & that.")


def rendered(*papers: Paper, size: int = 30, head: Letterhead = HEAD, **overrides: object) -> Rendered:
    places = [Place(n, one, 1.0, f"Reason {n}.") for n, one in enumerate(papers, 1)]
    page = Edition(
        id=1,
        period="day",
        day=date(2026, 1, 15),
        number=219,
        published_at=datetime(2026, 1, 15, 6, tzinfo=UTC),
        new_papers=1_190,
        lead=places[0] if places else None,
        trending=places[1:],
    )
    page = replace(page, **overrides)
    selection = arrange(page, 1, chosen(page, size))
    return lay_out(selection, head).for_reader(PERSONAL)


def chosen(page: Edition, size: int) -> list[Candidate]:
    """Choose for a reader who has had nothing and wants the day's page alone."""
    offer = candidates([page])
    entries = share(PAGE, {name: iter(some) for name, some in offered(offer, PAGE).items()}, size, set())
    return [place for entry in entries if (place := standing(offer, entry.paper, PAGE))]


def links(document: str) -> list[str]:
    return [str(found) for found in lxml_html.fromstring(document).xpath("//a/@href")]


def test_a_digest_names_its_papers_reasons_and_links() -> None:
    code = (
        Artefact("code", "https://code.example.org/tide", licence="MIT"),
        Artefact("data", "javascript:alert(1)"),
        Artefact("model", "https://models.example.org/tide"),
    )
    mail = rendered(paper(1, title="Tide tables: a study", abstract="Patience decides.", artefacts=code), paper(2))
    found = links(mail.html)
    for link in (
        "https://tide.example.org/paper/arxiv:2601.00001",
        "https://arxiv.org/abs/2601.00001",
        "https://code.example.org/tide",
        "https://models.example.org/tide",
        "https://tide.example.org/edition/2026-01-15",
        PERSONAL.unsubscribe,
        PERSONAL.manage,
    ):
        assert link in found
        assert link in mail.text
    assert not [link for link in found if not link.startswith("https://")]
    assert "javascript:" not in mail.html + mail.text
    for words in ("Reason 1.", "Reason 2.", "Bruno Marsh and Emeka Stone", "2 Jan 2026", "Patience decides."):
        assert words in mail.html
        assert words in mail.text
    assert "1,190&nbsp;new" in mail.html
    assert mail.subject == "Tide tables, and 1 more"


def test_nothing_is_fetched_and_nothing_tracks() -> None:
    document = lxml_html.fromstring(rendered(paper(1), paper(2)).html)
    assert not document.xpath("//img | //script | //link | //iframe | //form | //@background")
    assert "url(" not in rendered(paper(1)).html


def test_styles_are_inlined_and_dark_rules_kept() -> None:
    document = rendered(paper(1)).html
    assert 'class="hed" style="' in document
    assert "prefers-color-scheme: dark" in document
    assert "max-width: 480px" in document


def test_thirty_papers_stay_under_what_mail_programs_clip() -> None:
    mail = rendered(*(paper(n, title="A long title, " * 10, abstract="Words. " * 500) for n in range(1, 31)))
    assert len(mail.papers) == 30
    assert len(mail.html.encode()) < 100_000


def test_a_full_mail_with_many_searches_stays_under_it_too() -> None:
    said = {"title": "A long title, " * 8, "abstract": "Words. " * 500}
    page = Edition(1, "day", date(2026, 1, 15), 219, datetime(2026, 1, 15, 6, tzinfo=UTC), 1_190)
    places = [Place(n, paper(n, **said), 1.0, f"Reason {n}.") for n in range(1, 31)]
    page = replace(page, lead=places[0], trending=places[1:16], new=places[16:])
    why = "Holds “whistling”, “kettles” and “afar” (0.70); its meaning adds 0.69."
    searches = [
        found("searches", "whistling kettles " * 4, f"/search?q=kettles+{n}", [(paper(n, **said), why)])
        for n in range(31, 51)
    ]
    searches[0] = found("searches", "a", "/search?q=a", [(paper(n, **said), why) for n in range(60, 71)])
    selection = arrange(page, 1, chosen(page, 30), searches)
    mail = lay_out(selection, HEAD).for_reader(PERSONAL)
    assert len(mail.papers) == 60
    assert len(mail.html.encode()) < 100_000


def test_a_search_stands_in_the_mail_under_its_words_with_the_way_to_all_of_it() -> None:
    page = Edition(1, "day", date(2026, 1, 15), 219, datetime(2026, 1, 15, 6, tzinfo=UTC), 7, notice="A quiet day.")
    section = found(
        "searches", "salt & <maps>", "/search?q=salt+%26+%3Cmaps%3E&cat=cs.IR", [(paper(1), "Holds “salt”.")]
    )
    mail = lay_out(arrange(page, 1, (), [section]), HEAD).for_reader(PERSONAL)
    address = "https://tide.example.org/search?q=salt+%26+%3Cmaps%3E&cat=cs.IR"
    assert address in links(mail.html)
    assert address in mail.text
    assert "salt &amp; &lt;maps&gt;" in mail.html
    for said in ("No. 219", "A quiet day.", "7&nbsp;new"):  # the edition is not in it
        assert said not in mail.html
    assert "No. 219" not in mail.text


NASTY = st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("<>&\"'{}%$\\\n")), max_size=80)


@settings(max_examples=60)
@given(title=NASTY, abstract=NASTY, author=NASTY, reason=NASTY)
def test_no_paper_can_bring_markup_into_a_mail(title: str, abstract: str, author: str, reason: str) -> None:
    said = f"<script>alert(1)</script><img src=x>{{{{ 7 * 7 }}}}{title}"
    hostile = paper(1, title=said, abstract=f"{said}{abstract}", authors=(f"{said}{author}",))
    page = rendered(hostile, notice=f"<b>{reason}")
    tame = rendered(paper(1, title="t", abstract="a", authors=("b",)), notice="n")
    document, plain = lxml_html.fromstring(page.html), lxml_html.fromstring(tame.html)
    assert {node.tag for node in document.iter()} == {node.tag for node in plain.iter()}
    assert "7*7" in "".join(page.text.split())  # lines are wrapped, in the midst of a long word too
    assert links(page.html) == links(tame.html)


def test_personal_words_are_escaped_and_cannot_be_forged() -> None:
    mail = rendered(paper(1, title="manage unsubscribe why"))
    assert "You want &lt;this&gt; &amp; that." in mail.html
    assert "a=1&amp;b=&lt;2&gt;" in mail.html
    assert not re.search(r"[0-9a-f]{32}(manage|unsubscribe|why)", mail.html + mail.text)


def test_lines_of_the_text_part_are_short_except_for_links() -> None:
    mail = rendered(paper(1, abstract="Many words in a row. " * 40), paper(2))
    assert all(len(line) <= 72 or "https://" in line for line in mail.text.splitlines())
    assert "\n\n\n" not in mail.text


def test_a_paper_without_identifiers_links_where_it_can() -> None:
    bare = paper(1, identifiers=(), links=("ftp://x", "https://journal.example.org/7"), published=None, authors=())
    mail = rendered(bare)
    assert "https://tide.example.org/paper/paper:1" in links(mail.html)
    assert "https://journal.example.org/7" in links(mail.html)
    assert "Authors unknown" in mail.text
    assert source(replace(bare, links=())) is None


def test_a_key_with_odd_characters_is_quoted() -> None:
    odd = paper(1, identifiers=(Identifier("doi", '10.1/a b"<c>?#'),))
    assert "https://tide.example.org/paper/doi:10.1/a%20b%22%3Cc%3E%3F%23" in links(rendered(odd).html)


@pytest.mark.parametrize(
    ("authors", "said"),
    [((), "Authors unknown"), (("A",), "A"), (("A", "B"), "A and B"), (("A", "B", "C"), "A and 2 others")],
)
def test_bylines(authors: tuple[str, ...], said: str) -> None:
    assert byline(authors) == said


def test_dates_are_no_more_exact_than_known() -> None:
    assert [paper_date(paper(1, date_precision=known)) for known in ("day", "month", "year")] == [
        "2 Jan 2026",
        "Jan 2026",
        "2026",
    ]


def test_clipping_ends_with_a_sentence_or_a_mark() -> None:
    assert clip("Short. Text.") == "Short. Text."
    assert clip("One sentence here. Another one that is long", 30) == "One sentence here."
    assert clip("no sentence end in these words", 15) == "no sentence…"
    assert len(clip("x" * 500, 100)) == 100


def test_titles_split_after_their_first_colon() -> None:
    assert head_and_deck("Tide: a study: of moss") == ("Tide:", "a study: of moss")
    assert head_and_deck("No deck") == ("No deck", "")
    assert head_and_deck("Ends with colon: ") == ("Ends with colon: ", "")


def test_wrapping_never_breaks_a_link() -> None:
    link = "https://tide.example.org/" + "x" * 100
    assert link in wrap(f"See {link} for more.").splitlines()


def test_tex_is_unicode_in_every_part_of_a_mail() -> None:
    first = paper(1, title=r"$\alpha$-stable tides: {\em a} survey", abstract=r"It holds in $\mathbb{R}^d$~only.")
    mail = rendered(first, paper(2, title=r"Waves in $O(n^2)$", authors=(r"Erwin Schr\"odinger",)))
    for part in (mail.html, mail.text):
        for words in ("α-stable tides", "a survey", "ℝᵈ", "Waves in O(n²)", "Erwin Schrödinger"):
            assert words in part
        assert "$" not in part
        assert "\\" not in part
    assert mail.subject == "α-stable tides, and 1 more"
    assert mail.papers[0].title == first.title


def test_a_digest_holds_in_every_mail_program() -> None:
    code = (Artefact("code", "https://code.example.org/tide", licence="MIT"),)
    mail = rendered(paper(1, title="Tide tables: a study", artefacts=code), paper(2), notice="A quiet day.")
    assert lint(mail.html) == []
    assert lint(rendered().html) == []


def test_the_titles_of_the_text_part_are_wrapped_with_their_place() -> None:
    mail = rendered(paper(1), paper(2, title="A long title " * 9))
    assert "2. A long title" in mail.text
    assert all(len(line) <= 72 for line in mail.text.splitlines() if "://" not in line)

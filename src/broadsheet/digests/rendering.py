"""Makes the mail of a selection: subject, HTML and text, once for all readers who get the same.

Which papers are in it is `selection`'s matter.
What differs between readers stands in the sheet as random marks, which no paper's text can contain, until the end.
"""

import secrets
from dataclasses import dataclass, field, replace

from markupsafe import escape

from broadsheet.digests.plain import plain
from broadsheet.digests.selection import Selection
from broadsheet.digests.templating import clip, head_and_deck, render, wrap
from broadsheet.mail.letter import Letterhead
from broadsheet.papers.paper import Paper

LONGEST_LEAD = 70
LARGEST_PAGE = 98_000  # bytes of HTML: Gmail clips at 102 kB, and the link to unsubscribe stands at the end
_SHARES = (1.0, 0.5, 0.0)  # of the usual words of abstracts: less of them where a mail would be too large


@dataclass(frozen=True, slots=True)
class Rendered:
    """One digest, ready to be read or sent."""

    subject: str
    html: str = field(repr=False)
    text: str = field(repr=False)
    papers: tuple[Paper, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Personal:
    """What only one reader's mail holds: URLs, and a sentence that says why it came.

    `web` is where it can be read, empty for the day's page.
    """

    manage: str = field(repr=False)
    unsubscribe: str = field(repr=False)
    why: str
    web: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A digest with marks where each reader's own words go."""

    rendered: Rendered
    marks: Personal
    page: str

    @property
    def size(self) -> int:
        """How many characters it holds."""
        return len(self.rendered.html) + len(self.rendered.text)

    def for_reader(self, personal: Personal) -> Rendered:
        """Put one reader's own words in."""
        html, text = self.rendered.html, self.rendered.text
        for mark, words in (
            (self.marks.manage, personal.manage),
            (self.marks.unsubscribe, personal.unsubscribe),
            (self.marks.why, personal.why),
            (self.marks.web, personal.web or self.page),
        ):
            html = html.replace(mark, str(escape(words)))
            text = text.replace(mark, wrap(words))
        return Rendered(self.rendered.subject, html, text, self.rendered.papers)


def lay_out(selection: Selection, letterhead: Letterhead) -> Sheet:
    """Render a selection; less than a millisecond for ten papers."""
    nonce = secrets.token_hex(16)
    marks = Personal(f"{nonce}manage", f"{nonce}unsubscribe", f"{nonce}why", f"{nonce}web")
    page = f"{letterhead.site}/edition/{selection.edition.day}"
    shown = _readable(selection)
    subject = _subject(shown, letterhead)
    values = {
        "letterhead": letterhead,
        "selection": shown,
        "edition": selection.edition,
        "personal": marks,
        "subject": subject,
        "preheader": _preheader(shown),
        "page": page,
    }
    html = text = ""
    for share in _SHARES:
        html, text = render("digest.html", share=share, **values), render("digest.txt", share=share, **values)
        if len(html.encode()) <= LARGEST_PAGE:
            break
    return Sheet(Rendered(subject, html, text, selection.papers), marks, page)


def _readable(selection: Selection) -> Selection:
    """Return a selection whose titles, abstracts and names hold no TeX: mails cannot set it."""
    sections = tuple(
        replace(section, places=tuple(replace(place, paper=_said(place.paper)) for place in section.places))
        for section in selection.sections
    )
    return replace(selection, sections=sections)


def _said(paper: Paper) -> Paper:
    authors = tuple(map(plain, paper.authors))
    return replace(paper, title=plain(paper.title), abstract=plain(paper.abstract), authors=authors)


def _subject(selection: Selection, letterhead: Letterhead) -> str:
    papers = selection.papers
    if not papers:
        return f"{letterhead.name}: nothing new"
    first = clip(head_and_deck(papers[0].title)[0].removesuffix(":"), LONGEST_LEAD)
    return first if len(papers) == 1 else f"{first}, and {len(papers) - 1} more"


def _preheader(selection: Selection) -> str:
    """Return what an inbox shows beside the subject: the next papers, which the subject does not name."""
    return clip("; ".join(head_and_deck(paper.title)[0].removesuffix(":") for paper in selection.papers[1:4]), 140)

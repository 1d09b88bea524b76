"""Papers as Atom feeds, the daily edition and any search: one entry a paper, in the order of the page, with its reason.

Entry ids are stable over days, so that a reader of feeds shows a paper once.
Everything a source wrote is escaped: a title can carry markup, and a feed reader would obey it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from html import escape
from types import MappingProxyType
from urllib.parse import quote, urlsplit

from feedgen.feed import FeedGenerator

from broadsheet.digests.saved import title_of
from broadsheet.editions.edition import Edition, Place
from broadsheet.editions.spans import Period
from broadsheet.papers.paper import Paper
from broadsheet.search.question import Question
from broadsheet.search.results import SearchPage
from broadsheet.settings import Settings
from broadsheet.trending.trending import TopPage

MEDIA_TYPE = "application/atom+xml; charset=utf-8"
NAMES: Mapping[Period, str] = MappingProxyType({"day": "daily", "week": "weekly", "month": "monthly"})
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # a feed must say when it changed last, an empty one too


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Whose feed it is: the paper's `name` and its `site`, a base URL without a slash at the end."""

    name: str
    site: str

    @classmethod
    def of(cls, settings: Settings) -> "Letterhead":
        """Take name and site from the settings."""
        return cls(settings.name, settings.site)


def of_edition(edition: Edition, letterhead: Letterhead) -> bytes:
    """Return `edition` as an Atom document; a correction stands with its paper, and makes that entry newer."""
    moment = edition.published_at or datetime.combine(edition.day, time(), UTC)
    name = NAMES[edition.period]
    feed = FeedGenerator()
    feed.id(f"{letterhead.site}/" if edition.period == "day" else f"{letterhead.site}/feeds/{name}.atom")
    feed.title(f"{letterhead.name}, {name}")
    feed.subtitle(f"The {edition.period}'s research, in the order of the front page")
    feed.link(href=f"{letterhead.site}/feeds/{name}.atom", rel="self", type="application/atom+xml")
    feed.link(href=f"{letterhead.site}/edition/{edition.span.name}", rel="alternate", type="text/html")
    feed.updated(max((one.made_at for one in edition.corrections), default=moment))
    feed.generator("Broadsheet")
    for place in _places(edition):
        notes = edition.corrected(place.paper.id)
        said = " ".join([place.reason, *(f"Corrected: {one.note}" for one in notes)])
        at = notes[-1].made_at if notes else moment
        _add(feed, place.paper, said, place.blurb or place.paper.abstract, letterhead, at)
    document: bytes = feed.atom_str(pretty=True)
    return document


def trending(page: TopPage, address: str, letterhead: Letterhead) -> bytes:
    """Return a trending page as an Atom document; `address` is the query that asks for it, with its mark or empty."""
    itself = f"{letterhead.site}/feeds/trending.atom{address}"
    feed = FeedGenerator()
    feed.id(itself)
    feed.title(f"{letterhead.name}: trending, {page.window}{_printable(f', {page.topic}') if page.topic else ''}")
    feed.subtitle("What is read next, and why" if page.order == "next" else "How it went, and why")
    feed.link(href=itself, rel="self", type="application/atom+xml")
    feed.link(href=f"{letterhead.site}/trending{address}", rel="alternate", type="text/html")
    feed.updated(page.computed_at or _NEVER)
    feed.generator("Broadsheet")
    for place in page.places:
        _add(feed, place.paper, place.reason, place.paper.abstract, letterhead, place.paper.first_seen_at)
    document: bytes = feed.atom_str(pretty=True)
    return document


def searched(question: Question, page: SearchPage, letterhead: Letterhead) -> bytes:
    """Return what a search finds as an Atom document; it is as new as the newest of its papers here."""
    itself = letterhead.site + question.address("/feeds/search.atom")
    feed = FeedGenerator()
    feed.id(itself)
    feed.title(f"{letterhead.name}: {title_of(question) or 'a search'}")
    feed.subtitle("What this search finds, and why")
    feed.link(href=itself, rel="self", type="application/atom+xml")
    feed.link(href=letterhead.site + question.address(), rel="alternate", type="text/html")
    feed.updated(max((hit.paper.first_seen_at for hit in page.hits), default=_NEVER))
    feed.generator("Broadsheet")
    for hit in page.hits:
        _add(feed, hit.paper, hit.why.sentence, hit.paper.abstract, letterhead, hit.paper.first_seen_at)
    document: bytes = feed.atom_str(pretty=True)
    return document


def _places(edition: Edition) -> Iterator[Place]:
    seen: set[int] = set()
    lead = [edition.lead] if edition.lead else []
    for place in (*lead, *edition.picks, *edition.trending, *edition.sent, *edition.new, *edition.shelf):
        if place.paper.id not in seen:
            seen.add(place.paper.id)
            yield place


def _add(feed: FeedGenerator, paper: Paper, why: str, text: str, letterhead: Letterhead, moment: datetime) -> None:
    entry = feed.add_entry(order="append")
    # The id outlives a change of host name only if the host of the first day is kept: it is part of a tag URI.
    host = urlsplit(letterhead.site).hostname or "localhost"
    entry.id(f"tag:{host},2026:{quote(paper.key)}")
    entry.title(_printable(f"[withdrawn] {paper.title}" if paper.withdrawn else paper.title))
    entry.link(href=f"{letterhead.site}/paper/{quote(paper.key, safe=':/')}", rel="alternate")
    for name in paper.authors[:50]:
        entry.author({"name": _printable(name) or "unknown"})
    if not paper.authors:
        entry.author({"name": "unknown"})
    for category in paper.categories:
        entry.category(term=_printable(category))
    entry.updated(moment)
    reason = f"<p><em>{escape(_printable(why))}</em></p>" if why else ""
    entry.content(f"{reason}<p>{escape(_printable(text))}</p>", type="html")


def _printable(text: str) -> str:
    """Drop what XML 1.0 cannot carry at all, even escaped."""
    return "".join(c for c in text if c in "\t\n" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff")

"""What came in since a moment: for readers who were here before, and for anyone who keeps a link with a time.

Who was here when, `accounts` knows of readers who are signed in; nobody else is remembered, so the time is in the link.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from broadsheet.editions.compose import NEW_IF_PUBLISHED_WITHIN
from broadsheet.errors import Invalid
from broadsheet.papers.paper import Paper
from broadsheet.web import words
from broadsheet.web.site import Site
from broadsheet.web.voting import ballot

SHOWN = 100
LONGEST = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Since:
    """What a reader has not seen: how many papers came in since the visit before, and where they are listed."""

    count: int
    moment: str
    path: str


def path_of(moment: datetime) -> str:
    """Return the page of what came in after a moment."""
    return f"/new?since={quote(moment.isoformat(timespec='seconds'), safe=':-')}"


def since_last_visit(site: Site, request: Request) -> Since | None:
    """Return what came in since a reader's visit before; None for nobody known, and at the first visit."""
    reader = site.known.reader(request)
    before = site.accounts.visits.since(reader.id) if reader else None
    if before is None:
        return None
    now = site.clock.now()
    start = max(before, now - LONGEST)
    count, _ = _came(site, start, now, 0)
    return Since(count, words.moment(before, now, site.settings.zone), path_of(start))


def new(site: Site, request: Request) -> Response:
    """List what came in after the time in the address, the newest first; raises `Invalid` for what is no time."""
    now = site.clock.now()
    given = request.query_params.get("since", "")
    start = min(max(_moment(site, given), now - LONGEST), now) if given else now - timedelta(days=1)
    count, papers = _came(site, start, now, SHOWN)
    latest = max((paper.first_seen_at for paper in papers), default=start)
    return site.pages.show(
        request,
        "new.html",
        cached=True,
        total=count,
        papers=papers,
        start=words.moment(start, now, site.settings.zone),
        again=path_of(latest + timedelta(seconds=1)),
        ballot=ballot(site, request, papers),
        papers_told=papers,
    )


def _came(site: Site, start: datetime, now: datetime, limit: int) -> tuple[int, list[Paper]]:
    published_since = start.date() - NEW_IF_PUBLISHED_WITHIN
    return site.catalogue.new_between(start, now + timedelta(seconds=1), published_since=published_since, limit=limit)


def _moment(site: Site, given: str) -> datetime:
    try:
        found = datetime.fromisoformat(given)
        aware = found if found.tzinfo else found.replace(tzinfo=site.settings.zone)
        aware.timestamp()
    except (ValueError, OverflowError, OSError):
        raise Invalid(
            f"“{given[:40]}” is no time. Write it as in /new?since=2026-01-15T08:00.", field="since", value=given[:40]
        ) from None
    return aware

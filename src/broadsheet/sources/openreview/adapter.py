"""OpenReview as a source: the public notes of the venues and invitations that an operator names.

When it is asked again, `harvest` decides; how it is asked politely, `outgoing`.
Notes come in the order of their last change, so that a round goes on after the last note it has seen; the next begins
at the newest change seen, and reads that moment again, because two notes may have changed in it.
"""

import json
from collections.abc import Generator, Sequence
from datetime import timedelta
from urllib.parse import urlencode

from broadsheet.errors import Invalid, Unavailable
from broadsheet.outgoing import Outgoing, Reply
from broadsheet.papers.identifiers import parse
from broadsheet.papers.records import SourceRecord
from broadsheet.sources.answers import Upstream
from broadsheet.sources.connector import Batch, Cursor, Rejected, Unreadable
from broadsheet.sources.fields import moment, sorted_out, titled
from broadsheet.sources.linked import links
from broadsheet.sources.openreview.parser import complaint, read, read_token
from broadsheet.sources.openreview.wire import Note, NotePage

PAGE_SIZE = 1000
_ENDINGS = ("Withdrawn_Submission", "Desk_Rejected_Submission")


class OpenReviewConnector:
    """Harvests venues (`ICLR.cc/2026/Conference`) and invitations (`TMLR/-/Submission`) one after another."""

    name = "openreview"
    title = "OpenReview"
    upstream = "openreview"
    schedule = timedelta(hours=12)

    def __init__(
        self,
        outgoing: Outgoing,
        *,
        venues: Sequence[str],
        base_url: str = "https://api2.openreview.net",
        user: str = "",
        password: str = "",
        interval: float = 1.0,
        timeout: float = 120.0,
    ) -> None:
        """Without `user` and `password` only what OpenReview shows to anyone comes in; `interval` is the pause between
        two requests, `timeout` the longest that one may take, both in seconds.
        """
        self._venues = tuple(venues)
        self._base_url = base_url
        self._user = user
        self._password = password
        self._server = Upstream(outgoing, self.title, timeout=timeout, pace=interval)

    def batches(self, cursor: Cursor | None) -> Generator[Batch]:
        """Yield one batch a page; raises `Unavailable` when OpenReview fails, refuses, or repeats itself."""
        seen, left, after, newest = self._resume(cursor or {})
        used = {after} - {""}
        headers = self._signed_in()
        while left:
            venue = left[0]
            page = self._page(venue, seen.get(venue, 0), after, headers)
            if page is None:  # the note that the last page ended with is gone: the venue begins anew
                after, used = "", set()
                continue
            last = page.notes[-1].id if page.notes else ""
            if last in used:
                raise Unreadable(self.title, f"it gives the same notes of {venue} again, so its list has no end")
            newest = max([newest, *(note.modified or 0 for note in page.notes)])
            if last:  # a short page may be all that the server gives at once: only an empty one is the end
                after = last
                used.add(last)
            else:
                seen[venue] = max(newest, seen.get(venue, 0))
                left, after, newest, used = left[1:], "", 0, set()
            records, rejected = adapt(page)
            going = {"venue": left[0], "after": after, "newest": newest} if left else {}
            yield Batch(records, rejected, {"seen": dict(seen), **going}, done=not left)

    def _resume(self, state: Cursor) -> tuple[dict[str, int], tuple[str, ...], str, int]:
        seen = {venue: int(newest) for venue, newest in state.get("seen", {}).items() if venue in self._venues}
        if state.get("venue") not in self._venues:
            return seen, self._venues, "", 0
        left = self._venues[self._venues.index(state["venue"]) :]
        return seen, left, str(state.get("after", "")), int(state.get("newest", 0))

    def _page(self, venue: str, since: int, after: str, headers: dict[str, str]) -> NotePage | None:
        asked = {
            "invitation" if "/-/" in venue else "content.venueid": venue,
            "limit": PAGE_SIZE,
            "sort": "tmdate:asc",
            **({"mintmdate": since} if since else {}),
            **({"after": after} if after else {}),
        }
        url = f"{self._base_url}/notes?{urlencode(asked)}"
        answer = self._server.ask(url, _page_or_refusal, headers=headers, accepted=(200, 400, 401, 403, 404))
        if isinstance(answer, Reply):
            if after and answer.status in (400, 404):
                return None
            said = complaint(answer)[:200]
            raise Unreadable(
                self.title,
                f"it answered {answer.status} for {venue}{said and f' (“{said}”)'}: check "
                "BROADSHEET_OPENREVIEW_VENUES, BROADSHEET_OPENREVIEW_USER and BROADSHEET_OPENREVIEW_PASSWORD",
            )
        return answer

    def _signed_in(self) -> dict[str, str]:
        if not self._user:
            return {}
        token = self._server.ask(
            f"{self._base_url}/login",
            lambda reply: read_token(reply) if reply.status == 200 else "",
            headers={"Content-Type": "application/json"},
            accepted=(200, 400, 401, 403),
            content=json.dumps({"id": self._user, "password": self._password}).encode(),
        )
        if not token:
            raise Unavailable(
                "OpenReview does not let this instance sign in; check BROADSHEET_OPENREVIEW_USER and "
                "BROADSHEET_OPENREVIEW_PASSWORD.",
                value="openreview",
            )
        return {"Authorization": f"Bearer {token}"}


def _page_or_refusal(reply: Reply) -> NotePage | Reply:
    return read(reply) if reply.status == 200 else reply


def adapt(page: NotePage) -> tuple[tuple[SourceRecord, ...], tuple[Rejected, ...]]:
    """Turn a page into records; a note without an id or title is rejected and the rest comes in."""
    return sorted_out(((note.id, note) for note in page.notes), record_of)


def record_of(wire: Note) -> SourceRecord:
    """Turn one note into the common shape; raises `Invalid` with the reason if that cannot be done."""
    if wire.forum and wire.forum != wire.id:
        raise Invalid("It is a reply in a discussion, no paper.", field="forum")
    own = parse(f"openreview:{wire.id}")
    published = moment(wire.published or wire.created)
    return SourceRecord(
        source="openreview",
        key=own.value,
        title=titled(wire.title),
        abstract=wire.abstract,
        authors=wire.authors,
        published=published.date() if published else None,
        identifiers=(own,),
        links=links((f"https://openreview.net/forum?id={own.value}", *wire.links)),
        venue=wire.venue,
        licence=wire.licence,
        withdrawn=wire.deleted is not None or wire.venue_id.endswith(_ENDINGS),
        payload=wire.raw,
    )

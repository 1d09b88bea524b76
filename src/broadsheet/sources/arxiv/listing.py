"""ListRecords page by page: one window of days after another, each by its resumption tokens.

What a record means is the adapter's matter.
Datestamps are whole days, and a token dies at the next midnight UTC: a long time is cut into windows, so that a list
that takes longer than a day still gets on.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from broadsheet.clock import Clock
from broadsheet.errors import Unavailable
from broadsheet.outgoing import Reply
from broadsheet.sources.answers import Garbled, Upstream
from broadsheet.sources.arxiv.parser import parse
from broadsheet.sources.arxiv.wire import FORM, OaiPage
from broadsheet.sources.connector import Unreadable

WINDOW = timedelta(days=7)
EARLIEST = date(2005, 9, 16)  # of all datestamps; asking for an earlier day is refused
TITLE = "arXiv"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a list stands: the window from `since` to `until` (empty: open), and the token of its next page, if any.

    `round` is the server's date when the window was begun, `issued` when the token was.
    """

    since: str
    until: str = ""
    token: str = ""
    round: str = ""
    issued: str = ""

    def kept(self) -> Mapping[str, str]:
        """Return it as plain JSON, without what is empty."""
        told = {"from": self.since, "until": self.until, "token": self.token, "round": self.round}
        told |= {"issued": self.issued, "form": FORM} if self.token else {"round": ""}
        return {name: value for name, value in told.items() if value}

    @classmethod
    def of(cls, kept: Mapping[str, Any], today: date) -> "Place":
        """Read what `kept` gave; a token that is dead by `today`, or of another form, is left out."""
        place = cls(str(kept["from"]), str(kept.get("until", "")))
        if kept.get("token") and kept.get("issued") == today.isoformat() and kept.get("form") == FORM:
            return replace(place, token=str(kept["token"]), round=str(kept["round"]), issued=str(kept["issued"]))
        return place


class Listing:
    """Reads the lists of one OAI set, or of all of arXiv where `set_spec` is empty."""

    def __init__(self, server: Upstream, clock: Clock, base_url: str, set_spec: str) -> None:
        self._server = server
        self._clock = clock
        self._base_url = base_url
        self._set_spec = set_spec

    def pages(self, place: Place, last: date | None = None) -> Iterator[tuple[OaiPage, Place, bool]]:
        """Yield each page, the place after it, and whether it is the last one.

        Lists up to the day `last`, or, where there is none, up to now: the place after that is the day from which to
        go on next time, the server's own at the start of the last window, as datestamps are whole days. Raises
        `Unavailable` when arXiv fails, refuses, or repeats itself.
        """
        while True:
            if not place.token:
                place = self._window(place, last)
            for page, after, is_end in self._window_pages(place):
                if not is_end:
                    yield page, after, False
                    continue
                complete = after.until == (last.isoformat() if last else "")
                place = Place(after.round if not after.until else _next_day(after.until))
                yield page, place, complete
                if complete:
                    return

    def _window(self, place: Place, last: date | None) -> Place:
        """Close the window where the time up to `last`, or now, is longer than one."""
        end = date.fromisoformat(place.since) + WINDOW - timedelta(days=1)
        if end >= (last or self._clock.now().date() - timedelta(days=1)):
            return Place(place.since, last.isoformat() if last else "")
        return Place(place.since, end.isoformat())

    def _window_pages(self, place: Place) -> Iterator[tuple[OaiPage, Place, bool]]:
        """Yield each page of one window, the place after it, and whether it is the window's last.

        A token that has died begins the window anew, once.
        """
        used = {place.token} - {""}
        restarted = False
        while True:
            page = self._page(place)
            if place.token and any(error.code == "badResumptionToken" for error in page.errors) and not restarted:
                place, used, restarted = Place(place.since, place.until), set(), True
                continue
            _refuse(page)
            token = page.token or ""
            if token in used:
                yield page, Place(place.since, place.until), False  # the next try does not go into the same circle
                raise Unreadable(TITLE, "it hands out a resumption token twice, so its list has no end")
            used.add(token)
            today = day_of(page.response_date)
            place = replace(place, token=token, round=place.round or today, issued=today)
            yield page, place, not token
            if not token:
                return

    def _page(self, place: Place) -> OaiPage:
        wanted = {"verb": "ListRecords", "metadataPrefix": FORM, "from": place.since, "until": place.until}
        wanted["set"] = self._set_spec
        if place.token:
            wanted = {"verb": "ListRecords", "resumptionToken": place.token}
        given = urlencode({name: value for name, value in wanted.items() if value})
        return self._server.ask(f"{self._base_url}?{given}", _read)


def day_of(moment: str) -> str:
    """Return the day of a moment as OAI-PMH writes it; empty for anything else."""
    return moment[:10] if re.match(r"\d{4}-\d{2}-\d{2}", moment) else ""


def _read(reply: Reply) -> OaiPage:
    page = parse(reply.body, reply.headers.get("content-type", ""))
    if not day_of(page.response_date):
        raise Garbled("it bears no date")
    return page


def _refuse(page: OaiPage) -> None:
    for error in page.errors:
        if error.code != "noRecordsMatch":
            raise Unavailable(
                f"arXiv refuses the request ({error.code}: {error.text[:200]}); "
                "check BROADSHEET_ARXIV_SET and BROADSHEET_ARXIV_URL.",
                value=error.code,
            )


def _next_day(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()

"""Zotero libraries as a source: the works of persons, groups and collections that an operator names.

When it is asked again, `harvest` decides; how it is asked politely, `Backoff` included, `outgoing`.
A library has a version: a round asks for what is newer than the last one, and begins again where the library changes
while it is read, since items then shift between pages. What was deleted there is told of and stays here: a paper is
no longer one person's.
"""

import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from broadsheet.errors import Invalid
from broadsheet.outgoing import Outgoing, Reply
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.records import SourceRecord
from broadsheet.sources.answers import Garbled, Upstream
from broadsheet.sources.connector import Batch, Cursor, Rejected, Unreadable
from broadsheet.sources.fields import day, named, sorted_out, titled
from broadsheet.sources.linked import links, with_linked
from broadsheet.sources.zotero.parser import read, read_deleted
from broadsheet.sources.zotero.wire import Creator, Item, ItemPage

PAGE_SIZE = 100
RESTARTS = 3  # of a library that changes while it is read
_PAPERS = frozenset("journalArticle conferencePaper preprint book bookSection thesis report manuscript".split())
_SILENT = frozenset({"attachment", "note", "annotation"})
_VENUES = tuple(
    "publicationTitle proceedingsTitle bookTitle conferenceName repository university institution publisher".split()
)
_ARXIV = re.compile(r"\barXiv:\s*([a-z.-]*/?\d[\d.]{4,12})", re.IGNORECASE)
_DOI = re.compile(r"^DOI:\s*(10\.\S+)", re.IGNORECASE | re.MULTILINE)
_T = TypeVar("_T")


class ZoteroConnector:
    """Harvests libraries such as `users/12345`, `groups/678` and `groups/678/collections/ABCD2345`."""

    name = "zotero"
    title = "Zotero"
    upstream = "zotero"
    schedule = timedelta(hours=1)

    def __init__(
        self,
        outgoing: Outgoing,
        *,
        libraries: Sequence[str],
        key: str = "",
        base_url: str = "https://api.zotero.org",
        timeout: float = 60.0,
    ) -> None:
        """`key` may be empty where all libraries are public; `timeout` is the longest one request may take."""
        self._libraries = tuple(dict.fromkeys(libraries))
        self._base_url = base_url
        self._headers = {"Zotero-API-Version": "3", **({"Zotero-API-Key": key} if key else {})}
        self._server = Upstream(outgoing, self.title, timeout=timeout)

    def batches(self, cursor: Cursor | None) -> Generator[Batch]:
        """Yield one batch a page; raises `Unavailable` when Zotero fails or refuses."""
        state = cursor or {}
        versions = {library: int(v) for library, v in state.get("versions", {}).items() if library in self._libraries}
        left = self._libraries
        if state.get("library") in left:
            left = left[left.index(state["library"]) :]
        for place, library in enumerate(left):
            reading = _Reading(library, versions.get(library, 0))
            if library == state.get("library"):
                reading.start, reading.target = int(state.get("start", 0)), state.get("target")
                reading.is_doubtful = bool(state.get("doubtful"))
            following = left[place + 1 : place + 2]
            for records, rejected in self._pages(reading):
                if reading.finished:
                    versions[library] = reading.since if reading.is_doubtful else reading.target or reading.since
                    yield Batch(records, rejected, _cursor(versions, *following), done=not following)
                else:
                    going = {"start": reading.start, "target": reading.target, "doubtful": reading.is_doubtful}
                    yield Batch(records, rejected, {**_cursor(versions, library), **going})

    def _pages(self, reading: "_Reading") -> Iterator[tuple[tuple[SourceRecord, ...], tuple[Rejected, ...]]]:
        restarts, before = 0, set[str]()
        while not reading.finished:
            page = self._page(reading)
            if page.version is None:
                reading.finished = True
                yield (), ()
                return
            if reading.start and page.version != reading.target:
                restarts += 1
                if restarts > RESTARTS:
                    raise Unreadable(self.title, f"{reading.library} changes faster than it can be read")
                reading.start, reading.target, before = 0, None, set()
                continue
            keys = {item.key for item in page.items}
            if keys and keys <= before:
                raise Unreadable(self.title, f"it gives the same page of {reading.library} again")
            before = keys
            reading.target = page.version
            reading.is_doubtful |= page.is_doubtful
            reading.start += len(page.items)
            reading.finished = not page.items or (page.total is not None and reading.start >= page.total)
            records, rejected = adapt(page, reading.library)
            yield records, (*rejected, *self._deleted(reading))

    def _page(self, reading: "_Reading") -> ItemPage:
        asked = {
            "format": "json",
            "include": "data",
            "sort": "dateModified",
            "direction": "asc",
            "limit": PAGE_SIZE,
            "start": reading.start,
            "since": reading.since,
        }
        unchanged = {"If-Modified-Since-Version": str(reading.since)} if reading.since and not reading.start else {}

        def whole(reply: Reply) -> ItemPage:
            page = read(reply)
            if not page.items and page.total is not None and reading.start < page.total:
                raise Garbled("it gives an empty page in the middle of its list")
            return page

        return self._ask(f"/{reading.library}/items/top?{urlencode(asked)}", whole, unchanged)

    def _deleted(self, reading: "_Reading") -> Iterator[Rejected]:
        if not reading.finished or not reading.since or "/collections/" in reading.library:
            return
        for key in self._ask(f"/{reading.library}/deleted?since={reading.since}", read_deleted, {}):
            yield Rejected(f"{reading.library}/{key}"[:100], "It was deleted from the library; the paper stays here.")

    def _ask(self, path: str, read_it: Callable[[Reply], _T], headers: dict[str, str]) -> _T:
        def unless_refused(reply: Reply) -> _T:
            if reply.status in (403, 404):
                raise Unreadable(
                    self.title,
                    f"it answered {reply.status} for {path.partition('/items')[0].strip('/')}: check "
                    "BROADSHEET_ZOTERO_LIBRARIES and BROADSHEET_ZOTERO_KEY",
                )
            return read_it(reply)

        url = f"{self._base_url}{path}"
        return self._server.ask(
            url, unless_refused, headers={**self._headers, **headers}, accepted=(200, 304, 403, 404)
        )


@dataclass(slots=True)
class _Reading:
    """How far a library is read: what is newer than version `since`, from item `start` on, at version `target`.

    What `is_doubtful` is read again in the next round: `since` does not move on.
    """

    library: str
    since: int
    start: int = 0
    target: int | None = None
    is_doubtful: bool = False
    finished: bool = False


def _cursor(versions: dict[str, int], library: str = "") -> dict[str, Any]:
    return {"versions": dict(versions), **({"library": library} if library else {})}


def adapt(page: ItemPage, library: str) -> tuple[tuple[SourceRecord, ...], tuple[Rejected, ...]]:
    """Turn a page into records; attachments and notes are passed over, what is no paper is rejected."""
    return sorted_out(
        ((f"{library}/{item.key}", item) for item in page.items if item.kind not in _SILENT),
        lambda item: record_of(item, library),
    )


def record_of(wire: Item, library: str) -> SourceRecord:
    """Turn one item into the common shape; raises `Invalid` with the reason if that cannot be done."""
    if not wire.key:
        raise Invalid("It has no key.", field="key")
    if wire.kind not in _PAPERS:
        raise Invalid(f"It is of the kind {wire.kind!r:.40}, no paper.", field="itemType", value=wire.kind)
    told = wire.fields
    published, precision = day(wire.parsed or told.get("date", ""))
    found = links((told.get("url", ""),))
    return SourceRecord(
        source="zotero",
        key=f"{library}/{wire.key}",
        title=titled(told.get("title", "")),
        abstract=told.get("abstractNote", ""),
        authors=_authors(wire.creators),
        published=published,
        date_precision=precision,
        identifiers=with_linked(_identifiers(told), found),
        links=found,
        venue=next((told[name] for name in _VENUES if name in told), ""),
        payload=wire.raw,
    )


def _authors(creators: Sequence[Creator]) -> tuple[str, ...]:
    authors = [creator for creator in creators if creator.kind == "author"] or creators
    return tuple(filter(None, (f"{creator.first} {creator.last}".strip() for creator in authors)))


def _identifiers(told: Mapping[str, str]) -> tuple[Identifier, ...]:
    extra = told.get("extra", "")
    doi, arxiv = _DOI.search(extra), _ARXIV.search(f"{told.get('archiveID', '')} {extra}")
    found = (
        *named("arxiv", arxiv[1] if arxiv else ""),
        *named("doi", told.get("DOI", "") or (doi[1] if doi else "")),
    )
    return tuple(dict.fromkeys(found))

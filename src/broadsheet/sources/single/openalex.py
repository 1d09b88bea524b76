"""One work of OpenAlex by DOI or number, those that bear a title, and whose ORCIDs stand by a work.

The key stands in the address, as OpenAlex wants it: no error may tell it.
"""

import re
from collections.abc import Sequence
from urllib.parse import urlencode

from broadsheet.clock import Clock
from broadsheet.outgoing import Reply
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.records import SourceRecord
from broadsheet.sources.answers import Upstream
from broadsheet.sources.connector import Unreadable
from broadsheet.sources.fields import listing, mapping, text
from broadsheet.sources.openalex.adapter import FIELDS, adapt
from broadsheet.sources.openalex.parser import read
from broadsheet.sources.openalex.wire import WorkPage

CANDIDATES = 5
_SYNTAX = re.compile(r"[^\w\s.'-]+")  # what means something in a filter, or nothing in a search


class OneOfOpenAlex:
    """Asks OpenAlex."""

    def __init__(self, server: Upstream, clock: Clock, base_url: str, key: str) -> None:
        self._server = server
        self._clock = clock
        self._base_url = base_url
        self._key = key

    def find(self, identifier: Identifier) -> SourceRecord | None:
        """Return the record of a work by DOI or OpenAlex number, None where it is unknown; raises `Unavailable`."""
        name = "openalex" if identifier.scheme == "openalex" else "doi"
        records, _ = adapt(self._page(f"{name}:{_doi(identifier)}", 1), self._clock.now())
        return records[0] if records else None

    def titled(self, title: str) -> Sequence[SourceRecord]:
        """Return the works whose titles hold these words, the likeliest first; raises `Unavailable`."""
        words = " ".join(_SYNTAX.sub(" ", title).split())
        return adapt(self._page(f"title.search:{words}", CANDIDATES), self._clock.now())[0] if words else ()

    def orcids(self, identifier: Identifier) -> frozenset[str]:
        """Return the ORCIDs, as bare numbers, of the authors of a work by DOI; raises `Unavailable`."""
        works = self._page(f"doi:{_doi(identifier)}", 1).works
        stood_by = [one for work in works for one in listing(work.raw.get("authorships"))]
        authors = [mapping(mapping(one).get("author")) for one in stood_by]
        return frozenset(text(author.get("orcid")).rpartition("/")[2] for author in authors) - {""}

    def _page(self, filters: str, size: int) -> WorkPage:
        asked = {"filter": filters, "select": FIELDS, "per_page": size, **({"api_key": self._key} if self._key else {})}
        url = f"{self._base_url}/works?{urlencode(asked)}"
        page = self._server.ask(url, _read, accepted=(200, 400, 401, 403, 404))
        if isinstance(page, Reply):
            raise Unreadable("OpenAlex", f"it answered {page.status}")
        return page


def _doi(identifier: Identifier) -> str:
    """Return what a work is asked for by: an arXiv number has a DOI too."""
    return f"10.48550/arxiv.{identifier.value}" if identifier.scheme == "arxiv" else identifier.value


def _read(reply: Reply) -> WorkPage | Reply:
    return read(reply) if reply.status == 200 else reply

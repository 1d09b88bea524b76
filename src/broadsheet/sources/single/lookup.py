"""Which source is asked for a paper, by what names it; the next one where the first is silent or knows nothing.

How each is asked stands in its own module. A reader waits for the answer, so that nobody is asked for long.
"""

from collections.abc import Callable, Mapping, Sequence

from broadsheet.clock import Clock
from broadsheet.errors import Invalid, Unavailable
from broadsheet.outgoing import Outgoing
from broadsheet.papers.identifiers import Identifier, Scheme
from broadsheet.papers.records import SourceRecord
from broadsheet.settings import Settings
from broadsheet.sources.answers import Upstream
from broadsheet.sources.single.acl import OneOfAcl
from broadsheet.sources.single.arxiv import OneOfArxiv
from broadsheet.sources.single.openalex import OneOfOpenAlex
from broadsheet.sources.single.openreview import OneOfOpenReview
from broadsheet.sources.single.page import PageOfPaper
from broadsheet.sources.single.s2 import OneOfS2

TIMEOUT = 15.0  # seconds of one request
Find = Callable[[Identifier], SourceRecord | None]


class Lookup:
    """Finds one paper at its source, be that source harvested here or not."""

    def __init__(self, settings: Settings, outgoing: Outgoing, clock: Clock) -> None:
        def server(title: str, pace: float = 0.0) -> Upstream:
            return Upstream(outgoing, title, timeout=TIMEOUT, pace=pace)

        arxiv = OneOfArxiv(server("arXiv", settings.arxiv_interval), settings.arxiv_url)
        works = OneOfOpenAlex(server("OpenAlex"), clock, settings.openalex_url, settings.openalex_key)
        s2 = OneOfS2(
            server("Semantic Scholar", 1.0), clock, settings.semantic_scholar_url, settings.semantic_scholar_key
        )
        acl = OneOfAcl(server("ACL Anthology"), settings.acl_raw_url)
        notes = OneOfOpenReview(server("OpenReview"), settings.openreview_url)
        self._works = works
        self._page = PageOfPaper(outgoing)
        self._asked: Mapping[Scheme, Sequence[Find]] = {
            "arxiv": (arxiv.find, s2.find),
            "doi": (works.find, s2.find),
            "acl": (acl.find, s2.find),
            "openalex": (works.find,),
            "s2": (s2.find,),
            "openreview": (notes.find,),
        }

    def by_identifier(self, identifier: Identifier) -> SourceRecord | None:
        """Return what the first source that knows the paper says of it, None where none does.

        Raises `Unavailable` where none knows it and one did not answer.
        """
        silent: Unavailable | None = None
        for find in self._asked[identifier.scheme]:
            try:
                record = find(identifier)
            except Unavailable as error:
                silent = silent or error
            except Invalid:  # it knows a paper without a title, for one
                continue
            else:
                if record is not None:
                    return record
        if silent is not None:
            raise silent
        return None

    def by_address(self, url: str) -> Identifier | None:
        """Return which paper the page at `url` is about; raises as `PageOfPaper.identify` does."""
        return self._page.identify(url)

    def by_title(self, title: str) -> Sequence[SourceRecord]:
        """Return papers with these words in their titles, the likeliest first; raises `Unavailable`."""
        return self._works.titled(title)

    def orcids(self, identifier: Identifier) -> frozenset[str]:
        """Return the ORCIDs of a paper's authors by its DOI or arXiv number; raises `Unavailable`."""
        return self._works.orcids(identifier) if identifier.scheme in ("doi", "arxiv") else frozenset()

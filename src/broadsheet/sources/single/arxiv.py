"""One paper of arXiv, by its number; records and errors are read as the harvest reads them."""

from urllib.parse import urlencode

from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.records import SourceRecord
from broadsheet.sources.answers import Upstream
from broadsheet.sources.arxiv.adapter import record_of
from broadsheet.sources.arxiv.listing import TITLE
from broadsheet.sources.arxiv.parser import parse
from broadsheet.sources.connector import Unreadable

_UNKNOWN = ("idDoesNotExist", "cannotDisseminateFormat", "badArgument")


class OneOfArxiv:
    """Asks arXiv's OAI server."""

    def __init__(self, server: Upstream, base_url: str) -> None:
        self._server = server
        self._base_url = base_url

    def find(self, identifier: Identifier) -> SourceRecord | None:
        """Return the paper's record, None where arXiv has none; raises `Unavailable`."""
        name = f"oai:arXiv.org:{identifier.value}"
        asked = urlencode({"verb": "GetRecord", "metadataPrefix": "arXivRaw", "identifier": name})
        page = self._server.ask(
            f"{self._base_url}?{asked}", lambda reply: parse(reply.body, reply.headers.get("content-type", ""))
        )
        if page.errors and page.errors[0].code not in _UNKNOWN:
            raise Unreadable(TITLE, f"it says “{page.errors[0].text[:200]}”")
        return record_of(page.records[0]) if page.records and page.records[0].id else None

"""One paper of the ACL Anthology, out of its collection's file."""

from broadsheet.outgoing import Reply
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.records import SourceRecord
from broadsheet.sources.acl.adapter import record_of
from broadsheet.sources.acl.parser import papers
from broadsheet.sources.answers import Upstream


class OneOfAcl:
    """Reads the anthology's own files at their newest."""

    def __init__(self, server: Upstream, raw_url: str) -> None:
        self._server = server
        self._raw_url = raw_url

    def find(self, identifier: Identifier) -> SourceRecord | None:
        """Return the paper's record, None where the anthology has none; raises `Unavailable`."""

        def read(reply: Reply) -> SourceRecord | None:
            if reply.status == 404:
                return None
            found = papers(reply.body, reply.headers.get("content-type", ""))
            # A file of thousands is read only as far as the paper.
            records = (record_of(one) for one in found if one.title and identifier.value in (one.url, _name(one.url)))
            return next(records, None)

        url = f"{self._raw_url}/master/data/xml/{collection_of(identifier)}.xml"
        return self._server.ask(url, read, accepted=(200, 404))


def collection_of(identifier: Identifier) -> str:
    """Return the collection of a paper: `2020.acl` of 2020.acl-main.1, `P18` of P18-1001."""
    name = identifier.value
    return name.rpartition("-")[0] if name[0].isdigit() else name.partition("-")[0]


def _name(url: str) -> str:
    return url.rstrip("/").rpartition("/")[2]

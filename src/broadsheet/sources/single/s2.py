"""One paper of Semantic Scholar, by any name that it knows papers by."""

import json

from broadsheet.clock import Clock
from broadsheet.outgoing import Reply
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.records import SourceRecord
from broadsheet.sources.answers import Upstream
from broadsheet.sources.connector import Unreadable
from broadsheet.sources.s2.adapter import FIELDS, record_of
from broadsheet.sources.s2.parser import read
from broadsheet.sources.s2.wire import Entry

_NAMES = {"arxiv": "ARXIV:{}", "acl": "ACL:{}", "doi": "DOI:{}", "s2": "{}"}


class OneOfS2:
    """Asks Semantic Scholar's list of papers for one."""

    def __init__(self, server: Upstream, clock: Clock, base_url: str, key: str) -> None:
        self._server = server
        self._clock = clock
        self._base_url = base_url
        self._headers = {"Content-Type": "application/json", **({"x-api-key": key} if key else {})}

    def find(self, identifier: Identifier) -> SourceRecord | None:
        """Return what it says of the paper, None where it knows none; raises `Unavailable`."""
        name = _NAMES[identifier.scheme].format(identifier.value).replace("corpus:", "CorpusId:", 1)
        entries = self._server.ask(
            f"{self._base_url}/graph/v1/paper/batch?fields={FIELDS}",
            _read,
            headers=self._headers,
            accepted=(200, 400, 401, 403),
            content=json.dumps({"ids": [name]}).encode(),
        )
        found = entries[0] if entries else None
        return record_of(identifier, found, self._clock.now()) if found else None


def _read(reply: Reply) -> list[Entry | None]:
    if reply.status in (401, 403):
        raise Unreadable("Semantic Scholar", f"it answered {reply.status}")
    return read(reply) if reply.status == 200 else []  # 400 is how it says that it knows none of them

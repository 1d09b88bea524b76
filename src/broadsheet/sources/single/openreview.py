"""One note of OpenReview, by its forum, as it shows it to anyone."""

from urllib.parse import urlencode

from broadsheet.outgoing import Reply
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.records import SourceRecord
from broadsheet.sources.answers import Upstream
from broadsheet.sources.openreview.adapter import record_of
from broadsheet.sources.openreview.parser import read
from broadsheet.sources.openreview.wire import Note


class OneOfOpenReview:
    """Asks OpenReview's newer interface."""

    def __init__(self, server: Upstream, base_url: str) -> None:
        self._server = server
        self._base_url = base_url

    def find(self, identifier: Identifier) -> SourceRecord | None:
        """Return the paper's record, None where nobody may see one; raises `Unavailable`."""
        asked = urlencode({"id": identifier.value})
        notes = self._server.ask(f"{self._base_url}/notes?{asked}", _read, accepted=(200, 400, 401, 403, 404))
        return record_of(notes[0]) if notes else None


def _read(reply: Reply) -> tuple[Note, ...]:
    return read(reply).notes if reply.status == 200 else ()

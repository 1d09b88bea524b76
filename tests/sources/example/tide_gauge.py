"""A source for Broadsheet in one file: the readings of a tide gauge as papers, one a line of its list.

It is the example of docs/sources/adding-one.md; `pyproject.toml` beside it declares the entry point.
"""

from collections.abc import Generator
from datetime import timedelta

from broadsheet.errors import Invalid
from broadsheet.papers.records import SourceRecord
from broadsheet.sources.answers import Upstream, text_of
from broadsheet.sources.connector import Batch, Cursor, Rejected
from broadsheet.sources.plugins import Surroundings


class TideGauge:
    """Harvests a list of lines `key<TAB>title`."""

    name = "tide-gauge"
    title = "Tide gauge"
    upstream = "tide-gauge"
    schedule = timedelta(hours=24)

    def __init__(self, surroundings: Surroundings) -> None:
        self._url = surroundings.options.get("url", "")
        if not self._url:
            raise Invalid("The source tide-gauge needs the option url.", field="source_options")
        self._server = Upstream(surroundings.outgoing, self.title)

    def batches(self, cursor: Cursor | None) -> Generator[Batch]:
        """Yield the lines after those that are known."""
        known = int((cursor or {}).get("lines", 0))
        lines = self._server.ask(self._url, lambda reply: text_of(reply.body).splitlines())
        records, rejected = [], []
        for number, line in enumerate(lines[known:], start=known + 1):
            key, _, title = line.partition("\t")
            if key and title:
                records.append(SourceRecord(self.name, key, title, "", (), None, ()))
            else:
                rejected.append(Rejected(f"line {number}", "It has no title."))
        yield Batch(tuple(records), tuple(rejected), {"lines": len(lines)}, done=True)

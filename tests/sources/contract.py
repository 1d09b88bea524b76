"""What every connector has to keep, whatever its upstream does; `test_sources_misbehave` walks each through every mode.

A connector brings a `Case`: how its good pages look, and how it is made for a base URL. The contract says: what was
received is kept whole, a run that failed is made up for by the next, nothing comes twice, and the status is true.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from broadsheet.clock import Clock
from broadsheet.outgoing import Outgoing
from broadsheet.sources.connector import Connector
from tests.sources.modes import Entry, entry
from tests.sources.servers import Fault, Script


@dataclass
class Stock:
    """What the server holds now; its app reads `entries` anew at every request."""

    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True)
class Case:
    """One connector under the contract.

    `app` serves the stock, at most three entries an answer where the protocol has pages or days at all, each answer
    by `Script.answer`. `connector` makes the connector for the app's base URL. `id_of` is the n-th invented id as the
    wire has it, `key_of` the key under which a record of that id is kept. `expired` is how the server refuses a
    cursor that is no longer good, None where its cursors last. `moments` says that dates on the wire have a time and
    a zone; `posts`, that it asks by POST, whose redirects nobody follows; `reads` names the parts of an entry that the
    wire can say at all. `settles` is how long after a good run the same is asked for again, so that a mended list is
    read.
    """

    name: str
    app: Callable[[Script, Stock], Any]
    connector: Callable[[Outgoing, Clock, str], Connector]
    id_of: Callable[[int], str]
    key_of: Callable[[str], str] = str
    xml: bool = False
    expired: Fault | None = None
    moments: bool = False
    posts: bool = False
    reads: frozenset[str] = frozenset({"abstract", "authors", "published"})

    def good(self, count: int = 9) -> list[Entry]:
        """Return the first entries, as a healthy server lists them."""
        return [entry(n, self.id_of(n)) for n in range(count)]

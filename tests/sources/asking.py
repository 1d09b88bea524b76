"""What every adapter's test needs: a client that may reach loopback, and what batches hold."""

from collections.abc import Iterable

from broadsheet.clock import Clock
from broadsheet.outgoing import Outgoing
from broadsheet.sources.connector import Batch, Rejected


def client(clock: Clock) -> Outgoing:
    return Outgoing(user_agent="Broadsheet/0", clock=clock, allow_private=True, jitter=lambda: 0.5)


def keys(batches: Iterable[Batch]) -> list[str]:
    return [record.key for batch in batches for record in batch.records]


def rejected(batches: Iterable[Batch]) -> list[Rejected]:
    return [one for batch in batches for one in batch.rejected]

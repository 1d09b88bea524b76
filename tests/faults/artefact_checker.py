"""Asks for artefacts in a process of its own until done or killed: `python -m tests.faults.artefact_checker DB HUB`."""

import sys

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.jobs.leases import Leases
from broadsheet.outgoing import Outgoing
from broadsheet.reuse.checks import Checks
from broadsheet.reuse.hubs import HuggingFace
from broadsheet.reuse.pages import Pages
from tests.conftest import NOON


def checks(database: Database, hub: str) -> Checks:
    clock = FixedClock(NOON)  # which passes a host's pauses at once
    outgoing = Outgoing(user_agent="Broadsheet/0", clock=clock, allow_private=True)
    hosts = (HuggingFace(outgoing, clock, base_url=hub), Pages(outgoing))
    return Checks(database, Leases(database, clock), clock, hosts, a_pass=30)


if __name__ == "__main__":
    checks(Database(sys.argv[1]), sys.argv[2]).check_due()

"""Hosts of artefacts on a real loopback server, and the checks that ask them."""

from collections.abc import Iterator

import pytest

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.jobs.leases import Leases
from broadsheet.outgoing import Outgoing
from broadsheet.reuse.checks import Checks
from broadsheet.reuse.github import GitHub, GitLab
from broadsheet.reuse.hubs import HuggingFace, Zenodo
from broadsheet.reuse.pages import Pages
from tests.reuse.hosts import Hosts
from tests.sources.servers import serving


@pytest.fixture(scope="session")
def served_hosts() -> Iterator[tuple[Hosts, str]]:
    hosts = Hosts()
    with serving(hosts.app()) as base:
        yield hosts, base


@pytest.fixture
def hosts(served_hosts: tuple[Hosts, str]) -> Hosts:
    served_hosts[0].reset()
    return served_hosts[0]


@pytest.fixture
def base(served_hosts: tuple[Hosts, str], hosts: Hosts) -> str:
    return served_hosts[1]


@pytest.fixture
def outgoing(clock: FixedClock) -> Outgoing:
    return Outgoing(user_agent="Broadsheet/0", clock=clock, allow_private=True, patience=5.0, jitter=lambda: 0.5)


@pytest.fixture
def checks(sqlite: Database, clock: FixedClock, outgoing: Outgoing, base: str) -> Checks:
    asked = (
        GitHub(outgoing, clock, base_url=base),
        GitLab(outgoing, clock, base_url=base),
        HuggingFace(outgoing, clock, base_url=base),
        Zenodo(outgoing, clock, base_url=base),
        Pages(outgoing, timeout=30.0),
    )
    return Checks(sqlite, Leases(sqlite, clock), clock, asked)

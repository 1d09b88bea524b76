from collections.abc import Iterator

import pytest

from broadsheet.mail.lookups import Dns
from tests.mail.zones import Zone, dns_server


@pytest.fixture
def zone() -> Iterator[Zone]:
    """An empty zone that is served."""
    with dns_server() as served:
        yield served


@pytest.fixture
def dns(zone: Zone) -> Dns:
    return Dns(zone.server, patience=3)

"""Connectors that other packages bring, found by the entry points that they declare.

What a connector has to do stands in `connector`, how to write one in `docs/sources/adding-one.md`.
Nothing of another package is imported unless an operator names its source; what it then breaks is told with its name.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import EntryPoint, entry_points

from broadsheet.clock import Clock
from broadsheet.errors import Invalid
from broadsheet.outgoing import Outgoing
from broadsheet.sources.connector import Connector

GROUP = "broadsheet.sources"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a connector of another package is made with.

    Every request goes through `outgoing`; time is asked of `clock`; `options` are the operator's, as texts.
    """

    outgoing: Outgoing
    clock: Clock
    options: Mapping[str, str]


Make = Callable[[Surroundings], Connector]


def names() -> list[str]:
    """Return the names of the sources that installed packages bring."""
    return sorted({point.name for point in entry_points(group=GROUP)})


def connector(name: str, surroundings: Surroundings) -> Connector:
    """Return the connector that an installed package brings under `name`.

    Raises `Invalid` if there is none or more than one, or if it cannot be loaded or is no connector.
    """
    found = list(entry_points(group=GROUP, name=name))
    packages = sorted({_package(point) for point in found})
    if len(found) != 1:
        told = f"{' and '.join(packages)} both bring it: remove one of them" if found else "no package brings it"
        raise _invalid(f"The source {name!r:.60} cannot be used: {told}.", name)
    try:
        make: Make = found[0].load()
        made = make(surroundings)
    except Invalid:
        raise
    except Exception as error:
        what = f"{type(error).__name__}: {error!s:.200}"
        raise _invalid(f"The source {name!r:.60} of {packages[0]} cannot be loaded ({what}).", name) from error
    if fault := _fault(name, made):
        raise _invalid(f"The source {name!r:.60} of {packages[0]} cannot be used: {fault}.", name)
    return made


def _fault(name: str, made: Connector) -> str:
    """Return what a connector lacks, as a clause; empty for a good one."""
    if not _NAME.fullmatch(name):
        return "its name needs small letters, digits and dashes, at most 32"
    if getattr(made, "name", None) != name:
        return f"it calls itself {getattr(made, 'name', None)!r:.60}"
    if not all(isinstance(getattr(made, said, None), str) and getattr(made, said) for said in ("title", "upstream")):
        return "it has no title or no upstream"
    schedule = getattr(made, "schedule", None)
    if not isinstance(schedule, timedelta) or schedule <= timedelta(0):
        return "its schedule is no span of time"
    return "" if callable(getattr(made, "batches", None)) else "it has no batches"


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist else point.value


def _invalid(message: str, name: str) -> Invalid:
    return Invalid(f"{message} See BROADSHEET_SOURCES.", field="sources", value=name)

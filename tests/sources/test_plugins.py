import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.errors import Invalid
from broadsheet.jobs.leases import Leases
from broadsheet.papers.catalogue import Catalogue
from broadsheet.settings import load
from broadsheet.sources import plugins
from broadsheet.sources.harvest import Harvester
from broadsheet.sources.plugins import Surroundings
from broadsheet.sources.registry import Registry
from tests.sources.asking import client
from tests.sources.installing import EXAMPLE, install
from tests.sources.servers import Script, plain_app, serving

Put = Callable[..., None]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example package, built and unpacked once: a real distribution with its metadata."""
    project, target = tmp_path_factory.mktemp("example") / "project", tmp_path_factory.mktemp("site") / "installed"
    shutil.copytree(EXAMPLE, project)
    install(project, target)
    return target


@pytest.fixture
def installed(built: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(str(built))
    yield built
    sys.modules.pop("tide_gauge", None)


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Put:
    """Put a distribution on the path whose entry point `name` leads to `code`."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def put_(package: str, name: str, code: str) -> None:
        info = tmp_path / f"{package}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[broadsheet.sources]\n{name} = {package}:make\n")
        (tmp_path / f"{package}.py").write_text(code)
        monkeypatch.delitem(sys.modules, package, raising=False)

    return put_


def surroundings(clock: FixedClock, **options: str) -> Surroundings:
    return Surroundings(client(clock), clock, options)


def test_a_package_brings_a_source_and_it_is_harvested(
    installed: Path, sqlite: Database, tmp_path: Path, clock: FixedClock
) -> None:
    script = Script()
    with serving(plain_app(script, b"a\tOn ebb\n\nb\tOn flow\n")) as base:
        settings = load(home=tmp_path, sources=["tide-gauge"], source_options={"tide-gauge": {"url": f"{base}/list"}})
        catalogue = Catalogue(sqlite, clock)
        connectors = Registry(settings, client(clock), clock, catalogue).chosen()
        report = Harvester(sqlite, catalogue, Leases(sqlite, clock), clock, connectors).harvest("tide-gauge")
    assert (report.added, report.rejected) == (2, 1)
    assert [paper.title for paper in catalogue.by_source("tide-gauge", 9)] == ["On ebb", "On flow"]


def test_its_name_is_known_and_nothing_is_imported_for_that(installed: Path) -> None:
    assert "tide-gauge" in plugins.names()
    assert "tide_gauge" not in sys.modules


def test_what_it_says_of_its_options_is_passed_on(installed: Path, clock: FixedClock) -> None:
    with pytest.raises(Invalid, match="tide-gauge needs the option url"):
        plugins.connector("tide-gauge", surroundings(clock))


GOOD = """
from datetime import timedelta
class make:
    name, title, upstream, schedule = "ebb", "Ebb", "ebb", timedelta(hours=1)
    def __init__(self, surroundings): pass
    def batches(self, cursor): yield from ()
"""


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import no_such_module_at_all", r"of ebbing cannot be loaded \(ModuleNotFoundError: No module named"),
        ("make = None", "cannot be loaded"),
        ("def make(surroundings): 1 / 0", "ZeroDivisionError"),
        ("def make(surroundings): return 7", "it calls itself None"),
        (GOOD.replace('"ebb", "Ebb"', '"flow", "Ebb"'), "it calls itself 'flow'"),
        (GOOD.replace('"Ebb"', '""'), "no title or no upstream"),
        (GOOD.replace("timedelta(hours=1)", "3600"), "its schedule is no span of time"),
        (GOOD.replace("batches", "pages"), "it has no batches"),
    ],
)
def test_a_package_that_is_broken_is_named_with_what_it_lacks(
    put: Put, clock: FixedClock, code: str, words: str
) -> None:
    put("ebbing", "ebb", code)
    with pytest.raises(Invalid, match=words) as found:
        plugins.connector("ebb", surroundings(clock))
    assert "BROADSHEET_SOURCES" in found.value.message


def test_a_good_one_is_made(put: Put, clock: FixedClock) -> None:
    put("ebbing", "ebb", GOOD)
    assert plugins.connector("ebb", surroundings(clock)).title == "Ebb"


def test_two_packages_with_one_name_are_both_told(put: Put, clock: FixedClock) -> None:
    put("ebbing", "ebb", GOOD)
    put("flowing", "ebb", GOOD)
    with pytest.raises(Invalid, match="ebbing and flowing both bring it: remove one of them"):
        plugins.connector("ebb", surroundings(clock))


def test_a_name_that_could_not_be_kept_is_refused(put: Put, clock: FixedClock) -> None:
    put("ebbing", "Ebb Flow", GOOD.replace('"ebb", "Ebb"', '"Ebb Flow", "Ebb"'))
    with pytest.raises(Invalid, match="small letters, digits and dashes"):
        plugins.connector("Ebb Flow", surroundings(clock))


def test_no_package_brings_what_is_not_installed(clock: FixedClock) -> None:
    with pytest.raises(Invalid, match="no package brings it"):
        plugins.connector("flow", surroundings(clock))

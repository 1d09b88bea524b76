import gzip
import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.errors import Unavailable
from broadsheet.jobs.leases import Leases
from broadsheet.papers.catalogue import Catalogue
from broadsheet.sources import folder as module
from broadsheet.sources.connector import Batch, Cursor
from broadsheet.sources.folder import FolderConnector
from broadsheet.sources.harvest import Harvester
from tests.sources.asking import keys, rejected


class Desk:
    """A folder, and the looks that are taken at it."""

    def __init__(self, folder: Path, clock: FixedClock) -> None:
        self.folder = folder
        self.clock = clock
        self.cursor: Cursor | None = None

    def put(self, name: str, content: bytes, age: float = 60.0) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.touch(path, age)
        return path

    def touch(self, path: Path, age: float) -> None:
        moment = self.clock.now().timestamp() - age
        os.utime(path, (moment, moment))

    def look(self) -> list[Batch]:
        batches = list(FolderConnector(self.clock, self.folder).batches(self.cursor))
        assert batches[-1].done
        self.cursor = json.loads(json.dumps(batches[-1].cursor))
        return batches


@pytest.fixture
def desk(tmp_path: Path, clock: FixedClock) -> Desk:
    (tmp_path / "inbox").mkdir()
    return Desk(tmp_path / "inbox", clock)


def line(n: int) -> bytes:
    return json.dumps({"id": f"arxiv:2601.{n:05d}", "title": f"On ebb, part {n}"}).encode() + b"\n"


BIB = b"@article{a,\n title = {Flow},\n doi = {10.5555/flow}}\n"
RIS = b"TY  - JOUR\nTI  - Moon\nDO  - 10.5555/moon\nER  - \n"
CSL = json.dumps([{"id": "t", "title": "Tide", "DOI": "10.5555/tide"}], indent=1).encode()


def test_files_of_every_form_come_in_once(desk: Desk) -> None:
    desk.put("a.jsonl", line(1) + line(2))
    desk.put("deep/down/b.bib", BIB)
    desk.put("c.ris", RIS)
    desk.put("d.json", CSL)
    desk.put("e.jsonl.gz", gzip.compress(line(3)))
    found = keys(desk.look())
    assert found == [
        "2601.00001",
        "2601.00002",
        "doi:10.5555/moon",
        "doi:10.5555/tide",
        "doi:10.5555/flow",
        "2601.00003",
    ]
    assert keys(desk.look()) == []


def test_a_file_that_has_changed_is_read_again_and_one_that_is_gone_forgotten(desk: Desk) -> None:
    path = desk.put("a.jsonl", line(1))
    desk.put("b.jsonl", line(2))
    desk.look()
    path.unlink()
    desk.put("b.jsonl", line(2) + line(3), age=30)
    assert keys(desk.look()) == ["2601.00002", "2601.00003"]
    assert desk.cursor is not None
    assert list(desk.cursor["files"]) == ["b.jsonl"]


def test_a_half_written_file_is_waited_for(desk: Desk) -> None:
    path = desk.put("a.jsonl", line(1) + b'{"id": "arxiv:26', age=2)
    desk.put("b.jsonl.part", line(2))
    desk.put(".hidden.jsonl", line(3))
    desk.put(".git/x.jsonl", line(4))
    assert (keys(first := desk.look()), rejected(first)) == ([], [])
    path.write_bytes(line(1) + line(2))
    desk.touch(path, 0)
    assert keys(desk.look()) == []
    desk.clock.sleep(11)
    assert keys(desk.look()) == ["2601.00001", "2601.00002"]


def test_a_file_that_grows_while_it_is_read_is_read_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 1)
    path = desk.put("a.jsonl", line(1) + line(2))
    batches = FolderConnector(desk.clock, desk.folder).batches(None)
    first = next(batches)
    with path.open("ab") as out:
        out.write(line(3))
    rest = list(batches)
    assert keys([first])[0] == "2601.00001"
    assert rest[-1].cursor["files"] == {}
    desk.touch(path, 20)
    assert keys(desk.look()) == ["2601.00001", "2601.00002", "2601.00003"]


def test_a_file_from_the_future_rests_when_it_was_the_same_before(desk: Desk) -> None:
    desk.put("a.jsonl", line(1), age=-3600)
    assert keys(desk.look()) == []
    assert keys(desk.look()) == ["2601.00001"]
    assert keys(desk.look()) == []


def test_a_run_that_was_cut_off_goes_on_with_the_next_file(desk: Desk) -> None:
    desk.put("a.jsonl", line(1))
    desk.put("b.jsonl", line(2))
    batches = []
    for batch in FolderConnector(desk.clock, desk.folder).batches(None):
        batches.append(batch)
        if "a.jsonl" in batch.cursor["files"]:
            break
    desk.cursor = batches[-1].cursor
    assert keys(desk.look()) == ["2601.00002"]


def test_bad_entries_and_files_are_named_and_the_rest_comes_in(desk: Desk) -> None:
    desk.put("a.jsonl", line(1) + b"{broken\n" + line(2))
    desk.put("b.dat", b"PK\x03\x04")
    desk.put("c.jsonl.gz", gzip.compress(line(3) * 2000)[:-20])
    batches = desk.look()
    assert keys(batches)[:2] == ["2601.00001", "2601.00002"]
    told = {one.key: one.reason for one in rejected(batches)}
    assert "no JSON" in told["a.jsonl:2"]
    assert "none of JSONL, BibTeX, RIS and CSL-JSON" in told["b.dat"]
    assert any("breaks off" in reason for key, reason in told.items() if key.startswith("c.jsonl.gz"))
    assert rejected(desk.look()) == []  # told once, until the file changes


def test_a_folder_that_is_not_there_is_told(desk: Desk) -> None:
    desk.folder.rmdir()
    with pytest.raises(Unavailable, match=r"inbox is not there; make it, or change BROADSHEET_FOLDER"):
        desk.look()


def test_a_link_that_leads_nowhere_is_passed_over(desk: Desk) -> None:
    (desk.folder / "gone.jsonl").symlink_to(desk.folder / "nowhere")
    assert keys(desk.look()) == []


def test_the_whole_way_into_the_catalogue(desk: Desk, sqlite: Database, clock: FixedClock) -> None:
    desk.put("a.jsonl", b"".join(map(line, range(5))))
    catalogue = Catalogue(sqlite, clock)
    connector = FolderConnector(clock, desk.folder)
    harvester = Harvester(sqlite, catalogue, Leases(sqlite, clock), clock, {connector.name: connector})
    assert harvester.harvest("folder").added == 5
    clock.sleep(60)
    desk.put("b.ris", RIS, age=30)
    assert [report.added for report in harvester.harvest_due()] == [1]
    assert harvester.status()[0].next_due_at == clock.now() + timedelta(minutes=1)
    assert catalogue.get("10.5555/moon").title == "Moon"

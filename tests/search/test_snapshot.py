from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.papers.paper import Paper
from broadsheet.search import manifest
from broadsheet.search.manifest import Manifest, State
from broadsheet.search.query import Filters, Query, parse
from broadsheet.search.snapshot import Snapshot, _newest
from broadsheet.search.writer import Writer
from tests.invented import paper
from tests.search.collection import BagEncoder, Log, put_instead


@dataclass(frozen=True)
class Shelf:
    """An index of four papers, one of them written twice and one departed, in two commits."""

    directory: Path
    writer: Writer
    log: Log

    def commit(self) -> Snapshot:
        self.writer.take(self.log.changes_after(self.writer.state.change))
        self.writer.commit(self.log.last_change())
        self.writer.point()
        return Snapshot(self.directory, self.manifest, BagEncoder())

    @property
    def manifest(self) -> Manifest:
        held = manifest.read(self.directory)
        assert held is not None
        return held


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    first = [paper(n, title=f"Moss number{n}", published=date(2026, 1, n)) for n in range(1, 5)]
    made = Shelf(tmp_path, Writer(tmp_path, "g000001", BagEncoder(), None), Log(first))
    made.commit()
    made.log.put(paper(2, title="Salt", abstract="Kelp.", categories=("q-bio.QM",), published=None))
    made.log.drop(3)
    made.commit()
    return made


def opened(shelf: Shelf) -> Snapshot:
    return Snapshot(shelf.directory, shelf.manifest, BagEncoder())


def test_the_newest_row_of_a_paper_is_the_only_one(shelf: Shelf) -> None:
    snapshot = opened(shelf)
    assert (len(snapshot), snapshot.state.rows) == (3, 6)  # four, one again, one gone
    assert snapshot.ids().tolist() == snapshot.text_ids().tolist() == [1, 2, 4]
    assert snapshot.days(np.array([1, 2, 3, 4])).tolist() == [
        date(2026, 1, 1).toordinal(),
        0,
        0,
        date(2026, 1, 4).toordinal(),
    ]
    assert snapshot.facets(np.array([2, 3])).categories == [("q-bio.QM", 1)]
    assert snapshot.vector(3) is None


def test_no_way_of_asking_finds_a_departed_paper_or_an_older_wording(shelf: Shelf) -> None:
    snapshot = opened(shelf)
    old = BagEncoder().encode_papers([(f"Moss number{n}", paper(n).abstract) for n in (2, 3)])
    for vector in old:
        assert sorted(snapshot.by_meaning(Query(), vector, 10).ids.tolist()) == [1, 2, 4]
        assert (snapshot.cosines(vector, np.array([2, 3])) < 0.9).all()
    assert snapshot.by_words(parse("number2 number3"), 10).ids.tolist() == []
    assert snapshot.by_title("Moss number3").tolist() == []
    assert snapshot.by_date(Query()).ids.tolist() == [4, 1, 2]
    assert snapshot.by_date(Query(given=Filters(categories=("cs",)))).ids.tolist() == [4, 1]


def test_a_snapshot_never_changes(shelf: Shelf) -> None:
    before = opened(shelf)
    shelf.log.drop(1)
    shelf.log.put(paper(9, title="Moss again"))
    after = shelf.commit()
    assert (before.ids().tolist(), after.ids().tolist()) == ([1, 2, 4], [2, 4, 9])
    assert sorted(before.by_words(parse("moss"), 10).ids.tolist()) == [1, 4]
    assert sorted(after.by_words(parse("moss"), 10).ids.tolist()) == [4, 9]
    assert before.by_date(Query()).ids.tolist() == [4, 1, 2]


def test_a_snapshot_is_of_the_text_halfs_commit_even_if_the_manifest_is_behind(shelf: Shelf) -> None:
    behind = shelf.manifest
    shelf.log.put(paper(9))
    shelf.commit()
    snapshot = Snapshot(shelf.directory, behind, BagEncoder())
    assert snapshot.state.commit == behind.state.commit + 1
    assert snapshot.ids().tolist() == [1, 2, 4, 9]


def test_a_departed_paper_may_come_back(shelf: Shelf) -> None:
    shelf.log.put(paper(3, title="Moss regained"))
    snapshot = shelf.commit()
    assert snapshot.ids().tolist() == snapshot.text_ids().tolist() == [1, 2, 3, 4]
    assert snapshot.by_title("moss regained").tolist() == [3]


@pytest.mark.parametrize("name", ["heads", "codes", "vectors", "pairs", "labels"])
def test_a_short_half_is_an_error_and_no_half_answer(shelf: Shelf, name: str) -> None:
    file = shelf.directory / "g000001" / name
    put_instead(file, file.read_bytes()[:-1])
    with pytest.raises(OSError, match=name):
        opened(shelf)


@pytest.mark.parametrize("name", ["heads", "text"])
def test_a_missing_half_is_an_error(shelf: Shelf, name: str) -> None:
    place = shelf.directory / "g000001" / name
    place.rename(shelf.directory / "elsewhere")
    with pytest.raises(OSError, match=r"."):
        opened(shelf)


def test_files_of_another_width_do_not_fit(shelf: Shelf) -> None:
    wider = shelf.manifest.model_copy(update={"dimension": 300})
    with pytest.raises(OSError, match="do not fit each other"):
        Snapshot(shelf.directory, wider, BagEncoder())


def test_a_state_that_lacks_a_file_does_not_fit(shelf: Shelf) -> None:
    state = shelf.writer.state
    lacking = {name: extent for name, extent in state.files.items() if name != "codes"}
    shelf.writer._text.commit(State(commit=9, change=state.change, rows=state.rows, files=lacking))
    with pytest.raises(OSError, match="do not fit each other: 'codes'"):
        opened(shelf)


_rows = st.lists(st.integers(1, 6).flatmap(lambda n: st.sampled_from((n, n, -n))), max_size=12)


@given(_rows)
@settings(max_examples=80)
def test_the_newest_rows_are_those_of_a_replayed_log(ids: list[int]) -> None:
    held: dict[int, int] = {}
    for row, paper_id in enumerate(ids):
        held.pop(abs(paper_id), None)
        if paper_id > 0:
            held[paper_id] = row
    live, row_of = _newest(np.array(ids, np.int64))
    assert np.flatnonzero(live).tolist() == sorted(held.values())
    assert {paper_id: int(row) for paper_id, row in enumerate(row_of) if row >= 0} == held


def test_an_empty_commit_answers_nothing(tmp_path: Path) -> None:
    papers: list[Paper] = []
    snapshot = Shelf(tmp_path, Writer(tmp_path, "g000001", BagEncoder(), None), Log(papers)).commit()
    assert (len(snapshot), snapshot.ids().tolist(), snapshot.text_ids().tolist()) == (0, [], [])
    assert snapshot.vector(1) is None
    assert snapshot.cosines(np.ones(256, np.float32), np.array([1, 2])).tolist() == [0, 0]

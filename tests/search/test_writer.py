import shutil
from pathlib import Path

import numpy as np
import pytest

from broadsheet.search import columns, lexical, manifest
from broadsheet.search.manifest import FORMAT, Manifest, State
from broadsheet.search.snapshot import Snapshot
from broadsheet.search.writer import Writer
from tests.invented import paper
from tests.search.collection import BagEncoder, Log

PLACE = "g000001"


@pytest.fixture
def log() -> Log:
    return Log([paper(n) for n in range(1, 6)])


def begun(root: Path, state: State | None = None) -> Writer:
    return Writer(root, PLACE, BagEncoder(), state)


def filled(root: Path, log: Log, state: State | None = None) -> State:
    """Write what the log has after `state` in one commit, and let readers find it."""
    writer = begun(root, state)
    writer.take(log.changes_after(state.change if state else 0))
    writer.commit(log.last_change())
    writer.point()
    writer.close()
    return writer.state


def read(root: Path) -> Snapshot:
    held = manifest.read(root)
    assert held is not None
    return Snapshot(root, held, BagEncoder())


def sound(root: Path, state: State) -> bool:
    return lexical.fault(root / PLACE / "text") is None and columns.fault(root / PLACE, state.files) is None


def test_both_halves_hold_the_same_after_a_commit(tmp_path: Path, log: Log) -> None:
    state = filled(tmp_path, log)
    assert (state.commit, state.change, state.rows) == (1, 5, 5)
    assert state.files["heads"].bytes == 5 * columns.HEAD.itemsize
    assert sound(tmp_path, state)
    snapshot = read(tmp_path)
    assert snapshot.ids().tolist() == snapshot.text_ids().tolist() == [1, 2, 3, 4, 5]
    assert manifest.read(tmp_path) == Manifest(
        format=FORMAT, directory=PLACE, encoder="bag", fingerprint="bag1", dimension=256, state=state
    )


def test_take_counts_papers_and_takes_only_the_last_word_on_each(tmp_path: Path, log: Log) -> None:
    changes = log.changes_after(0)
    log.put(paper(2, title="Salt"))
    log.drop(4)
    writer = begun(tmp_path)
    assert writer.take([*changes, *log.changes_after(5)]) == 4  # 1, 3, 5 and the new 2
    assert writer.take([]) == 0
    writer.commit(log.last_change())
    writer.point()
    assert writer.state.rows == 5  # the four, and one that says that 4 departed
    snapshot = read(tmp_path)
    assert snapshot.ids().tolist() == snapshot.text_ids().tolist() == [1, 2, 3, 5]
    assert snapshot.by_title("salt").tolist() == [2]


def test_nothing_is_seen_before_the_commit(tmp_path: Path, log: Log) -> None:
    state = filled(tmp_path, log)
    log.put(paper(6))
    writer = begun(tmp_path, state)
    writer.take(log.changes_after(5))
    assert read(tmp_path).ids().tolist() == [1, 2, 3, 4, 5]
    writer.close()
    assert read(tmp_path).ids().tolist() == [1, 2, 3, 4, 5]
    assert sound(tmp_path, state)


def test_a_next_writer_goes_on_and_numbers_labels_as_the_first_did(tmp_path: Path, log: Log) -> None:
    state = filled(tmp_path, log)
    before = read(tmp_path).labels
    log.put(paper(6, categories=("q-bio.QM", "cs.IR")))
    filled(tmp_path, log, state)
    after = read(tmp_path)
    assert after.labels == [*before, "category:q-bio.QM"]
    assert after.facets(np.array([1, 6])).categories == [("cs.IR", 2), ("q-bio.QM", 1)]


def test_every_label_has_one_line_of_its_own(tmp_path: Path) -> None:
    odd = ("a\nb", "a\u2028b", "\x1c", "é:ß", "x" * 5_000, "")
    filled(tmp_path, Log([paper(1, categories=odd, sources=()), paper(2, categories=odd[:1], sources=("hf",))]))
    snapshot = read(tmp_path)
    assert snapshot.labels == ["category:a b", "category:", "category:é:ß", "category:" + "x" * 5_000, "source:hf"]
    assert snapshot.facets(np.array([1, 2])).categories[0] == ("a b", 2)


def test_a_batch_of_departures_alone_and_of_unknown_papers_is_kept(tmp_path: Path, log: Log) -> None:
    state = filled(tmp_path, log)
    for paper_id in (1, 2, 77):
        log.drop(paper_id)
    state = filled(tmp_path, log, state)
    snapshot = read(tmp_path)
    assert snapshot.ids().tolist() == snapshot.text_ids().tolist() == [3, 4, 5]
    assert snapshot.vector(77) is None
    assert sound(tmp_path, state)


@pytest.mark.parametrize("step", ["columns", "text", "manifest"])
def test_stopped_at_any_step_of_a_commit_both_halves_stand_at_one_state(
    tmp_path: Path, log: Log, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = filled(tmp_path, log)
    log.put(paper(6, title="Zeppelin"))
    log.drop(1)
    writer = begun(tmp_path, first)
    writer.take(log.changes_after(5))
    if step == "columns":  # the columns are longer already, and nobody counts it
        writer._appender.sync()
    elif step == "text":
        with monkeypatch.context() as patch:
            patch.setattr(writer._text, "commit", lambda _: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                writer.commit(log.last_change())
    else:
        writer.commit(log.last_change())
    writer.close()

    snapshot = read(tmp_path)
    held = [2, 3, 4, 5, 6] if step == "manifest" else [1, 2, 3, 4, 5]
    assert snapshot.ids().tolist() == snapshot.text_ids().tolist() == held
    assert sound(tmp_path, snapshot.state)
    state = filled(tmp_path, log, snapshot.state)
    assert read(tmp_path).ids().tolist() == read(tmp_path).text_ids().tolist() == [2, 3, 4, 5, 6]
    assert sound(tmp_path, state)


def test_a_commit_without_news_only_moves_the_change(tmp_path: Path, log: Log) -> None:
    first = filled(tmp_path, log)
    writer = begun(tmp_path, first)
    writer.commit(9)
    assert writer.state == first.model_copy(update={"commit": 2, "change": 9})


def test_a_text_half_that_cannot_be_opened_is_an_error_and_closes_the_columns(tmp_path: Path, log: Log) -> None:
    state = filled(tmp_path, log)
    shutil.rmtree(tmp_path / PLACE / "text")
    with pytest.raises(OSError, match="text index cannot be written"):
        begun(tmp_path, state)
    assert columns.fault(tmp_path / PLACE, state.files) is None

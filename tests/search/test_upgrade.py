import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.encoders.encoder import Encoder
from broadsheet.errors import Conflict, Unavailable
from broadsheet.jobs.leases import Leases
from broadsheet.papers.paper import Paper
from broadsheet.search import upgrade as module
from broadsheet.search.galleries import Galleries
from broadsheet.search.index import Index
from broadsheet.search.query import Query, parse
from broadsheet.search.snapshot import Snapshot
from broadsheet.search.upgrade import Changing, UpgradeStatus, place_of
from tests.invented import paper
from tests.search.collection import BagEncoder, Log, put_instead

PAPERS = 80
Open = Callable[..., Index]


class SlowEncoder(BagEncoder):
    """Takes a second for each paper, and remembers which it was asked for."""

    def __init__(self, clock: FixedClock) -> None:
        super().__init__(48, "slow1")
        self.name = "slow"
        self._clock = clock
        self.titles: list[str] = []

    def encode_papers(self, papers: "list[tuple[str, str]]") -> "np.ndarray":  # type: ignore[override, type-arg]
        self._clock.sleep(len(papers))
        self.titles += [title for title, _ in papers]
        return super().encode_papers(papers)


@pytest.fixture
def log() -> Log:
    return Log([paper(n) for n in range(1, PAPERS + 1)])


@pytest.fixture
def new(clock: FixedClock) -> SlowEncoder:
    return SlowEncoder(clock)


@pytest.fixture
def again(tmp_path: Path, log: Log, sqlite: Database, clock: FixedClock) -> Open:
    """Opens the same index once more, as another process would; the old encoder is there unless `lost`."""

    def papers(ids: "list[int]") -> list[Paper]:
        held = {one.id: one for one in log.papers}
        return [held[number] for number in ids if number in held]

    def open_it(encoder: Encoder | None = None, *, lost: bool = False, first: tuple[int, ...] = ()) -> Index:
        known = {} if lost else {one.fingerprint: one for one in (BagEncoder(), SlowEncoder(clock))}
        changing = Changing(known.get, papers, lambda: first)  # type: ignore[arg-type]
        return Index.open(tmp_path / "index", encoder or BagEncoder(), log, Leases(sqlite, clock), clock, changing)

    return open_it


@pytest.fixture
def made(again: Open) -> None:
    again().catch_up()


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHUNK", 8)


def progress(index: Index) -> UpgradeStatus:
    found = index.status().upgrade
    assert found is not None
    return found


def best(index: Index, text: str) -> int:
    engine = index.engine()
    return int(engine.by_meaning(Query(), engine.query_vector(text), 5).ids[0])


@pytest.mark.usefixtures("made")
def test_another_encoder_changes_nothing_until_papers_are_re_encoded(again: Open, new: SlowEncoder) -> None:
    index = again(new)
    status = index.status()
    assert (status.fault, status.encoder, status.papers) == (None, "bag", PAPERS)
    assert progress(index).sentence == "0 of 80 papers are re-encoded by slow."
    assert isinstance(index.engine(), Snapshot)
    assert index.catch_up() == 0
    assert index.check() == []


@pytest.mark.usefixtures("made")
def test_re_encoding_stops_when_its_time_is_up_and_goes_on_in_another_process(again: Open, new: SlowEncoder) -> None:
    index = again(new)
    assert index.upgrade(seconds=20) == 24
    assert progress(index).sentence == "24 of 80 papers are re-encoded by slow; about 56 s left."
    assert isinstance(index.engine(), Galleries)
    other = again(new)
    assert progress(other).done == 24
    assert other.upgrade(seconds=20) == 24
    assert progress(index).done == progress(again(new)).done == 48
    assert len(new.titles) == len(set(new.titles)) == 48
    assert index.check() == []


@pytest.mark.usefixtures("made")
def test_once_all_is_done_the_new_encoder_takes_over_at_once(again: Open, new: SlowEncoder, tmp_path: Path) -> None:
    index, reader = again(new), again(new)
    index.upgrade(seconds=20)
    before = reader.engine()
    assert index.upgrade() == PAPERS - 24
    for one in (index, reader, again(new)):
        assert (one.status().encoder, one.status().upgrade, one.status().papers) == ("slow", None, PAPERS)
        assert isinstance(one.engine(), Snapshot)
        assert one.check() == []
    assert len(new.titles) == PAPERS, "changing over encoded again what was done"
    assert not list((tmp_path / "index").glob("next-*"))
    assert len(before.by_meaning(Query(), before.query_vector("moss"), 100)) == PAPERS  # who still asks it gets answers
    assert index.upgrade() == 0


@pytest.mark.usefixtures("made")
def test_the_changed_index_is_the_one_that_the_new_encoder_makes_by_itself(again: Open, new: SlowEncoder) -> None:
    index = again(new)
    index.upgrade()
    changed = index.engine()
    index.rebuild()
    afresh, vector = index.engine(), changed.query_vector("patience decides")
    one, other = (engine.by_meaning(Query(), vector, 20) for engine in (changed, afresh))
    assert one.ids.tolist() == other.ids.tolist()
    assert one.scores.tolist() == other.scores.tolist()


@pytest.mark.usefixtures("made")
def test_new_changed_and_departed_papers_reach_both_galleries(again: Open, new: SlowEncoder, log: Log) -> None:
    index = again(new)
    index.upgrade(seconds=60)
    held_before = progress(index).done
    done = [one for one in log.papers if one.title in new.titles]
    log.put(paper(91, title="Zeppelin kites"))
    log.put(paper(done[0].id, title="Quartz harps"))
    log.drop(done[1].id)
    index.catch_up()
    assert best(index, "zeppelin kites") == 91
    index.upgrade(seconds=1)
    assert progress(index).done == held_before  # one more and one departed
    assert new.titles[-2:] == ["Zeppelin kites", "Quartz harps"]
    assert best(index, "zeppelin kites") == 91
    assert best(index, "quartz harps") == done[0].id
    assert done[1].id not in index.engine().by_meaning(Query(), index.engine().query_vector("part"), 100).ids
    index.upgrade()
    assert (index.status().upgrade, index.status().papers, index.check()) == (None, PAPERS, [])
    assert best(index, "quartz harps") == done[0].id


@pytest.mark.usefixtures("made")
def test_the_newest_and_the_most_read_come_first(again: Open, new: SlowEncoder, log: Log) -> None:
    index = again(new, first=(3, 17))
    index.upgrade(seconds=1)
    newest = sorted(log.papers, key=lambda one: (one.published, one.id), reverse=True)
    first = new.titles[:4]
    assert set(first) == {paper(3).title, paper(17).title, newest[0].title, newest[1].title}
    assert new.titles[4:8] == [one.title for one in newest if one.title not in first][:4]


@pytest.mark.usefixtures("made")
def test_one_process_re_encodes_at_a_time(again: Open, new: SlowEncoder) -> None:
    one, other = again(new), again(new)
    assert one._upgrade is not None
    with one._upgrade.writing(), pytest.raises(Conflict, match="Another process"):
        other.upgrade()
    assert other.upgrade() == PAPERS


@pytest.mark.usefixtures("made")
def test_changing_over_waits_for_who_writes_new_papers_but_not_for_ever(again: Open, new: SlowEncoder) -> None:
    index, other = again(new), again(new)
    with other._turn.taken() as lease:
        assert lease is not None
        with pytest.raises(Conflict, match="written by another"):
            index.upgrade()
        assert isinstance(index.engine(), Galleries)  # all is re-encoded, and searched meanwhile
    assert index.upgrade() == 0
    assert index.status().upgrade is None


@pytest.mark.usefixtures("made")
def test_a_process_with_the_old_settings_follows_and_does_not_change_back(
    again: Open, new: SlowEncoder, log: Log
) -> None:
    old = again()
    again(new).upgrade()
    assert old.status().encoder == "slow"
    assert old.upgrade() == 0
    log.put(paper(91, title="Zeppelin kites"))
    assert old.catch_up() == 1
    assert best(old, "zeppelin kites") == 91


@pytest.mark.usefixtures("made")
def test_a_process_that_cannot_load_the_new_encoder_reads_but_does_not_write(
    again: Open, new: SlowEncoder, log: Log
) -> None:
    old = again(lost=True)
    again(new).upgrade()
    assert len(old.engine().by_words(parse("instruments"), 100)) == PAPERS
    log.put(paper(91))
    with pytest.raises(Unavailable, match="changed to the encoder slow"):
        old.catch_up()
    assert again(new).catch_up() == 1


@pytest.mark.usefixtures("made")
def test_without_the_old_encoder_words_and_what_is_re_encoded_are_searched(
    again: Open, new: SlowEncoder, log: Log
) -> None:
    index = again(new, lost=True)
    assert "found by their words alone" in index.status().sentence
    engine = index.engine()
    assert not engine.query_vector("moss colonies").any()
    assert len(engine.by_words(parse("moss"), 100)) > 5
    index.upgrade(seconds=40)
    engine = index.engine()
    near = engine.by_meaning(Query(), engine.query_vector(new.titles[0]), 5)
    assert near.scores[0] > 0.3
    log.put(paper(91, title="Zeppelin kites"))
    assert index.catch_up() == 1
    index.upgrade()
    assert (index.check(), index.status().encoder) == ([], "slow")
    assert best(index, "zeppelin kites") == 91


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize("name", ["heads", "codes", "vectors"])
@pytest.mark.parametrize("damage", ["cut", "flipped", "gone"])
def test_a_broken_gallery_is_left_out_and_begun_anew(
    again: Open, new: SlowEncoder, tmp_path: Path, name: str, damage: str
) -> None:
    again(new).upgrade(seconds=40)
    file = tmp_path / "index" / place_of(new) / name
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 4
    if damage == "gone":
        file.unlink()
    else:
        put_instead(file, content[:-1] if damage == "cut" else content)
    index = again(new)
    assert isinstance(index.engine(), Snapshot)
    assert name in index.check()[0]
    index.upgrade(seconds=8)
    assert (progress(index).done, index.check()) == (8, [])
    assert isinstance(index.engine(), Galleries)


@pytest.mark.usefixtures("made")
def test_what_a_killed_process_left_behind_its_last_commit_is_cut_off(
    again: Open, new: SlowEncoder, tmp_path: Path
) -> None:
    again(new).upgrade(seconds=40)
    for name in ("heads", "codes", "vectors"):
        with (tmp_path / "index" / place_of(new) / name).open("ab") as file:
            file.write(b"half a row")
    index = again(new)
    assert progress(index).done == 40
    index.upgrade(seconds=8)
    assert (progress(index).done, index.check()) == (48, [])
    assert progress(again(new)).done == 48


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize("content", [None, b"", b"{", b'{"format": 1}', b"\xff"])
def test_a_gallery_without_a_manifest_is_begun_anew(
    again: Open, new: SlowEncoder, tmp_path: Path, content: bytes | None
) -> None:
    again(new).upgrade(seconds=40)
    path = tmp_path / "index" / place_of(new) / "manifest.json"
    path.unlink() if content is None else path.write_bytes(content)
    index = again(new)
    assert progress(index).done == 0
    index.upgrade()
    assert (index.check(), index.status().upgrade) == ([], None)


@pytest.mark.usefixtures("made")
def test_rebuilding_in_the_middle_is_the_quick_way_to_the_new_encoder(again: Open, new: SlowEncoder) -> None:
    index = again(new)
    index.upgrade(seconds=40)
    assert index.rebuild() == PAPERS
    assert len(new.titles) == PAPERS
    assert (index.status().encoder, index.status().upgrade, index.check()) == ("slow", None, [])


@pytest.mark.usefixtures("made")
def test_a_gallery_that_is_done_is_told_in_json(again: Open, new: SlowEncoder) -> None:
    from dataclasses import asdict

    index = again(new)
    index.upgrade(seconds=8)
    told = json.loads(json.dumps(asdict(index.status())))
    assert told["upgrade"] == {"encoder": "slow", "done": 8, "total": PAPERS, "left": 72.0, "lost": False}


@pytest.mark.parametrize(
    ("left", "words"),
    [(0.2, "1 s"), (89, "89 s"), (90, "2 min"), (2400, "40 min"), (5400, "2 h"), (86_400, "24 h")],
)
def test_the_time_left_is_told_as_people_tell_it(left: float, words: str) -> None:
    assert f"about {words} left" in UpgradeStatus("slow", 12_300, 302_977, left, lost=False).sentence


def test_a_kill_costs_seconds(again: Open, new: SlowEncoder, made: None, tmp_path: Path) -> None:
    index = again(new)
    index.upgrade(seconds=60)
    held = json.loads((tmp_path / "index" / place_of(new) / "manifest.json").read_text())
    assert held["state"]["commit"] == 1 + 64 // 8  # an empty one first, then after each chunk of eight seconds
    assert held["pace"] == pytest.approx(1)
    assert timedelta(seconds=8) >= module.COMMIT_EVERY

"""Two galleries as one engine: on disk and in memory alike, and what no alignment may change."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.encoders.alignment import FEWEST
from broadsheet.errors import Unavailable
from broadsheet.papers.paper import Paper
from broadsheet.search import gallery
from broadsheet.search.engine import Engine
from broadsheet.search.fusion import rank
from broadsheet.search.galleries import Galleries
from broadsheet.search.gallery import GalleryReader, GalleryWriter
from broadsheet.search.memory import MemoryEngine, MemoryGallery
from broadsheet.search.query import Filters, Query, parse
from broadsheet.search.remembered import RememberedEncoder
from broadsheet.search.snapshot import Snapshot
from tests.invented import paper
from tests.search.collection import BagEncoder, Log, opened

OLD, NEW = BagEncoder(), BagEncoder(48, "new")
ANY_DAY = datetime(2026, 1, 15, tzinfo=UTC)


def in_memory(papers: list[Paper], done: list[Paper]) -> Galleries:
    return Galleries(MemoryEngine(papers, OLD), MemoryGallery(done, NEW), 256, 48)


def on_disk(place: Path, papers: list[Paper], done: list[Paper], database: Database, clock: FixedClock) -> Galleries:
    index = opened(place, Log(papers), database, clock)
    index.catch_up()
    snapshot = index.engine()
    assert isinstance(snapshot, Snapshot)
    return Galleries(snapshot, filled(place / "next", done), 256, 48)


def filled(place: Path, papers: list[Paper]) -> GalleryReader:
    place.mkdir(exist_ok=True)
    writer = GalleryWriter(place, NEW, None, 0)
    writer.put(papers)
    writer.commit(0, ANY_DAY, ANY_DAY)
    writer.close()
    held = gallery.read(place)
    assert held
    return GalleryReader(place, held, NEW)


PAPERS = [paper(n) for n in range(1, 121)]


@given(
    st.sets(st.integers(1, 120), max_size=120),
    st.sampled_from(["moss patience", "folding glass looms", "tide -moss", '"salt maps" counting', "part 7 cat:cs.CV"]),
    st.sampled_from([Filters(), Filters(categories=("cs.IR",)), Filters(since=date(2026, 1, 8))]),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_disk_and_memory_agree_on_any_share_query_and_filter(
    sqlite: Database, clock: FixedClock, done: set[int], text: str, given: Filters
) -> None:
    query = replace(parse(text), given=given)
    some = [one for one in PAPERS if one.id in done]
    with TemporaryDirectory() as place:
        disk, memory = on_disk(Path(place), PAPERS, some, sqlite, clock), in_memory(PAPERS, some)
        vector = memory.query_vector(query.plain)
        assert disk.query_vector(query.plain).tolist() == vector.tolist()
        one, other = (engine.by_meaning(query, vector, 200) for engine in (disk, memory))
        assert sorted(one.ids.tolist()) == sorted(other.ids.tolist())
        known = dict(zip(other.ids.tolist(), other.scores.tolist(), strict=True))
        assert one.scores.tolist() == pytest.approx([known[paper_id] for paper_id in one.ids.tolist()], abs=0.02)
        for engine in (disk, memory):
            near = engine.by_meaning(query, vector, 200)
            assert near.scores == pytest.approx(engine.cosines(vector, near.ids), abs=1e-5)
            assert sorted(near.ids.tolist()) == sorted(engine.by_date(query).ids.tolist())


def order(engine: Engine, text: str, among: list[int]) -> list[int]:
    near = engine.by_meaning(Query(), engine.query_vector(text), 200)
    return [paper_id for paper_id in near.ids.tolist() if paper_id in among]


def test_papers_not_yet_re_encoded_keep_their_order_and_their_scores() -> None:
    plain, mixed = MemoryEngine(PAPERS, OLD), in_memory(PAPERS, PAPERS[:60])
    rest = [one.id for one in PAPERS[60:]]
    assert order(mixed, "folding glass looms", rest) == order(plain, "folding glass looms", rest)
    vector = mixed.query_vector("folding glass looms")
    ids = np.array(rest)
    assert mixed.cosines(vector, ids).tolist() == plain.cosines(vector[:256], ids).tolist()


def test_a_gallery_of_few_papers_or_of_none_leaves_the_old_one_alone() -> None:
    for count in (0, 1, FEWEST - 1):
        mixed, plain = in_memory(PAPERS, PAPERS[:count]), MemoryEngine(PAPERS, OLD)
        vector = mixed.query_vector("moss")
        assert mixed.by_meaning(Query(), vector, 50).ids.tolist() == (
            plain.by_meaning(Query(), vector[:256], 50).ids.tolist()
        )


def test_a_paper_that_departed_from_the_index_is_not_found_though_it_was_re_encoded() -> None:
    mixed = Galleries(MemoryEngine(PAPERS[1:], OLD), MemoryGallery(PAPERS, NEW), 256, 48)
    vector = mixed.query_vector(PAPERS[0].title)
    assert 1 not in mixed.by_meaning(Query(), vector, 200).ids
    assert mixed.cosines(vector, np.array([1, 2, 999]))[[0, 2]].tolist() == [0, 0]
    assert mixed.vector(1) is None
    assert mixed.share == 1


def test_a_papers_own_vectors_find_it_and_those_like_it() -> None:
    mixed = in_memory(PAPERS, PAPERS[:60])
    for paper_id in (3, 100):
        vector = mixed.vector(paper_id)
        assert vector is not None
        assert len(vector) == 256 + 48
        assert mixed.by_meaning(Query(), vector, 3).ids[0] == paper_id


def test_a_query_that_only_the_new_encoder_understands_finds_what_is_re_encoded() -> None:
    mixed = in_memory(PAPERS, PAPERS[:60])
    vector = mixed.query_vector(PAPERS[6].title)
    vector[:256] = 0
    near = mixed.by_meaning(Query(), vector, 5)
    assert near.ids[0] == 7
    vector[256:] = 0
    assert not vector.any()  # then words alone decide


def test_both_halves_are_ranked_as_with_one_gallery() -> None:
    mixed = in_memory(PAPERS, PAPERS[:60])
    query = parse("folding glass looms")
    ranking = rank(mixed, query, mixed.query_vector(query.plain), "fused")
    assert ranking.scores.tolist() == sorted(ranking.scores.tolist(), reverse=True)
    assert (len(mixed), mixed.newest, mixed.held("glass")) == (120, 120, MemoryEngine(PAPERS, OLD).held("glass"))


def test_the_newest_wording_in_a_gallery_counts(tmp_path: Path) -> None:
    reader = filled(tmp_path, [paper(1), paper(2), paper(1, title="Quartz harps")])
    assert reader.same(paper(1, title="Quartz harps"))
    assert not reader.same(paper(1))
    assert not reader.same(paper(3))
    vector = NEW.encode_papers([("Quartz harps", paper(1).abstract)])[0]
    assert reader.cosines(vector, np.array([1, 3, -1])).tolist() == pytest.approx([1, 0, 0], abs=0.01)


def test_what_a_gallery_holds_is_not_encoded_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = RememberedEncoder(NEW, filled(tmp_path, PAPERS[:3]))
    asked: list[tuple[str, str]] = []
    monkeypatch.setattr(NEW, "encode_papers", lambda texts: asked.extend(texts) or BagEncoder(48).encode_papers(texts))
    texts = [(one.title, one.abstract) for one in (PAPERS[2], PAPERS[5], PAPERS[0])]
    found = encoder.encode_papers(texts)
    assert asked == [texts[1]]
    assert found == pytest.approx(BagEncoder(48).encode_papers(texts), abs=0.005)
    assert encoder.encode_papers([]).shape == (0, 48)
    assert encoder.encode_queries(["moss"]).shape == (1, 48)


class Silent(MemoryGallery):
    """A gallery whose encoder's server does not answer."""

    def query_vector(self, text: str) -> "np.ndarray":  # type: ignore[type-arg]
        raise Unavailable("The encoder's server does not answer.")


def test_while_one_encoder_is_silent_the_other_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = MemoryEngine(PAPERS, OLD)
    mixed = Galleries(plain, Silent(PAPERS, NEW), 256, 48)
    vector = mixed.query_vector("folding glass looms")
    one, other = mixed.by_meaning(Query(), vector, 9), plain.by_meaning(Query(), vector[:256], 9)
    assert (one.ids.tolist(), one.scores.tolist()) == (other.ids.tolist(), other.scores.tolist())
    assert len(mixed.no_vector()) == len(vector)
    monkeypatch.setattr(plain, "query_vector", mixed._new.query_vector)
    with pytest.raises(Unavailable, match="does not answer"):
        mixed.query_vector("folding glass looms")

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.encoders import Vectors
from broadsheet.errors import Invalid, Unavailable
from broadsheet.jobs.leases import Leases
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Artefact
from broadsheet.papers.records import SourceRecord
from broadsheet.search import fusion, listing, paging
from broadsheet.search.index import Index
from broadsheet.search.order import HALF_LIFE_DAYS
from broadsheet.search.query import Filters
from broadsheet.search.service import Search
from broadsheet.search.weights import KnownWeights
from tests.conftest import NOON
from tests.invented import record
from tests.search.collection import BAG_WEIGHTS, BagEncoder


@dataclass(frozen=True)
class Made:
    """A catalogue, its index, and the search over both."""

    catalogue: Catalogue
    index: Index
    search: Search

    def add(self, *records: SourceRecord) -> list[int]:
        ids = self.catalogue.add(records).paper_ids
        self.index.catch_up()
        return list(ids)


def _made(home: Path, database: Database, clock: FixedClock) -> Made:
    catalogue, encoder = Catalogue(database, clock), BagEncoder()
    index = Index.open(home / "index", encoder, catalogue, Leases(database, clock), clock)
    return Made(catalogue, index, Search(index, catalogue, clock, weights=BAG_WEIGHTS))


@pytest.fixture
def made(tmp_path: Path, sqlite: Database, clock: FixedClock) -> Made:
    return _made(tmp_path, sqlite, clock)


@pytest.fixture
def shelf(made: Made) -> Made:
    made.add(*(record(n) for n in range(40)))
    return made


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: bytes) -> Iterator[Made]:
    """The same for tests that only ask."""
    home = tmp_path_factory.mktemp("library")
    (home / "broadsheet.db").write_bytes(migrated_sqlite)
    database = Database(f"sqlite:///{home / 'broadsheet.db'}")
    filled = _made(home, database, FixedClock(NOON))
    filled.add(*(record(n) for n in range(40)))
    yield filled
    database.close()


def test_a_page_has_papers_reasons_facets_and_marks(library: Made) -> None:
    page = library.search.search("Folding paper bridges")
    assert page.total == len(page.hits) == 12
    assert [hit.rank for hit in page.hits] == list(range(1, 13))
    first = page.hits[0]
    assert first.paper.title == "On folding paper bridges, part 10"
    assert first.why.words == ("Folding", "paper", "bridges")
    assert [first.paper.title[start:end] for start, end in first.title_marks] == ["folding", "paper", "bridges"]
    assert first.paper.abstract[slice(*first.abstract_marks[0])] == "folding"
    assert "“Folding”, “paper” and “bridges”" in first.why.sentence
    assert sum(count for _, count in page.facets.years) == page.total
    assert page.took_ms >= 0


@pytest.mark.parametrize("method", ["fused", "rrf", "bm25", "dense"])
def test_the_shares_of_a_reason_add_up_to_the_score(library: Made, method: str) -> None:
    hits = library.search.search("folding bridges", method=method).hits  # type: ignore[arg-type]
    assert hits
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits:
        assert hit.why.text + hit.why.meaning == pytest.approx(hit.score)
        assert hit.why.sentence.endswith(".")


def test_pages_follow_each_other_without_gap_or_repeat(library: Made) -> None:
    whole = [hit.paper.id for hit in library.search.search("folding", limit=30).hits]
    parts = [hit.paper.id for at in (0, 10, 20) for hit in library.search.search("folding", limit=10, offset=at).hits]
    assert parts == whole
    assert library.search.search("folding", offset=900).hits == []


def walked(search: Search, text: str, between: Callable[[int], object] = lambda _: None, **asked: Any) -> list[int]:
    """Return the ids of a whole list, page by page by cursor; `between` is called before each further page."""
    ids: list[int] = []
    cursor = None
    for page_number in count(1):
        page = search.search(text, cursor=cursor, **asked)
        assert [hit.rank for hit in page.hits] == list(range(len(ids) + 1, len(ids) + len(page.hits) + 1))
        ids += [hit.paper.id for hit in page.hits]
        cursor = page.next
        if cursor is None:
            return ids
        between(page_number)
    raise AssertionError("unreachable")


@pytest.mark.parametrize("sort", ["relevance", "recent", "newest", "trending"])
@pytest.mark.parametrize("text", ["folding paper", "cat:cs.IR"])
def test_cursors_lead_through_the_whole_list(library: Made, text: str, sort: str) -> None:
    whole = [hit.paper.id for hit in library.search.search(text, sort=sort, limit=50).hits]  # type: ignore[arg-type]
    assert len(whole) >= 7
    assert walked(library.search, text, sort=sort, limit=3) == whole
    assert walked(library.search, text, sort=sort, limit=len(whole)) == whole


@pytest.mark.parametrize("sort", ["relevance", "recent", "newest", "trending"])
@pytest.mark.parametrize("text", ["folding paper bridges", "cat:cs.IR"])
def test_papers_that_come_in_meanwhile_move_no_page(shelf: Made, text: str, sort: str) -> None:
    before = [hit.paper.id for hit in shelf.search.search(text, sort=sort, limit=50).hits]  # type: ignore[arg-type]
    louder = {"title": "Folding paper bridges, folding paper", "categories": ("cs.IR",), "published": date(2026, 1, 15)}
    found = walked(
        shelf.search,
        text,
        lambda page: shelf.add(*(record(1000 * page + n, **louder) for n in range(5))),
        sort=sort,
        limit=4,
    )
    assert len(found) == len(set(found))
    assert sorted(found) == sorted(before)


def test_papers_that_change_or_go_meanwhile_hide_no_other(shelf: Made) -> None:
    first = shelf.search.search("folding paper bridges", limit=4)
    whole = {hit.paper.id for hit in shelf.search.search("folding paper bridges", limit=50).hits}
    shown = [hit.paper for hit in first.hits]
    n = int(shown[0].key[-5:])
    shelf.add(record(n, title="Nothing of the kind", abstract="Silence."))
    rest = shelf.search.search("folding paper bridges", limit=50, cursor=first.next)
    assert {paper.id for paper in shown} | {hit.paper.id for hit in rest.hits} == whole


def test_beyond_the_ranked_a_list_goes_on_by_words_alone(shelf: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "DEPTH", 5)
    monkeypatch.setattr(fusion.rank, "__defaults__", (5, None, None))
    whole = shelf.search.search("patience", limit=50)
    assert whole.total < 40
    assert len(whole.hits) == 40
    assert f"From result {whole.total + 1}" in whole.notes[0]
    further = whole.hits[whole.total :]
    assert all(hit.why.meaning == 0 < hit.why.text for hit in further)
    assert walked(shelf.search, "patience", limit=7) == [hit.paper.id for hit in whole.hits]
    for method in ("bm25", "rrf", "dense"):
        assert len(walked(shelf.search, "patience", limit=7, method=method)) == 40


def test_a_list_ends_where_it_is_as_deep_as_lists_go(shelf: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "DEEPEST", 9)
    first = shelf.search.search("cat:cs", limit=6)
    second = shelf.search.search("cat:cs", limit=6, cursor=first.next)
    assert second.next is None
    assert "ends at its 9th result" in second.notes[0]


def test_an_offset_and_a_cursor_add_up(library: Made) -> None:
    whole = [hit.paper.id for hit in library.search.search("folding", limit=50).hits]
    page = library.search.search("folding", limit=2, offset=2)
    assert page.hits[0].rank == 3
    assert [hit.paper.id for hit in library.search.search("folding", limit=50, cursor=page.next).hits] == whole[4:]
    page = library.search.search("folding", limit=50, offset=1, cursor=page.next)
    assert [hit.paper.id for hit in page.hits] == whole[5:]


def test_a_cursor_of_another_question_is_told(library: Made) -> None:
    token = library.search.search("folding", limit=2).next
    odd = {"text": "folding", "cursor": f"x{token}"}
    for asked in ({"text": "moss"}, {"text": "folding", "sort": "newest"}, odd):
        with pytest.raises(Invalid) as raised:
            library.search.search(**{"cursor": token, **asked})  # type: ignore[arg-type]
        assert raised.value.field == "cursor"


def test_recent_and_relevant_says_what_age_has_left(shelf: Made) -> None:
    shelf.add(record(90, title="On folding paper bridges, long ago", published=date(2023, 1, 15)))
    page = shelf.search.search("folding paper bridges", sort="recent", limit=50)
    assert [hit.score for hit in page.hits] == sorted((hit.score for hit in page.hits), reverse=True)
    for hit in page.hits:
        assert hit.why.text + hit.why.meaning == pytest.approx(hit.score)
    old = next(hit for hit in page.hits if hit.paper.published == date(2023, 1, 15))
    assert old.why.freshness == pytest.approx(2 ** (-1096 / HALF_LIFE_DAYS))
    assert old.why.sentence.endswith("of which its age has left 12%: half for every 365 days.")
    plain = {hit.paper.id: hit for hit in shelf.search.search("folding paper bridges", limit=50).hits}
    assert old.score == pytest.approx(plain[old.paper.id].score * old.why.freshness)


def test_a_word_that_nobody_wrote_brings_a_suggestion_and_what_was_typed(library: Made) -> None:
    page = library.search.search("foldnig moss")
    assert page.suggestion is not None
    assert page.suggestion.text == "folding moss"
    assert page.hits, "what was typed is still searched"
    assert page.query.words == ("foldnig", "moss")
    assert library.search.search("folding moss").suggestion is None
    assert library.search.search("On folding paper bridges, part 10").suggestion is None


def test_what_is_being_typed_finds_titles(shelf: Made) -> None:
    titles = [paper.title for paper in shelf.search.suggest("on folding paper br")]
    assert titles[0].startswith("On folding paper bridges")
    assert len(shelf.search.suggest("on", limit=3)) == 3
    shelf.add(record(95, title="Bridges, on folding paper"))
    assert shelf.search.suggest("bridges on fo")[0].title == "Bridges, on folding paper"
    assert [paper.key for paper in shelf.search.suggest("2601.00007")] == ["arxiv:2601.00007"]
    for odd in ("", " ", '"', "((", "author:", "\x00", "2512.99999", "moss " * 5_000, "\ud800"):
        assert isinstance(shelf.search.suggest(odd), list)


def test_a_long_abstract_has_a_passage(shelf: Made) -> None:
    shelf.add(record(96, title="Long", abstract="Nothing here. " * 30 + "Gondolas glide. " + "More follows. " * 30))
    hit = shelf.search.search("gondolas").hits[0]
    assert hit.passage is not None
    assert "Gondolas" in hit.paper.abstract[slice(*hit.passage)]


def test_an_identifier_leads_to_its_paper(library: Made) -> None:
    page = library.search.search("https://arxiv.org/abs/2601.00007v2")
    assert page.exact is not None
    assert page.exact.key == "arxiv:2601.00007"
    assert [hit.paper for hit in page.hits] == [page.exact]
    assert page.total == 1
    assert "2601.00007" in page.hits[0].why.sentence


def test_an_identifier_leads_to_a_paper_that_is_not_indexed_yet(made: Made) -> None:
    made.catalogue.add([record(7)])
    assert [hit.paper.key for hit in made.search.search("2601.00007").hits] == ["arxiv:2601.00007"]  # nothing is
    made.index.catch_up()
    made.catalogue.add([record(8)])
    page = made.search.search("2601.00008")
    assert [hit.paper.key for hit in page.hits] == ["arxiv:2601.00008"]
    assert page.facets.years == []


def test_an_unknown_identifier_finds_nothing_and_says_so(library: Made) -> None:
    page = library.search.search("arXiv:2512.09999")
    assert (page.total, page.hits, page.exact) == (0, [], None)
    assert page.query.identifier == Identifier("arxiv", "2512.09999")
    assert "arxiv:2512.09999" in page.notes[0]


def test_a_list_of_identifiers_finds_those_papers_in_its_order(library: Made) -> None:
    page = library.search.search("2601.00007, 2601.00003, 2601.99999, 2601.00007")
    assert [hit.paper.key for hit in page.hits] == ["arxiv:2601.00007", "arxiv:2601.00003"]
    assert [hit.rank for hit in page.hits] == [1, 2]
    assert page.hits[1].why.sentence == "Its identifier is arxiv:2601.00003."
    assert page.notes == ("No paper here has the identifier arxiv:2601.99999.",)
    assert (page.total, page.exact, page.next) == (2, None, None)
    assert sum(count for _, count in page.facets.years) == 2


def test_a_paper_named_among_words_is_first(library: Made) -> None:
    page = library.search.search("Quill, Folding paper bridges, arXiv:2601.00005 (2026)")
    assert page.exact
    assert page.exact.key == page.hits[0].paper.key == "arxiv:2601.00005"
    assert len(page.hits) > 1
    assert library.search.search("folding 2601.99999").exact is None
    assert library.search.search("folding 2601.00005 date:..2020").total == 0, "a filter rules it out"


def test_a_whole_title_is_first_whatever_else_holds_its_words(shelf: Made) -> None:
    loud = "Moss moss moss. " * 30
    shelf.add(
        record(50, title="Moss", abstract="Nothing else is said."),
        *(record(n, title=f"Moss and more moss, {n}", abstract=loud) for n in range(51, 60)),
    )
    page = shelf.search.search("MOSS.")
    assert page.exact is not None
    assert page.exact.title == "Moss"
    assert page.hits[0].paper == page.exact


def test_a_title_of_stop_words_is_found(shelf: Made) -> None:
    shelf.add(record(60, title="To be or not to be", abstract="A play on words."))
    page = shelf.search.search("to be or not to be")
    assert page.exact is not None
    assert page.hits[0].paper.title == "To be or not to be"


@pytest.mark.parametrize("title", ['"Why moss?": asking -quiet engines', "Tides source:unknown", "On -moss and others"])
def test_a_title_that_looks_like_operators_is_a_title(shelf: Made, title: str) -> None:
    shelf.add(record(61, title=title, abstract="Nothing is said."))
    page = shelf.search.search(title)
    assert page.exact is not None
    assert page.hits[0].paper.title == title
    assert not page.query.excluded


def test_a_title_in_quotes_is_still_a_phrase(library: Made) -> None:
    page = library.search.search('"On folding paper bridges, part 10"')
    assert [hit.paper.title for hit in page.hits] == ["On folding paper bridges, part 10"]
    assert page.query.phrases


def test_words_that_are_all_too_common_are_told(library: Made) -> None:
    page = library.search.search("the of and")
    assert page.hits == []
    assert "too common" in page.notes[0]
    assert not library.search.search("the moss").notes


def test_an_exact_title_that_a_filter_rules_out_is_not_shown(library: Made) -> None:
    page = library.search.search("On folding paper bridges, part 10", filters=Filters(sources=("hf",)))
    assert page.exact is None
    assert page.hits == []


def test_filters_alone_list_all_that_meet_them_newest_first(library: Made) -> None:
    for page in (library.search.search("cat:cs.IR"), library.search.search("", filters=Filters(categories=("cs.IR",)))):
        assert page.total == 20
        days = [hit.paper.published for hit in page.hits]
        assert days == sorted(days, reverse=True)  # type: ignore[type-var]
        assert page.hits[0].why.sentence == "Meets every condition."
        assert page.facets.categories == [("cs.IR", 20)]


def test_conditions_hold_for_every_result(shelf: Made) -> None:
    shelf.add(record(70, title="Folding with code", artefacts=(Artefact("code", "https://example.org/x"),)))
    page = shelf.search.search("folding has:code")
    assert [hit.paper.title for hit in page.hits] == ["Folding with code"]
    page = shelf.search.search("folding -paper date:2026-01-05..2026-01-09")
    assert page.hits
    for hit in page.hits:
        assert "paper" not in hit.paper.title
        assert hit.paper.published is not None
        assert date(2026, 1, 5) <= hit.paper.published <= date(2026, 1, 9)


def test_newest_sorts_what_is_relevant_by_date(library: Made) -> None:
    days = [hit.paper.published for hit in library.search.search("folding", sort="newest").hits]
    assert len(days) == 7
    assert days == sorted(days, reverse=True)  # type: ignore[type-var]


def test_trending_sorts_by_the_order_that_it_was_given(shelf: Made, clock: FixedClock) -> None:
    search = Search(shelf.index, shelf.catalogue, clock, order=lambda ids: {one: one for one in ids})
    ids = [hit.paper.id for hit in search.search("folding", sort="trending").hits]
    assert ids == sorted(ids, reverse=True)
    assert shelf.search.search("folding", sort="trending").hits  # with no order to go by, relevance stays


def test_words_that_nobody_wrote_find_nothing(library: Made) -> None:
    page = library.search.search("xyzzy plugh")
    assert (page.total, page.hits) == (0, [])


def test_notes_of_the_parser_reach_the_page(library: Made) -> None:
    assert "searched as words" in library.search.search("folding date:never").notes[0]


def test_an_empty_index_answers_and_says_that_it_is_empty(made: Made) -> None:
    page = made.search.search("moss")
    assert page.hits == []
    assert "No paper is indexed yet" in page.notes[0]
    assert made.search.similar(1) == []


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"limit": 0}, "limit"), ({"offset": -1}, "offset"), ({"sort": "odd"}, "sort"), ({"method": "odd"}, "method")],
)
def test_what_cannot_be_asked_is_invalid(library: Made, asked: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as raised:
        library.search.search("moss", **asked)  # type: ignore[arg-type]
    assert raised.value.field == field


@pytest.mark.parametrize("text", ["", " ", "\x00"])
def test_an_empty_question_is_invalid(library: Made, text: str) -> None:
    with pytest.raises(Invalid) as raised:
        library.search.search(text)
    assert raised.value.field == "q"


def test_similar_papers_are_near_and_not_the_paper_itself(library: Made) -> None:
    found = library.search.search("On folding paper bridges, part 10").hits[0].paper
    hits = library.search.similar(found.id, limit=5, diversity=0)
    assert len(hits) == 5
    assert hits[0].why.sentence.startswith("Near in meaning (")
    assert "to those above it" in hits[1].why.sentence
    assert library.search.similar(found.id, limit=5, diversity=1)[1:] != hits[1:]
    assert found.id not in [hit.paper.id for hit in hits]
    assert hits[0].score >= hits[-1].score > 0
    assert library.search.similar(10_000) == []


def test_a_paper_that_changed_after_indexing_is_shown_as_it_is(shelf: Made) -> None:
    shelf.catalogue.add([replace(record(10), title="On folding paper bridges, revised")])
    titles = [hit.paper.title for hit in shelf.search.search("folding paper bridges").hits]
    assert "On folding paper bridges, revised" in titles


def test_markup_and_control_characters_in_a_question_are_words(library: Made) -> None:
    page = library.search.search("<script>folding</script> \x00 body:paper AND (title:* OR \u202e)")
    assert page.hits[0].paper.title.startswith("On ")
    assert "folding" in page.hits[0].paper.title


class SilentEncoder(BagEncoder):
    """An encoder whose server went down after the papers were encoded."""

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        raise Unavailable("The encoder's server does not answer.")


def test_while_the_encoder_does_not_answer_words_alone_do_and_the_page_says_so(
    tmp_path: Path, sqlite: Database, clock: FixedClock, shelf: Made
) -> None:
    index = Index.open(tmp_path / "index", SilentEncoder(), shelf.catalogue, Leases(sqlite, clock), clock)
    search = Search(index, shelf.catalogue, clock, weights=BAG_WEIGHTS)
    page = search.search("Folding paper bridges, part 10")
    assert page.hits[0].paper.title == "On folding paper bridges, part 10"
    assert page.hits[0].why.meaning == 0
    assert "The encoder does not answer now, so papers are compared by their words alone." in page.notes
    assert len(search.search("folding bridges").hits) == 12
    with pytest.raises(Unavailable, match="does not answer"):
        search.search("folding bridges", method="dense")


def test_a_refined_answer_holds_the_same_papers_and_its_own_cursor(library: Made) -> None:
    plain, refined = (library.search.search("folding bridges", limit=5, refine=refine) for refine in (False, True))
    assert plain.total == refined.total
    assert [hit.score for hit in refined.hits] == sorted((hit.score for hit in refined.hits), reverse=True)
    for hit in refined.hits:
        assert hit.score == pytest.approx(hit.why.text + hit.why.meaning)
    assert refined.next
    with pytest.raises(Invalid):
        library.search.search("folding bridges", limit=5, cursor=refined.next)
    assert library.search.search("folding bridges", limit=5, cursor=refined.next, refine=True).hits


def test_an_encoder_without_weights_is_fused_by_ranks_and_says_so(shelf: Made, clock: FixedClock) -> None:
    unfitted = Search(shelf.index, shelf.catalogue, clock, weights=KnownWeights())
    hits = unfitted.search("folding bridges", limit=3).hits
    assert "ranks" in hits[0].why.sentence
    assert [hit.paper.id for hit in hits] == [
        hit.paper.id for hit in shelf.search.search("folding bridges", limit=3, method="rrf").hits
    ]

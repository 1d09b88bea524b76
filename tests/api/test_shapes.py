import json
from dataclasses import replace
from datetime import date

import pytest

from broadsheet.api.shapes import error_json, hit_json, paper_json, search_json
from broadsheet.errors import BroadsheetError, Conflict, Forbidden, Invalid, NotFound, TooMany, Unavailable
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Artefact
from broadsheet.search.engine import Facets
from broadsheet.search.query import parse
from broadsheet.search.results import Hit, SearchPage, Why
from broadsheet.search.spelling import Suggestion
from tests.invented import paper

SAYS = "It is so."
WHY = Why(("salt", "maps"), 0.51234567, 0.25, "Holds “salt” and “maps” (0.51); its meaning adds 0.25.")


@pytest.mark.parametrize(
    ("error", "status", "body"),
    [
        (NotFound(SAYS, value="x"), 404, {"code": "not_found"}),
        (Invalid(SAYS, field="since", value="x"), 422, {"code": "invalid", "field": "since"}),
        (Conflict(SAYS), 409, {"code": "conflict"}),
        (Forbidden(SAYS), 403, {"code": "forbidden"}),
        (TooMany(SAYS, retry_after=1.5), 429, {"code": "too_many", "retry_after": 1.5}),
        (Unavailable(SAYS), 503, {"code": "unavailable"}),
        (BroadsheetError(SAYS), 500, {"code": "error"}),
    ],
)
def test_every_kind_of_error_has_its_status_and_one_shape(
    error: BroadsheetError, status: int, body: dict[str, object]
) -> None:
    assert error_json(error) == (status, {"error": body | {"message": SAYS}})


def test_every_kind_of_error_has_a_status_of_its_own() -> None:
    def given(kind: type[BroadsheetError]) -> BroadsheetError:
        more: dict[type[BroadsheetError], dict[str, object]] = {Invalid: {"field": "q"}, TooMany: {"retry_after": 1}}
        return kind(SAYS, **more.get(kind, {}))  # type: ignore[arg-type]

    kinds = [kind for kind in BroadsheetError.__subclasses__() if kind.__module__ == "broadsheet.errors"]
    statuses = [error_json(given(kind))[0] for kind in kinds]
    assert len(kinds) == 6
    assert len(set(statuses)) == 6
    assert 500 not in statuses


def test_an_error_of_a_narrower_kind_is_told_as_its_parent() -> None:
    class Unreachable(Unavailable):
        pass

    assert error_json(Unreachable(SAYS))[0] == 503


def test_a_paper_is_told_whole() -> None:
    told = paper_json(
        paper(
            1,
            title="Salt maps of a quiet sea",
            abstract="We draw maps of salt.",
            authors=("Ada Quill", "Bruno Marsh"),
            published=date(2026, 1, 1),
            date_precision="month",
            identifiers=(Identifier("arxiv", "2601.00001"), Identifier("doi", "10.1000/salt")),
            artefacts=(Artefact("code", "https://github.com/quill/salt", "MIT", 12),),
            venue="Tides 2026",
            sources=("arxiv", "hf"),
        )
    )
    assert told == {
        "id": "arxiv:2601.00001",
        "title": "Salt maps of a quiet sea",
        "abstract": "We draw maps of salt.",
        "summary": None,
        "authors": ["Ada Quill", "Bruno Marsh"],
        "published": "2026-01-01",
        "date_precision": "month",
        "categories": ["cs.IR"],
        "identifiers": {"arxiv": "2601.00001", "doi": "10.1000/salt"},
        "urls": ["https://arxiv.org/abs/2601.00001"],
        "artefacts": [
            {
                "kind": "code",
                "url": "https://github.com/quill/salt",
                "licence": "MIT",
                "stars": 12,
                "official": None,
                "gone": False,
            }
        ],
        "licence": None,
        "venue": "Tides 2026",
        "sources": ["arxiv", "hf"],
        "withdrawn": False,
    }


def test_what_nobody_said_is_null_or_empty() -> None:
    told = paper_json(paper(1, published=None, venue="", authors=(), categories=(), identifiers=(), links=()))
    assert (told["published"], told["venue"], told["summary"]) == (None, None, None)
    assert told["authors"] == told["categories"] == told["urls"] == told["artefacts"] == []
    assert told["identifiers"] == {}
    assert told["id"] == "paper:1"


def test_a_sentence_of_our_own_is_a_summary_and_no_abstract() -> None:
    told = paper_json(paper(1, abstract="A sentence about it.", summary=True))
    assert (told["abstract"], told["summary"]) == ("", "A sentence about it.")


def test_of_two_names_in_one_scheme_the_better_is_told() -> None:
    both = (Identifier("doi", "10.1000/first"), Identifier("doi", "10.1000/second"))
    assert paper_json(paper(1, identifiers=both))["identifiers"] == {"doi": "10.1000/first"}


def test_a_hit_tells_why_it_is_there() -> None:
    told = hit_json(Hit(3, 0.76234567, paper(1), replace(WHY, authors=("Ada Quill",))))
    assert told == {
        "rank": 3,
        "score": 0.762346,
        "paper": paper_json(paper(1)),
        "why": {
            "sentence": WHY.sentence,
            "words": ["salt", "maps"],
            "authors": ["Ada Quill"],
            "text": 0.512346,
            "meaning": 0.25,
            "freshness": None,
        },
        "passage": None,
    }


def test_a_page_of_results_is_told_whole_and_as_plain_json() -> None:
    hits = [Hit(n, 1.0 / n, paper(n), WHY) for n in (1, 2)]
    page = SearchPage(parse("salt"), 1.23456, 17, hits, Facets([], [], [], []), ("A remark.",), None)
    told = search_json("salt", page)
    assert list(told) == ["query", "took_ms", "total", "notes", "suggestion", "author", "results", "next", "facets"]
    assert (told["query"], told["took_ms"], told["total"], told["notes"]) == ("salt", 1.235, 17, ["A remark."])
    assert told["results"] == [hit_json(hit) for hit in hits]
    assert json.loads(json.dumps(told)) == told


def test_a_page_tells_how_to_go_on_what_was_meant_and_how_many_are_what() -> None:
    facets = Facets([("2026", 2)], [("cs.IR", 2), ("cs.CL", 1)], [("arxiv", 2)], [])
    meant = Suggestion("salt maps", (("slat", "salt"),))
    page = SearchPage(parse("slat maps"), 1.0, 2, [], facets, (), None, "abc", meant, author="author:slat")
    told = search_json("slat maps", page)
    assert told["next"] == "abc"
    assert told["author"] == {"query": "author:slat"}
    assert told["suggestion"] == {"query": "salt maps", "words": {"slat": "salt"}}
    assert told["facets"] == {
        "years": [{"value": "2026", "papers": 2}],
        "categories": [{"value": "cs.IR", "papers": 2}, {"value": "cs.CL", "papers": 1}],
        "sources": [{"value": "arxiv", "papers": 2}],
        "artefacts": [],
    }


def test_a_passage_is_a_part_of_an_abstract_and_of_nothing_else() -> None:
    abstract = "We draw maps of salt. They are large."
    assert hit_json(Hit(1, 1.0, paper(1, abstract=abstract), WHY, passage=(8, 20)))["passage"] == "maps of salt"
    assert hit_json(Hit(1, 1.0, paper(1, abstract=abstract, summary=True), WHY, passage=(8, 20)))["passage"] is None

"""The card's RDF, read by a library that had no part in writing it."""

from dataclasses import replace

import pytest
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic

from broadsheet.papers.paper import Artefact
from broadsheet.reuse.card import card
from broadsheet.reuse.graph import graph
from broadsheet.reuse.rdf import json_ld, turtle
from tests.conftest import NOON
from tests.invented import paper
from tests.reuse.cards import CODE, COPY, GONE, MODEL, checks, known_paper

SCHEMA = Namespace("http://schema.org/")
FAIR4ML = Namespace("https://w3id.org/fair4ml#")
CODEMETA = Namespace("https://w3id.org/codemeta/")
PAGE = "https://papers.example/paper/arxiv:2601.00001"


def both(told: object = None, found: object = None) -> tuple[Graph, Graph]:
    made = card(told or known_paper(), checks() if found is None else found)  # type: ignore[arg-type]
    triples = graph(made, PAGE, NOON)
    return (
        Graph().parse(data=turtle(triples), format="turtle"),
        Graph().parse(data=json_ld(triples), format="json-ld"),
    )


def test_both_forms_say_the_same() -> None:
    one, other = both()
    assert len(one) > 60
    assert isomorphic(one, other)


def test_strangers_find_what_they_ask() -> None:
    said, _ = both()
    code, model = URIRef(CODE), URIRef(MODEL)
    assert (code, RDF.type, SCHEMA.SoftwareSourceCode) in said
    assert (code, SCHEMA.license, URIRef("https://spdx.org/licenses/MIT")) in said
    assert (code, CODEMETA.referencePublication, URIRef(PAGE)) in said
    assert (code, CODEMETA.developmentStatus, URIRef("https://www.repostatus.org/#unsupported")) in said
    assert (model, RDF.type, FAIR4ML.MLModel) in said
    assert (model, FAIR4ML.fineTunedFrom, URIRef("https://huggingface.co/moss/base-7b")) in said
    assert (URIRef(COPY), SCHEMA.about, URIRef(PAGE)) in said
    assert (URIRef(COPY), CODEMETA.referencePublication, None) not in said
    assert len(list(said.objects(URIRef(GONE), SCHEMA.archivedAt))) == 2
    assert (URIRef(PAGE), SCHEMA.name, Literal('Looms "that" count \\ slowly')) in said
    assert {
        str(name) for author in said.objects(URIRef(PAGE), SCHEMA.author) for name in said.objects(author, SCHEMA.name)
    }
    stars = [
        str(n)
        for c in said.objects(code, SCHEMA.interactionStatistic)
        for n in said.objects(c, SCHEMA.userInteractionCount)
    ]
    assert stars == ["41"]


def test_the_unknown_is_not_stated() -> None:
    said, _ = both(paper(1, artefacts=(Artefact("code", CODE),)), {})
    assert {str(name) for name in said.predicates(URIRef(CODE))} == {
        str(RDF.type),
        *(str(SCHEMA[name]) for name in ("name", "url", "codeRepository")),
        str(CODEMETA.referencePublication),
    }


@pytest.mark.parametrize(
    "hostile",
    [
        '"""^^xsd:x . <a> <b> "',
        "a\nb\tc\r\\u0022",
        "\x00\x01\u2028\U0001f4f0 \u202e",
        "<script>alert(1)</script>",
        "\\",
    ],
)
def test_no_text_and_no_address_breaks_out(hostile: str) -> None:
    address = f"https://e.org/{hostile}> . <x> <y> <z"
    told = replace(known_paper(), title=hostile, authors=(hostile,), artefacts=(Artefact("project", address),))
    one, other = both(told, {})
    assert isomorphic(one, other)
    assert [str(name) for name in one.objects(URIRef(PAGE), SCHEMA.name)] == [hostile]
    assert len(list(one.objects(URIRef(PAGE), SCHEMA.mentions))) == 1


@pytest.mark.parametrize("precision", ["day", "month", "year"])
def test_a_date_is_never_told_more_exactly_than_it_is_known(precision: str) -> None:
    one, other = both(replace(known_paper(), date_precision=precision))  # type: ignore[arg-type]
    assert isomorphic(one, other)
    (published,) = one.objects(URIRef(PAGE), SCHEMA.datePublished)
    assert str(published) == "2026-01-02"[: {"day": 10, "month": 7, "year": 4}[precision]]

import json

import pytest
from rdflib import Graph

from broadsheet.papers.paper import Artefact
from broadsheet.reuse import store
from tests.invented import record
from tests.reuse.cards import CODE, GONE, MODEL, checks, known_paper
from tests.web.conftest import Instance

PATH = "/paper/arxiv:2601.00001"


@pytest.fixture
def carded(instance: Instance) -> Instance:
    told = known_paper()
    bare = tuple(Artefact(one.kind, one.url, found_in="hf-page") for one in told.artefacts)
    abstract = f"Our code is at {CODE} and {GONE}, our models at {MODEL}."
    instance.add(record(1, artefacts=bare, abstract=abstract, licence=told.licence))
    with instance.site.database.write() as connection:
        for check in checks().values():
            store.save(connection, check)
    return instance


def test_a_page_answers_what_reusers_ask(carded: Instance) -> None:
    page = " ".join(carded.get(PATH).text.split())
    for said in (
        ">quill/looms</a>",
        '<span class="lic">MIT</span>, 41 stars, 2.0 MB, Python, archived by its owners',
        "alive, checked today 12:00; last changed 6 Dec 2025",
        '<span class="lic">licence not stated</span>, 3,400 downloads',
        "The abstract names it as the authors’ own.",
        "7.0 billion parameters, 14.0 GB, Transformers, from moss/base-7b, behind a form",
        "<b>Not the authors’.</b> Linked to the paper on Hugging Face by an account not known as an author’s.",
        "Gone. It is not there any more (404).",
        f'<a href="https://web.archive.org/web/{GONE}" rel="noreferrer">What the Wayback Machine may have kept',
        "<dt>May I use it?</dt>",
        "Text: CC-BY-4.0.",
        '<a href="/paper/arxiv:2601.00001/reuse.ttl">Turtle</a>',
        '<link rel="alternate" type="text/turtle" href="/paper/arxiv:2601.00001/reuse.ttl" title="Reuse card">',
    ):
        assert said in page, said


def test_what_is_unknown_is_said_to_be(instance: Instance) -> None:
    instance.add(record(1, artefacts=(Artefact("data", "https://zenodo.org/records/7"),)))
    page = instance.get(PATH).text
    assert "<p>not checked yet</p>" in page
    assert '<dd class="unknown">Not checked here yet.</dd>' in page
    assert "stars" not in page.partition('id="reuse"')[2].partition("</section>")[0]
    instance.add(record(2))
    assert "None that we know of." in instance.get("/paper/arxiv:2601.00002").text


def test_the_page_of_sources_tells_how_far_checking_has_come(carded: Instance) -> None:
    page = carded.get("/about/sources").text
    assert "5 artefacts are named by papers here. When last asked for, 3 were there, 1 were gone" in page


def test_what_others_made_stands_apart(carded: Instance) -> None:
    own, _, others = carded.get(PATH).text.partition("<summary>2 by others</summary>")
    assert ">passerby/loom-7b-GGUF</a>" not in own
    assert ">passerby/loom-7b-GGUF</a>" in others


def test_the_card_comes_as_files(carded: Instance) -> None:
    told = json.loads(carded.get(f"{PATH}/reuse.json").text)
    assert [one["state"] for one in told["artefacts"]] == ["alive", "dead", "alive", "alive", "unchecked"]
    as_turtle = carded.get(f"{PATH}/reuse.ttl")
    assert as_turtle.headers["content-type"] == "text/turtle; charset=utf-8"
    linked = carded.get(f"{PATH}/reuse.jsonld")
    assert linked.headers["content-type"].startswith("application/ld+json")
    assert len(Graph().parse(data=as_turtle.text, format="turtle")) == len(
        Graph().parse(data=linked.text, format="json-ld")
    )
    assert "http://papers.example/paper/arxiv:2601.00001" in as_turtle.text


def test_other_forms_and_papers_are_not_found(carded: Instance) -> None:
    assert "comes as .json, .jsonld or .ttl" in carded.get(f"{PATH}/reuse.exe", 404).text
    carded.get("/paper/arxiv:2601.09999/reuse.json", 404)

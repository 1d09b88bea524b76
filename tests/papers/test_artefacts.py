import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.papers.artefacts import classify, from_links, gathered, name_of
from broadsheet.papers.paper import Artefact


@pytest.mark.parametrize(
    ("url", "kind", "address"),
    [
        ("https://github.com/quill/looms", "code", "https://github.com/quill/looms"),
        ("http://www.github.com/quill/looms.git", "code", "https://github.com/quill/looms"),
        ("https://github.com/quill/looms/tree/main/src#readme", "code", "https://github.com/quill/looms"),
        ("https://gitlab.com/quill/looms", "code", "https://gitlab.com/quill/looms"),
        ("https://codeberg.org/quill/looms/", "code", "https://codeberg.org/quill/looms"),
        ("https://huggingface.co/quill/loom-7b", "model", "https://huggingface.co/quill/loom-7b"),
        ("https://huggingface.co/quill/loom-7b/tree/main", "model", "https://huggingface.co/quill/loom-7b"),
        ("https://huggingface.co/datasets/quill/moss", "data", "https://huggingface.co/datasets/quill/moss"),
        ("https://huggingface.co/spaces/quill/demo", "demo", "https://huggingface.co/spaces/quill/demo"),
        ("https://huggingface.co/collections/quill/moss-1", "model", "https://huggingface.co/collections/quill/moss-1"),
        ("https://zenodo.org/records/123", "data", "https://zenodo.org/records/123"),
        ("https://www.kaggle.com/datasets/quill/moss", "data", "https://www.kaggle.com/datasets/quill/moss"),
        ("https://figshare.com/articles/1", "data", "https://figshare.com/articles/1"),
        ("https://quill.github.io/looms/", "project", "https://quill.github.io/looms/"),
        ("https://looms.example.org/", "project", "https://looms.example.org/"),
    ],
)
def test_what_a_link_leads_to(url: str, kind: str, address: str) -> None:
    found = classify(url)
    assert found is not None
    assert (found.kind, found.url) == (kind, address)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://arxiv.org/abs/2401.00001",
        "https://doi.org/10.1000/182",
        "https://huggingface.co/papers/2401.00001",
        "https://huggingface.co/blog/moss",
        "https://huggingface.co/collections/quill",
        "https://openmdw.ai/license/1-1/",
        "https://github.com/quill",
        "https://github.com/features/actions",
        "https://github.com/quill/%00",
        "https://aclanthology.org/P18-1001/",
        "https://openreview.net/forum?id=Bkg6RiCqY7",
        "https://zenodo.org/",
        "javascript:alert(1)",
        "ftp://example.org/x",
        "https://[half",
        "https://localhost/x",
        "https://example.org/" + "x" * 3000,
    ],
)
def test_what_is_no_artefact(url: str) -> None:
    assert classify(url) is None


def test_links_and_text_give_each_artefact_once() -> None:
    found = from_links(
        ["https://github.com/quill/looms", "https://arxiv.org/abs/2401.00001"],
        "Code is at https://github.com/quill/looms. Weights (https://huggingface.co/quill/loom-7b), "
        "data: http://zenodo.org/record/7; see \\url{https://quill.github.io/looms}.",
    )
    assert [(one.kind, one.url) for one in found] == [
        ("code", "https://github.com/quill/looms"),
        ("model", "https://huggingface.co/quill/loom-7b"),
        ("data", "https://zenodo.org/records/7"),
        ("project", "https://quill.github.io/looms"),
    ]


@given(st.text(max_size=200), st.lists(st.text(max_size=60), max_size=3))
def test_no_text_is_too_strange(text: str, urls: list[str]) -> None:
    for one in from_links([*urls, f"https://{text}"], f"https://github.com/{text} {text}"):
        assert one.url.startswith("http")
        again = classify(one.url)
        assert again is not None
        assert again.url == one.url  # a normal form of a normal form is itself


@given(st.lists(st.text(max_size=40), max_size=3), st.text(max_size=40), st.lists(st.text(max_size=20), max_size=3))
def test_whatever_sources_name_is_gathered_once(told: list[str], text: str, authors: list[str]) -> None:
    said = [Artefact("code", f"https://{one}", found_in="hf") for one in told]
    found = gathered(said, [f"https://github.com/{text}"], text, [text], authors)
    names = [name_of(one.url) for one in found]
    assert len(names) == len(set(names))
    assert gathered(found, (), "", (), authors) == found


def test_what_sources_know_of_one_artefact_comes_together() -> None:
    (one,) = gathered(
        [
            Artefact("project", "http://github.com/Quill/Looms.git", stars=7, found_in="hf"),
            Artefact("code", "https://github.com/quill/looms", "MIT", 9, found_in="shelf"),
        ],
        ["https://github.com/quill/looms/tree/main"],
        "Our code is at https://github.com/quill/looms.",
        (),
        ["Ada Quill"],
    )
    assert (one.kind, one.url, one.licence, one.stars) == ("code", "https://github.com/Quill/Looms", "MIT", 9)
    assert (one.official, one.reason) == (True, "The abstract names it as the authors’ own.")


def test_hostile_text_takes_time_in_proportion() -> None:
    start = time.process_time()
    from_links([], "http://" * 14_000)
    from_links([], "https://github.com/" + "." * 100_000)
    assert time.process_time() - start < 2

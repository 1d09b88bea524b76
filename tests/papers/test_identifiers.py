import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.errors import Invalid
from broadsheet.papers import identifiers
from broadsheet.papers.identifiers import Identifier, find, from_urls, parse, url_of


def _documented() -> list[tuple[str, str]]:
    """Read the table of the module's docstring: what is written, two spaces, what it names."""
    rows = [line.strip() for line in (identifiers.__doc__ or "").splitlines() if line.startswith("    ")]
    return [(written, meant) for written, meant, *_ in (re.split(r"\s{2,}", row) for row in rows)]


def test_the_docstring_holds_a_table() -> None:
    assert len(_documented()) > 25


@pytest.mark.parametrize(("written", "meant"), _documented())
def test_every_documented_exception_is_read_as_documented(written: str, meant: str) -> None:
    assert str(parse(written)) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("  arXiv: 2401.00001 ", "arxiv:2401.00001"),
        ("https://arxiv.org/pdf/2401.00001v2.pdf", "arxiv:2401.00001"),
        ("http://arxiv.org/abs/cond-mat/0611455?context=math", "arxiv:cond-mat/0611455"),
        ("https://export.arxiv.org/abs/cs.LG/0601001", "arxiv:cs/0601001"),
        ("https://arxiv.org/html/2401.00001v1#S1", "arxiv:2401.00001"),
        ("https://www.alphaxiv.org/overview/2401.00001", "arxiv:2401.00001"),
        ("arxiv.org/abs/2401.00001", "arxiv:2401.00001"),
        ("physics.gen-ph/0703198", "arxiv:physics/0703198"),
        ("cond-mat.str-el/0703198", "arxiv:cond-mat/0703198"),
        ("https://doi.org/10.48550/arXiv.math/0601001", "arxiv:math/0601001"),
        ("https://dx.doi.org/10.1000%2F182", "doi:10.1000/182"),
        ("DOI 10.1000/182", None),
        ("10.1000.10/123", "doi:10.1000.10/123"),
        ("https://doi.org/10.18653/v1/2021.acl-long.1", "acl:2021.acl-long.1"),
        ("10.3115/v1/P14-1001", "acl:P14-1001"),
        ("10.3115/1073083.1073135", "doi:10.3115/1073083.1073135"),
        ("w19-9007", "acl:W19-9007"),
        ("https://aclanthology.org/W19-9007/", "acl:W19-9007"),
        ("https://aclanthology.org/2022.mtsummit-coco4mt.5.bib", "acl:2022.mtsummit-coco4mt.5"),
        ("https://aclanthology.org/attachments/2020.acl-main.1.Software.zip", None),
        ("https://aclanthology.org/venues/acl/", None),
        ("https://api.openalex.org/works/w2741809807", "openalex:W2741809807"),
        (f"https://www.semanticscholar.org/paper/A-Title/{'0A' * 20}", f"s2:{'0a' * 20}"),
        ("https://api.semanticscholar.org/CorpusID:13756489", "s2:corpus:13756489"),
        ("https://openreview.net/pdf?id=Bkg6RiCqY7", "openreview:Bkg6RiCqY7"),
        ("https://openreview.net/profile?id=~Ada_Quill1", None),
        ("https://link.springer.com/chapter/10.1007/978-3-030-58452-8_13", "doi:10.1007/978-3-030-58452-8_13"),
        ("https://www.medrxiv.org/content/10.1101/2020.03.24.20042937v1", "doi:10.1101/2020.03.24.20042937"),
    ],
)
def test_ids_and_addresses(written: str, meant: str | None) -> None:
    found = find(written)
    assert (str(found) if found else None) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "attention is all you need",
        "2413.00001",  # no thirteenth month
        "abc/1234567",  # no archive of that name
        "10.1000/",
        "10.1000/a b",
        "10.1000/a\x00b",
        "10.1000/\ud800",
        "https://[half/10.1000/1",
        "https://example.org/2401.00001",
        "https://huggingface.co/datasets/2401.00001",
        "arxiv:",
        "paper:12",
        "P18-1",
        "x" * 100_000,
        "10.1000/" + ")" * 100_000,
        "10.1000/" + "x" * 400,
    ],
)
def test_what_names_no_paper_is_refused_with_the_remedy(text: str) -> None:
    assert find(text) is None
    with pytest.raises(Invalid) as caught:
        parse(text)
    assert caught.value.field == "id"
    assert "2401.00001" in caught.value.message
    assert len(caught.value.message) < 500


_VALUES = {
    "arxiv": st.from_regex(r"(2[0-4](0[1-9]|1[0-2])\.[0-9]{5}|(cs|hep-th|math)/9[0-9]0[1-9][0-9]{3})", fullmatch=True),
    "doi": st.from_regex(r"10\.[0-9]{4,9}/[a-z0-9()\[\]<>;:%?#&+._/é-]{1,60}[a-z0-9]", fullmatch=True),
    "acl": st.from_regex(
        r"([A-Z][0-9]{2}-[0-9]{4}|20[0-9]{2}\.[a-z0-9]{2,9}-[a-z0-9]{1,9}\.[0-9]{1,4})", fullmatch=True
    ),
    "openalex": st.from_regex(r"W[1-9][0-9]{4,10}", fullmatch=True),
    "s2": st.from_regex(r"([0-9a-f]{40}|corpus:[1-9][0-9]{0,10})", fullmatch=True),
    "openreview": st.from_regex(r"[A-Za-z0-9_-]{8,14}", fullmatch=True),
}


@given(st.one_of(*(st.builds(Identifier, st.just(scheme), values) for scheme, values in _VALUES.items())))
def test_what_is_written_is_read_again(identifier: Identifier) -> None:
    if identifier.value.startswith(("10.48550/", "10.18653/", "10.3115/")):
        return  # these name another identifier
    assert parse(str(identifier)) == identifier
    assert parse(url_of(identifier)) == identifier


@given(st.text(max_size=200) | st.text(alphabet="10./()<>[]vWabP-:", max_size=80))
def test_whatever_is_read_is_canonical(text: str) -> None:
    found = find(text)
    if found is not None:
        assert find(str(found)) == found
        assert find(url_of(found)) == found


def test_hostile_text_takes_no_time() -> None:
    start = time.process_time()
    for text in ("10.1000/" + ")" * 500, "(" * 250 + ")" * 250, "a-" * 250 + "/1", "arxiv:" * 80, "1" * 10_000_000):
        find(text)
    assert time.process_time() - start < 0.5


def test_identifiers_of_links_come_once_and_in_order() -> None:
    urls = [
        "https://doi.org/10.1000/182",
        "https://arxiv.org/abs/2401.00001",
        "https://example.org",
        "https://arxiv.org/pdf/2401.00001v3",
    ]
    assert [str(found) for found in from_urls(urls)] == ["doi:10.1000/182", "arxiv:2401.00001"]

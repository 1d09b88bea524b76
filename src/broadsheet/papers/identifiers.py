"""What names a paper: arXiv, DOI, ACL, OpenAlex, Semantic Scholar and OpenReview ids, parsed from ids and URLs.

Which paper an identifier belongs to is the catalogue's matter.
An identifier never carries a version: `2401.00001v3` and `2401.00001` name one paper.

The exceptions that history left, each by example (a test reads this table):

    2401.00001v3                                  arxiv:2401.00001        five digits since January 2015
    0704.0001                                     arxiv:0704.0001         four digits from April 2007 to December 2014
    hep-th/9901001v2                              arxiv:hep-th/9901001    old style until March 2007
    math.AG/0601001                               arxiv:math/0601001      old style with a subject class
    arXiv:acc-phys/9411002                        arxiv:acc-phys/9411002  archives long gone
    oai:arXiv.org:0704.0001                       arxiv:0704.0001         arXiv's name for its harvesters
    arXiv:0704.0001v2 [math.CO]                   arxiv:0704.0001         as it stands in the margin of its PDF
    10.48550/arXiv.2401.00001                     arxiv:2401.00001        arXiv's own DOIs name the arXiv paper
    10.1109/ICSE48619.2023.00206                  doi:10.1109/icse48619.2023.00206   DOIs do not mind case
    https://doi.org/10.1000/182.                  doi:10.1000/182         a full stop that ended the sentence
    doi:10.1016/S0370-2693(97)01452-8             doi:10.1016/s0370-2693(97)01452-8  brackets that belong to it
    (https://doi.org/10.1000/182)                 doi:10.1000/182         brackets that do not
    10.1002/(SICI)1097-0258(19980815/30)17:15/16<1661::AID-SIM968>3.0.CO;2-2 \
        doi:10.1002/(sici)1097-0258(19980815/30)17:15/16<1661::aid-sim968>3.0.co;2-2  Wiley's, of before 2000
    https://www.biorxiv.org/content/10.1101/2020.01.30.927871v1.full  doi:10.1101/2020.01.30.927871  a version, no part
    https://dl.acm.org/doi/abs/10.1145/3292500.3330919  doi:10.1145/3292500.3330919  publishers' pages
    2020.acl-main.1                               acl:2020.acl-main.1     ACL since 2020
    P18-1001                                      acl:P18-1001            ACL until 2019: venue letter, year, number
    10.18653/v1/P18-1001                          acl:P18-1001            the ACL's DOIs name the ACL paper
    https://aclanthology.org/2020.acl-main.1v2.pdf  acl:2020.acl-main.1   a revised PDF
    https://www.aclweb.org/anthology/P18-1001.pdf  acl:P18-1001           the anthology's old addresses
    http://aclweb.org/anthology/P/P18/P18-1001    acl:P18-1001
    https://aclanthology.info/papers/P18-1001/p18-1001  acl:P18-1001
    https://huggingface.co/papers/2401.00001      arxiv:2401.00001        pages about an arXiv paper elsewhere
    https://ar5iv.labs.arxiv.org/html/2401.00001  arxiv:2401.00001
    https://openalex.org/W2741809807              openalex:W2741809807
    CorpusID:13756489                             s2:corpus:13756489      Semantic Scholar numbers papers twice
    https://openreview.net/forum?id=Bkg6RiCqY7    openreview:Bkg6RiCqY7
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import parse_qs, quote, unquote, urlsplit

from broadsheet.errors import Invalid

Scheme = Literal["arxiv", "doi", "acl", "openalex", "s2", "openreview"]
SCHEMES: tuple[Scheme, ...] = get_args(Scheme)

# Nothing that names a paper is longer; what is, is not read at all.
LONGEST = 512
LONGEST_VALUE = 255  # as wide as the database's column

_ARXIV = re.compile(r"(\d{2}(?:0[1-9]|1[0-2])\.\d{4,5})(?:v\d+)?", re.ASCII)
_ARXIV_OLD = re.compile(
    r"([a-z]+(?:-[a-z]+)?)(?:\.[a-z]{2,3}(?:-[a-z]{2,4})?)?/(\d{7})(?:v\d+)?", re.ASCII | re.IGNORECASE
)
# Every archive of the old style, those included that were later renamed or closed: `abc/1234567` is no paper.
_ARCHIVES = frozenset(
    "acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas cond-mat cs dg-ga "
    "funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin nucl-ex nucl-th patt-sol physics plasm-ph "
    "q-alg q-bio quant-ph solv-int supr-con".split()
)
_SUBJECT = re.compile(r"\s*\[[\w.-]{1,20}\]$", re.ASCII)
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d{1,9}){0,4}/[^\s\"]+", re.ASCII)
_PREPRINT_VERSION = re.compile(r"(10\.1101/\d{4}\.\d{2}\.\d{2}\.\d{4,10})v\d{1,3}(?:\.[a-z.-]{1,30})?", re.ASCII)
_CLOSING = {")": "(", "]": "[", "}": "{", ">": "<"}
_ACL_NEW = re.compile(r"(\d{4}\.[a-z0-9_]+-[a-z0-9_]+\.[a-z0-9]{1,20}?)(?:v\d)?", re.ASCII | re.IGNORECASE)
_ACL_OLD = re.compile(r"([A-Z]\d{2}-\d{4,5})(?:v\d)?", re.ASCII | re.IGNORECASE)
_OPENALEX = re.compile(r"W\d{4,12}", re.ASCII | re.IGNORECASE)
_S2 = re.compile(r"[0-9a-f]{40}", re.ASCII | re.IGNORECASE)
_CORPUS = re.compile(r"(?:corpus(?:id)?:)(\d{1,12})", re.ASCII | re.IGNORECASE)
_OPENREVIEW = re.compile(r"[A-Za-z0-9_-]{6,16}", re.ASCII)
_PREFIX = re.compile(r"(arxiv|doi|acl|openalex|s2|openreview|corpusid|oai)\s*:\s*", re.ASCII | re.IGNORECASE)
_ARXIV_PATHS = frozenset({"abs", "pdf", "html", "papers", "format", "e-print", "src", "ps", "paper", "overview"})
_ARXIV_HOSTS = frozenset({"arxiv.org", "ar5iv.org", "ar5iv.labs.arxiv.org", "alphaxiv.org", "huggingface.co", "hf.co"})
_DOI_HOSTS = frozenset({"doi.org", "dx.doi.org"})
_ACL_HOSTS = frozenset(
    {
        "aclanthology.org",
        "aclweb.org",
        "aclanthology.info",
        "aclanthology.coli.uni-saarland.de",
        "aclanthology.lst.uni-saarland.de",
    }
)
# Publishers whose addresses hold the DOI behind one of these steps.
_PUBLISHERS = {
    "dl.acm.org": ("doi/abs/", "doi/full/", "doi/pdf/", "doi/"),
    "onlinelibrary.wiley.com": ("doi/abs/", "doi/full/", "doi/pdf/", "doi/epdf/", "doi/"),
    "link.springer.com": ("article/", "chapter/", "book/"),
    "biorxiv.org": ("content/",),
    "medrxiv.org": ("content/",),
}


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """One identifier in canonical form; `str` gives `scheme:value`."""

    scheme: Scheme
    value: str

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"


def parse(text: str) -> Identifier:
    """Read one identifier from an id or a URL; raises `Invalid` for anything else."""
    found = find(text)
    if found is None:
        shown = text if len(text) <= 80 else text[:80] + "…"
        raise Invalid(
            f"{shown!r} names no paper. Give an arXiv number such as 2401.00001, a DOI, an ACL, OpenAlex, "
            "Semantic Scholar or OpenReview id, or the address of such a page.",
            field="id",
            value=shown,
        )
    return found


def find(text: str) -> Identifier | None:
    """Read one identifier from an id or a URL; None where the text, as a whole, is none."""
    if len(text) > LONGEST:
        return None
    text = _unwrapped(text.strip())
    if not text.isprintable():  # no identifier holds a control character or half a surrogate pair
        return None
    if text.lower().startswith(("http://", "https://")):
        return _from_url(text)
    prefix = _PREFIX.match(text)
    if prefix:
        return _prefixed(prefix[1].lower(), text[prefix.end() :].strip())
    if text.lower().startswith(("arxiv.org/", "doi.org/", "aclanthology.org/", "www.", "huggingface.co/")):
        return _from_url(f"https://{text}")
    return _bare(text)


def from_urls(urls: Iterable[str]) -> tuple[Identifier, ...]:
    """Return the identifiers that stand in `urls`, each once, in their order."""
    return tuple(dict.fromkeys(found for url in urls if (found := find(url)) is not None))


def url_of(identifier: Identifier) -> str:
    """Return the address of the page where an identifier leads."""
    value = quote(identifier.value, safe="/().-_;")
    match identifier.scheme:
        case "arxiv":
            return f"https://arxiv.org/abs/{value}"
        case "doi":
            return f"https://doi.org/{value}"
        case "acl":
            return f"https://aclanthology.org/{value}/"
        case "openalex":
            return f"https://openalex.org/{value}"
        case "openreview":
            return f"https://openreview.net/forum?id={value}"
        case "s2":
            corpus = identifier.value.removeprefix("corpus:")
            if corpus != identifier.value:
                return f"https://api.semanticscholar.org/CorpusID:{corpus}"
            return f"https://www.semanticscholar.org/paper/{value}"


def _unwrapped(text: str) -> str:
    """Take off the brackets or quotes around a pasted identifier."""
    while len(text) > 1 and (text[0], text[-1]) in {
        ("<", ">"),
        ("(", ")"),
        ("[", "]"),
        ('"', '"'),
        ("'", "'"),
        ("“", "”"),
    }:
        text = text[1:-1].strip()
    return text


def _bare(text: str) -> Identifier | None:
    return _arxiv(text) or _acl(text) or _doi(text) or _openalex(text) or _s2(text)


def _prefixed(scheme: str, rest: str) -> Identifier | None:
    match scheme:
        case "arxiv":
            return _arxiv(_SUBJECT.sub("", rest))
        case "oai":
            host, _, own = rest.partition(":")
            return _arxiv(own) if host.lower() == "arxiv.org" else None
        case "doi":
            return _doi(rest)
        case "acl":
            return _acl(rest)
        case "openalex":
            return _openalex(rest)
        case "openreview":
            return Identifier("openreview", rest) if _OPENREVIEW.fullmatch(rest) else None
        case "corpusid":
            return _s2(f"corpus:{rest}")
        case _:
            return _s2(rest)


def _from_url(url: str) -> Identifier | None:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:  # a bracket without its pair, for one
        return None
    path = unquote(parts.path).strip("/")
    if host in _ARXIV_HOSTS or host.endswith(".arxiv.org") or host == "xxx.lanl.gov":
        kind, _, rest = path.partition("/")
        return _arxiv(rest.removesuffix(".pdf")) if kind in _ARXIV_PATHS else None
    if host in _DOI_HOSTS:
        return _doi(path)
    if host in _ACL_HOSTS:
        return _acl_page(path)
    if host in {"openalex.org", "api.openalex.org"}:
        return _openalex(path.rsplit("/", 1)[-1])
    if host == "openreview.net":
        forum = parse_qs(parts.query).get("id", [""])[0] if path in {"forum", "pdf"} else ""
        return Identifier("openreview", forum) if _OPENREVIEW.fullmatch(forum) else None
    if host in {"semanticscholar.org", "api.semanticscholar.org"}:
        return _s2(path.rsplit("/", 1)[-1])
    step = next((step for step in _PUBLISHERS.get(host, ()) if path.startswith(step)), None)
    return _doi(path.removeprefix(step)) if step else None


def _arxiv(text: str) -> Identifier | None:
    if new := _ARXIV.fullmatch(text):
        return Identifier("arxiv", new[1])
    if (old := _ARXIV_OLD.fullmatch(text)) and old[1].lower() in _ARCHIVES:
        return Identifier("arxiv", f"{old[1].lower()}/{old[2]}")
    return None


def _doi(text: str) -> Identifier | None:
    text = _without_tail(text)
    if len(text) > LONGEST_VALUE or not _DOI.fullmatch(text):
        return None
    # Only ASCII letters are alike in a DOI; lower() would also change the length of others.
    value = "".join(c.lower() if c.isascii() else c for c in text)
    if value.startswith("10.48550/arxiv."):
        return _arxiv(value.removeprefix("10.48550/arxiv.")) or Identifier("doi", value)
    if value.startswith(("10.18653/v1/", "10.3115/v1/")):
        return _acl(value.split("/", 2)[2]) or Identifier("doi", value)
    preprint = _PREPRINT_VERSION.fullmatch(value)
    return Identifier("doi", preprint[1] if preprint else value)


def _without_tail(text: str) -> str:
    """Cut off the punctuation of a sentence; a closing bracket stays where one was opened."""
    while text and (
        text[-1] in ".,;:/'”’" or (text[-1] in _CLOSING and text.count(text[-1]) > text.count(_CLOSING[text[-1]]))
    ):
        text = text[:-1]
    return text


def _acl(text: str) -> Identifier | None:
    text = text.removesuffix("/")
    if new := _ACL_NEW.fullmatch(text):
        return Identifier("acl", new[1].lower())
    if old := _ACL_OLD.fullmatch(text):
        return Identifier("acl", old[1].upper())
    return None


def _acl_page(path: str) -> Identifier | None:
    if path.startswith("attachments/"):
        return None
    for ending in (".pdf", ".bib", ".xml", ".endf"):
        path = path.removesuffix(ending)
    return _acl(path.rsplit("/", 1)[-1])


def _openalex(text: str) -> Identifier | None:
    return Identifier("openalex", text.upper()) if _OPENALEX.fullmatch(text) else None


def _s2(text: str) -> Identifier | None:
    if _S2.fullmatch(text):
        return Identifier("s2", text.lower())
    corpus = _CORPUS.fullmatch(text)
    return Identifier("s2", f"corpus:{corpus[1]}") if corpus else None

"""What can be reused: tells from a link whether it leads to code, weights, data, a demo or a project page.

Whether it is still alive is not asked here. A link to the paper itself, or to a host's front page, is no artefact.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from broadsheet.papers import identifiers
from broadsheet.papers.paper import Artefact, ArtefactKind

# A URL in running text; what punctuation may follow is cut off afterwards.
_IN_TEXT = re.compile(r"https?://[^\s<>\"{}|\\^`\[\]]{4,500}", re.ASCII)
_CODE_HOSTS = frozenset({"github.com", "gitlab.com", "codeberg.org", "bitbucket.org"})
# First parts of a path on a code host that are the host's own pages, not somebody's name.
_NOT_OWNERS = frozenset(
    "about apps collections customer-stories explore features issues login marketplace orgs pricing search settings "
    "sponsors topics trending".split()
)
_HF_PAGES = frozenset(
    "blog chat collections docs enterprise join learn login models papers posts pricing tasks".split()
)
_DATA_HOSTS = frozenset(
    {"zenodo.org", "figshare.com", "datadryad.org", "ieee-dataport.org", "physionet.org", "dataverse.harvard.edu"}
)
_PROJECT_HOSTS = (".github.io", ".gitlab.io", ".readthedocs.io", ".vercel.app", ".netlify.app", ".pages.dev")
_DEMO_HOSTS = (".hf.space", ".gradio.live", ".streamlit.app")
# Hosts where a paper, its text or talk about it stands; and the publishers' own.
_NO_ARTEFACT = (
    "arxiv.org",
    "doi.org",
    "aclanthology.org",
    "aclweb.org",
    "openreview.net",
    "semanticscholar.org",
    "openalex.org",
    "youtube.com",
    "youtu.be",
    "twitter.com",
    "x.com",
    "linkedin.com",
    "wikipedia.org",
    "creativecommons.org",
    "ieee.org",
    "acm.org",
    "springer.com",
    "sciencedirect.com",
    "nature.com",
)
# Most links of papers are one of these; telling them apart from their beginning saves taking them to pieces.
_PAPERS = (
    "https://arxiv.org/",
    "https://doi.org/",
    "https://aclanthology.org/",
    "https://huggingface.co/papers/",
    "https://openreview.net/",
)
_NAME = re.compile(r"[\w.-]{1,100}", re.ASCII)


def classify(url: str, found_in: str = "link") -> Artefact | None:
    """Return the artefact that `url` leads to, its address in normal form; None where it is none."""
    if url.startswith(_PAPERS):
        return None
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:  # such as a bracket without its pair
        return None
    if parts.scheme not in {"http", "https"} or "." not in host or len(url) > 2_000:
        return None
    steps = [step for step in parts.path.split("/") if step]
    kind, address = _kind(host, steps, url.strip())
    return Artefact(kind=kind, url=address, found_in=found_in) if kind else None


def from_links(urls: Iterable[str], text: str = "") -> tuple[Artefact, ...]:
    """Return the artefacts among `urls`, of any kind, and those in `text` whose kind is certain; each once."""
    found: dict[str, Artefact] = {}
    for url in urls:
        artefact = classify(url)
        if artefact:
            found.setdefault(artefact.url, artefact)
    if "http" in text:
        for match in _IN_TEXT.finditer(text):
            artefact = classify(match[0].rstrip(".,;:!?'\")*$"), "text")
            if artefact:
                found.setdefault(artefact.url, artefact)
    return tuple(found.values())


def _kind(host: str, steps: list[str], url: str) -> tuple[ArtefactKind | None, str]:
    if host in _CODE_HOSTS:
        return _code(host, steps)
    if host in {"huggingface.co", "hf.co"}:
        return _hugging_face(steps)
    if host in _DATA_HOSTS or (host == "kaggle.com" and steps[:1] == ["datasets"]):
        return ("data", url) if steps else (None, "")
    if host.endswith(_DEMO_HOSTS):
        return "demo", url
    if host.endswith(_PROJECT_HOSTS):
        return "project", url
    if host == "colab.research.google.com":
        return "demo", url
    refused = any(host == known or host.endswith(f".{known}") for known in _NO_ARTEFACT)
    if refused or identifiers.find(url):
        return None, ""
    return "project", url


def _code(host: str, steps: list[str]) -> tuple[ArtefactKind | None, str]:
    if len(steps) < 2 or steps[0].lower() in _NOT_OWNERS or not all(map(_NAME.fullmatch, steps[:2])):
        return None, ""
    owner, name = steps[0], steps[1].removesuffix(".git")
    return ("code", f"https://{host}/{owner}/{name}") if name else (None, "")


def _hugging_face(steps: list[str]) -> tuple[ArtefactKind | None, str]:
    kinds: dict[str, ArtefactKind] = {"datasets": "data", "spaces": "demo"}
    if not steps or steps[0] in _HF_PAGES:
        return None, ""
    if steps[0] in kinds:
        named = steps[1:3]
        return (
            (kinds[steps[0]], f"https://huggingface.co/{steps[0]}/{'/'.join(named)}") if len(named) == 2 else (None, "")
        )
    # One step is somebody's page: their weights, as papers mean it when they link there.
    return "model", f"https://huggingface.co/{'/'.join(steps[:2])}"

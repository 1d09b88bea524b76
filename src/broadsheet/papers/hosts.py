"""What the hosts' own addresses say: which host keeps code, weights, data or demos, and how it writes one address.

An address has one normal form, so that one artefact under several spellings is one. Hosts that tell nothing are left
to `artefacts`, which reads the words around the link.
"""

import re
from collections.abc import Callable, Sequence
from urllib.parse import SplitResult, parse_qs

from broadsheet.papers.paper import ArtefactKind

Told = tuple[ArtefactKind | None, str]
_NONE: Told = (None, "")

_CODE_HOSTS = frozenset({"github.com", "codeberg.org", "bitbucket.org", "gitee.com"})
# First parts of a path on a code host that are the host's own pages, not somebody's name.
_NOT_OWNERS = frozenset(
    "about apps collections customer-stories explore features issues login marketplace orgs pricing search settings "
    "sponsors topics trending".split()
)
_HF_PAGES = frozenset("blog chat docs enterprise join learn login models papers posts pricing tasks".split())
_DATA_HOSTS = frozenset(
    "datadryad.org ieee-dataport.org physionet.org dataverse.harvard.edu data.mendeley.com openneuro.org "
    "app.globus.org archive.ics.uci.edu catalog.ldc.upenn.edu opendatalab.com".split()
)
_PROJECT_HOSTS = (".github.io", ".gitlab.io", ".readthedocs.io", ".vercel.app", ".netlify.app", ".pages.dev")
_DEMO_HOSTS = (".hf.space", ".gradio.live", ".streamlit.app", ".gradio.app", ".streamlitapp.com")
_DEMO_PLACES = frozenset({"colab.research.google.com", "replicate.com", "mybinder.org"})
# Hosts where a paper, its text or talk about it stands; and the publishers' and the societies' own.
_NO_ARTEFACT = frozenset(
    "arxiv.org aclanthology.org aclweb.org openreview.net semanticscholar.org openalex.org alphaxiv.org "
    "youtube.com youtu.be vimeo.com bilibili.com twitter.com x.com linkedin.com facebook.com medium.com wikipedia.org "
    "creativecommons.org lanl.gov ieee.org acm.org springer.com springerlink.com sciencedirect.com elsevier.com "
    "nature.com science.org sciencemag.org pnas.org wiley.com oup.com cambridge.org tandfonline.com sagepub.com "
    "mdpi.com frontiersin.org plos.org aps.org aip.org iop.org acs.org rsc.org jstor.org "
    "projecteuclid.org imstat.org i-journals.org emis.de numdam.org ams.org siam.org handle.net rdcu.be ssrn.com "
    "researchgate.net biorxiv.org medrxiv.org pubmed.ncbi.nlm.nih.gov neurips.cc nips.cc icml.cc iclr.cc "
    "mlr.press thecvf.com isca-speech.org usenix.org aaai.org ijcai.org jmlr.org inirist.fr inist.fr".split()
)
# DOIs that repositories of data and software give out: Zenodo, figshare, Mendeley, Dryad, Dataverse, OSF.
_DATA_DOI = re.compile(r"10\.(?:5281/zenodo\.|6084/m9\.figshare\.|17632/|5061/dryad|7910/dvn/|17605/osf\.io/)", re.I)
_ZENODO_DOI = re.compile(r"10\.5281/zenodo\.(\d{1,12})", re.I)
_OSF_DOI = re.compile(r"10\.17605/osf\.io/(\w{4,6})", re.I)
_NAME = re.compile(r"[\w.-]{1,100}", re.ASCII)
_DIGITS = re.compile(r"\d{1,12}", re.ASCII)
_SWH = re.compile(r"swh:1:(?:dir|rev|rel|snp|cnt):[0-9a-f]{40}")
_GITLAB_END = frozenset({"-", "tree", "blob", "issues", "wikis"})


def told(parts: SplitResult, host: str, steps: Sequence[str], url: str) -> Told | None:
    """Return kind and normal address of what stands at a host; (None, "") for no artefact, None for a host unknown.

    `host` is in small letters without `www.`; `steps` are the parts of the path that are not empty.
    """
    if host in _RULES:
        return _RULES[host](parts, steps, url)
    if host in _CODE_HOSTS:
        return _code(host, steps)
    if host.startswith(("gitlab.", "git.")):
        return _gitlab(host, steps)
    if host in _DATA_HOSTS:
        return ("data", url) if steps or parts.query else _NONE
    if host.endswith(_DEMO_HOSTS) or host in _DEMO_PLACES:
        return "demo", url
    if host.endswith(_PROJECT_HOSTS):
        return "project", url
    if any(host == known or host.endswith(f".{known}") for known in _NO_ARTEFACT):
        return _NONE
    return None


def of_software_heritage(text: str) -> Told:
    """Return what a Software Heritage identifier, `swh:1:…`, leads to: archived source code."""
    found = _SWH.match(text)
    return ("code", f"https://archive.softwareheritage.org/{found[0]}") if found else _NONE


def _code(host: str, steps: Sequence[str]) -> Told:
    names = [_NAME.match(step) for step in steps[:2]]
    if len(names) < 2 or steps[0].lower() in _NOT_OWNERS or not all(names) or names[0][0] != steps[0]:  # type: ignore[index]
        return _NONE
    name = names[1][0].removesuffix(".git").rstrip(".")  # type: ignore[index]
    # `quill/quill.github.io` is where a page is kept; the page itself is what was meant to be seen.
    return ("code", f"https://{host}/{steps[0]}/{name}") if name else _NONE


def _gitlab(host: str, steps: Sequence[str]) -> Told:
    """Groups nest on GitLab: the project is all up to `-` or what follows it."""
    end = next((place for place, step in enumerate(steps) if step in _GITLAB_END), len(steps))
    kept = [step for step in steps[:end][:6] if _NAME.fullmatch(step)]
    if len(kept) < 2 or len(kept) != len(steps[:end][:6]) or kept[0].lower() in _NOT_OWNERS:
        return _NONE
    return "code", f"https://{host}/{'/'.join(kept).removesuffix('.git')}"


def _gist(_parts: SplitResult, steps: Sequence[str], _url: str) -> Told:
    return ("code", f"https://gist.github.com/{'/'.join(steps[:2])}") if len(steps) >= 2 else _NONE


def _hugging_face(_parts: SplitResult, steps: Sequence[str], _url: str) -> Told:
    kinds: dict[str, ArtefactKind] = {"datasets": "data", "spaces": "demo"}
    clean = [step for step in steps[:3] if _NAME.fullmatch(step)]
    if not steps or steps[0] in _HF_PAGES or len(clean) != len(steps[:3]):
        return _NONE
    if steps[0] in kinds:
        named = clean[1:3]
        return (kinds[steps[0]], f"https://huggingface.co/{steps[0]}/{'/'.join(named)}") if len(named) == 2 else _NONE
    if steps[0] == "collections":
        return ("model", f"https://huggingface.co/{'/'.join(clean)}") if len(clean) == 3 else _NONE
    # One step is somebody's page: their weights, as papers mean it when they link there.
    return "model", f"https://huggingface.co/{'/'.join(clean[:2])}"


def _model_scope(_parts: SplitResult, steps: Sequence[str], _url: str) -> Told:
    kinds: dict[str, ArtefactKind] = {"models": "model", "datasets": "data", "studios": "demo"}
    if len(steps) < 3 or steps[0] not in kinds:
        return _NONE
    return kinds[steps[0]], f"https://modelscope.cn/{'/'.join(steps[:3])}"


def _kaggle(_parts: SplitResult, steps: Sequence[str], _url: str) -> Told:
    kinds: dict[str, ArtefactKind] = {"datasets": "data", "code": "code", "models": "model"}
    if len(steps) < 3 or steps[0] not in kinds:
        return (
            ("data", f"https://www.kaggle.com/{steps[0]}/{steps[1]}")
            if steps[:1] in (["c"], ["competitions"]) and len(steps) > 1
            else _NONE
        )
    return kinds[steps[0]], f"https://www.kaggle.com/{'/'.join(steps[:3])}"


def _zenodo(_parts: SplitResult, steps: Sequence[str], _url: str) -> Told:
    number = next((found[0] for found in map(_DIGITS.match, steps[1:2]) if found), "")
    if steps[:1] in (["record"], ["records"], ["deposit"]) and number:
        return "data", f"https://zenodo.org/records/{number}"
    return doi("/".join(steps[1:])) if steps[:1] == ["doi"] else _NONE


def _figshare(_parts: SplitResult, steps: Sequence[str], url: str) -> Told:
    if not steps:
        return _NONE
    return ("code" if "software" in steps or "code" in steps else "data"), url


def _osf(_parts: SplitResult, steps: Sequence[str], _url: str) -> Told:
    if not steps or steps[0] in {"preprints", "registries", "search", "dashboard"}:
        return _NONE
    return "data", f"https://osf.io/{steps[0].lower()}"


def _pypi(_parts: SplitResult, steps: Sequence[str], _url: str) -> Told:
    return ("code", f"https://pypi.org/project/{steps[1]}") if steps[:1] == ["project"] and len(steps) > 1 else _NONE


def _cran(parts: SplitResult, steps: Sequence[str], url: str) -> Told:
    package = parse_qs(parts.query).get("package", [""])[0]
    if not package and list(steps[:2]) == ["web", "packages"] and len(steps) > 2:
        package = steps[2]
    if not package:
        return ("code", url) if steps else _NONE
    return "code", f"https://cran.r-project.org/package={package}"


def _anonymous(_parts: SplitResult, steps: Sequence[str], _url: str) -> Told:
    return ("code", f"https://anonymous.4open.science/r/{steps[1]}") if steps[:1] == ["r"] and len(steps) > 1 else _NONE


def _source_code(_parts: SplitResult, steps: Sequence[str], url: str) -> Told:
    return ("code", url) if steps else _NONE


def _software_heritage(_parts: SplitResult, steps: Sequence[str], url: str) -> Told:
    return (
        of_software_heritage(steps[0]) if steps and steps[0].startswith("swh:") else ("code", url) if steps else _NONE
    )


def doi(text: str) -> Told:
    """Return what a repository's DOI leads to; DOIs of papers are no artefacts."""
    if not _DATA_DOI.match(text):
        return _NONE
    zenodo, osf = _ZENODO_DOI.match(text), _OSF_DOI.match(text)
    if zenodo:
        return "data", f"https://zenodo.org/records/{zenodo[1]}"
    return "data", f"https://osf.io/{osf[1].lower()}" if osf else f"https://doi.org/{text}"


def _doi(_parts: SplitResult, steps: Sequence[str], _url: str) -> Told:
    return doi("/".join(steps))


_RULES: dict[str, Callable[[SplitResult, Sequence[str], str], Told]] = {
    "gitlab.com": lambda _parts, steps, _url: _gitlab("gitlab.com", steps),
    "gist.github.com": _gist,
    "huggingface.co": _hugging_face,
    "hf.co": _hugging_face,
    "modelscope.cn": _model_scope,
    "kaggle.com": _kaggle,
    "zenodo.org": _zenodo,
    "figshare.com": _figshare,
    "osf.io": _osf,
    "pypi.org": _pypi,
    "cran.r-project.org": _cran,
    "anonymous.4open.science": _anonymous,
    "sourceforge.net": _source_code,
    "codeocean.com": _source_code,
    "npmjs.com": _source_code,
    "crates.io": _source_code,
    "archive.softwareheritage.org": _software_heritage,
    "doi.org": _doi,
    "dx.doi.org": _doi,
}

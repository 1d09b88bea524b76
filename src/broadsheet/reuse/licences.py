"""Licences by the many names under which sources tell them, and what each allows in plain words.

The words are a help for reading, never advice: the licence itself is linked. A licence that is not known here is shown
by its own name, and nothing is said of what it allows.
"""

import re
from dataclasses import dataclass

_SPDX = "https://spdx.org/licenses/"
_CREATIVE = re.compile(r"creativecommons\.org/licenses/(by(?:-nc)?(?:-sa|-nd)?)/(\d\.\d)", re.I)
_CREATIVE_NAME = re.compile(r"cc[-_ ]by((?:[-_ ](?:nc|sa|nd))*)(?:[-_ ](\d\.\d))?(?:[-_ ][a-z]{2,4})?", re.I)
_ZERO = re.compile(r"creativecommons\.org/publicdomain/zero|\bcc[-_ ]?(?:0|zero)\b", re.I)
_ARXIV = re.compile(r"arxiv\.org/licenses/(?:nonexclusive-distrib|assumed)", re.I)
_GNU = re.compile(r"(?:gnu )?(a|l)?gpl(?:[-_ ]?v?(\d(?:\.\d)?))?(?:[-_ ]only|[-_ ]or[-_ ]later|\+)?", re.I)
_PERMISSIVE = "Use, change and pass it on, also commercially; keep the notice."
_NAMED = {
    "mit": ("MIT", _PERMISSIVE),
    "mit license": ("MIT", _PERMISSIVE),
    "apache-2.0": (
        "Apache-2.0",
        "Use, change and pass it on, also commercially; keep the notices and say what you changed.",
    ),
    "apache license 2.0": (
        "Apache-2.0",
        "Use, change and pass it on, also commercially; keep the notices and say what you changed.",
    ),
    "bsd-2-clause": ("BSD-2-Clause", _PERMISSIVE),
    "bsd-3-clause": ("BSD-3-Clause", _PERMISSIVE),
    "bsd": ("BSD", _PERMISSIVE),
    "isc": ("ISC", _PERMISSIVE),
    "zlib": ("Zlib", _PERMISSIVE),
    "bsl-1.0": ("BSL-1.0", _PERMISSIVE),
    "unlicense": ("Unlicense", "Do with it what you like."),
    "wtfpl": ("WTFPL", "Do with it what you like."),
    "mpl-2.0": ("MPL-2.0", "Use and pass it on, also commercially; changed files stay under this licence."),
    "epl-2.0": ("EPL-2.0", "Use and pass it on, also commercially; changed files stay under this licence."),
    "odc-by": ("ODC-By-1.0", "Use and pass it on, also commercially; name the source."),
    "odbl": ("ODbL-1.0", "Use and pass it on, also commercially; name the source, and share changed data alike."),
    "pddl": ("PDDL-1.0", "Do with it what you like."),
    "cdla-permissive-2.0": ("CDLA-Permissive-2.0", "Use and pass it on, also commercially."),
}
# Licences that forbid certain uses, each in its own words; SPDX lists none of them.
_RESTRICTED = re.compile(
    r"openrail|rail-?m?\b|bigscience|creativeml|llama|gemma|qwen|deepseek|nvidia|falcon|stable", re.I
)
_OTHER = frozenset({"", "other", "unknown", "noassertion", "none", "cc"})
_CLAUSES = {"nc": "not commercially", "nd": "unchanged"}


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence; `url` and `words` are empty where neither is known. `open` says whether any use is allowed."""

    name: str
    url: str = ""
    words: str = ""
    open: bool | None = None


def read(told: str | None) -> Licence | None:
    """Return the licence that a source names; None where it names none."""
    text = (told or "").strip()
    if text.lower() in _OTHER:
        return None
    if _ARXIV.search(text):
        words = "arXiv may show it; for anything else, ask the authors."
        return Licence(
            "arXiv’s own", "https://arxiv.org/licenses/nonexclusive-distrib/1.0/license.html", words, open=False
        )
    if _ZERO.search(text):
        return Licence("CC0-1.0", f"{_SPDX}CC0-1.0", "Do with it what you like.", open=True)
    return _creative(text) or _known(text) or _gnu(text) or _own(text)


def _creative(text: str) -> Licence | None:
    found = _CREATIVE.search(text)
    if found:
        clauses, version = found[1].lower().split("-")[1:], found[2]
    else:
        named = _CREATIVE_NAME.fullmatch(text)
        if not named:
            return None
        clauses, version = re.findall("nc|sa|nd", named[1].lower()), named[2] or ""
    name = "-".join(["CC-BY", *(clause.upper() for clause in clauses), *([version] if version else [])])
    verb = "Pass it on" if "nd" in clauses else "Use, change and pass it on"
    limits = [_CLAUSES[clause] for clause in clauses if clause in _CLAUSES] or ["also commercially"]
    alike = ", and share what you make of it alike" if "sa" in clauses else ""
    words = f"{verb}, {' and '.join(limits)}; name the authors{alike}."
    return Licence(name, f"{_SPDX}{name}" if version else "", words, open=not {"nc", "nd"} & set(clauses))


def _known(text: str) -> Licence | None:
    found = _NAMED.get(text.lower())
    if not found:
        return None
    name, words = found
    return Licence(name, f"{_SPDX}{name}" if name != "BSD" else "", words, open=True)


def _gnu(text: str) -> Licence | None:
    found = _GNU.fullmatch(text)
    if not found:
        return None
    family = f"{(found[1] or '').upper()}GPL"
    version = found[2] or ""
    version = f"{version}.0" if len(version) == 1 else version
    what = {
        "GPL": "Use and change it, also commercially; what you pass on of it stays under the GPL, with source.",
        "LGPL": "Use it, also commercially, within anything; changes of it stay under the LGPL, with source.",
        "AGPL": "Use and change it, also commercially; whoever uses it over a network gets the source.",
    }[family]
    name = f"{family}-{version}" if version else family
    return Licence(name, f"{_SPDX}{name}-only" if version else "", what, open=True)


def _own(text: str) -> Licence:
    url = text if text.startswith(("https://", "http://")) and len(text.split()) == 1 else ""
    if _RESTRICTED.search(text) and not url:
        return Licence(text, "", "A licence of its own, which restricts some uses: read it first.", open=False)
    return Licence(text, url)

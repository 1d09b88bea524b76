"""Cites a paper as BibTeX, RIS, CSL-JSON, and as a line of JSONL that can be imported again.

Who serves it under which name is the doors' matter.
Titles come from strangers and a `.bib` file is run by TeX: only commands known to be harmless pass unescaped.
"""

import re
import unicodedata
from typing import Any
from urllib.parse import quote

from broadsheet.papers.identifiers import url_of
from broadsheet.papers.paper import Paper

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_GROUP = re.compile(r"\b(collaboration|consortium|group|project|society|team)s?\b", re.IGNORECASE)
_MEETING = re.compile(
    r"\b(proceedings|conference|workshops?|symposium|meeting|cvpr|iccv|eccv|neurips|iclr|icml)\b", re.I
)
_PARTICLES = frozenset("van von der den de di da la le el al bin ibn dos du ter ten zu zur af av".split())
_SUFFIXES = frozenset(("jr", "jr.", "sr", "sr.", "ii", "iii", "iv"))
_SMALL_WORDS = frozenset("a an the on of in for to and from with by is are do does".split())

# TeX commands that only set type. `\input`, `\write` and their like read files and run programs: they are escaped.
_HARMLESS = frozenset(
    "aa ae AA AE alpha approx ast bar beta big Big bigl bigr cdot cdots chi circ cup cap dagger delta Delta dot "
    "ell emph epsilon eta exists exp forall frac gamma Gamma ge geq hat i in infty int it j kappa l L lambda "
    "Lambda langle ldots le left leq lim ln log mapsto mathbb mathbf mathcal mathfrak mathit mathrm mathsf max "
    "min mu nabla ne neq nu o O odot oe OE omega Omega operatorname oplus otimes overline partial perp phi Phi pi "
    "Pi pm prime prod propto psi Psi rangle rho right rightarrow Rightarrow rm sc setminus sigma Sigma sim simeq "
    "sqrt ss star subset subseteq sum tau text textbf textit textrm textsc textsf texttt textsuperscript "
    "textsubscript theta Theta tilde times to top underline upsilon varepsilon varphi vec wedge widehat widetilde "
    "xi Xi zeta".split()
)
_TEX_PIECE = re.compile(r"\\[A-Za-z]+|\\.|\$|.", re.DOTALL)
_TEX_ACCENTS = frozenset("\\" + mark for mark in "'`^\"~=.")
_TEX_SPACES = frozenset(("\\,", "\\;", "\\:", "\\!", "\\ "))
_ESCAPED = frozenset(("\\&", "\\%", "\\#", "\\_", "\\$"))
_PLAIN = {
    "&": "\\&",
    "%": "\\%",
    "#": "\\#",
    "_": "\\_",
    "$": "\\$",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
    "\\": "\\textbackslash{}",
    # BibTeX counts braces even behind a backslash, so a lone \{ would swallow the rest of the file.
    "{": "\\textbraceleft{}",
    "}": "\\textbraceright{}",
}


def bibtex(paper: Paper) -> str:
    """Return one BibTeX entry, for BibTeX and biblatex alike; its key is unique within an instance."""
    kind, holder = _kind(paper)
    fields = {"title": f"{{{_tex(paper.title)}}}", "author": " and ".join(_bibtex_name(name) for name in paper.authors)}
    if paper.published:
        fields["year"] = str(paper.published.year)
    if paper.venue:
        fields[holder] = _tex(paper.venue)
    arxiv = _value(paper, "arxiv")
    if arxiv:
        fields |= {"eprint": arxiv, "archivePrefix": "arXiv"}
    fields |= {"doi": _verbatim(_value(paper, "doi")), "url": _verbatim(_page(paper))}
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    if paper.published and paper.date_precision != "year":
        lines.append(f"  month = {_MONTHS[paper.published.month - 1]},")
    return "\n".join((f"@{kind}{{{_citation_key(paper)},", *lines, "}"))


def ris(paper: Paper) -> str:
    """Return one RIS record, its lines ended by a line feed."""
    kind, _ = _kind(paper)
    lines = [("TY", {"article": "JOUR", "inproceedings": "CPAPER"}.get(kind, "UNPB")), ("TI", paper.title)]
    for name in paper.authors:
        given, family = _split(name)
        lines.append(("AU", f"{family}, {given}" if given else family))
    if paper.published:
        lines.append(("PY", str(paper.published.year)))
        lines.append(("DA", "/".join(f"{part:02d}" for part in _date_parts(paper))))
    lines += [("T2", paper.venue), ("DO", _doi(paper)), ("AN", _number(paper)), ("UR", _page(paper))]
    return "".join(f"{tag}  - {_line(value)}\n" for tag, value in lines if value) + "ER  - \n"


def csl(paper: Paper) -> dict[str, Any]:
    """Return one CSL-JSON item."""
    kind, _ = _kind(paper)
    types = {"article": "article-journal", "inproceedings": "paper-conference"}
    item: dict[str, Any] = {
        "id": paper.key,
        "type": types.get(kind, "article"),
        "title": paper.title,
        "author": [_csl_name(name) for name in paper.authors],
        "container-title": paper.venue,
        "DOI": _doi(paper),
        "URL": _page(paper),
        "number": _number(paper),
    }
    if paper.published:
        item["issued"] = {"date-parts": [_date_parts(paper)]}
    return {name: value for name, value in item.items() if value}


def jsonl(paper: Paper) -> dict[str, Any]:
    """Return a paper in the form `papers import` reads it; a sentence of the shelf's is no abstract and stays."""
    urls = (
        *(url_of(identifier) for identifier in paper.identifiers),
        *paper.links,
        *(artefact.url for artefact in paper.artefacts),
    )
    told: dict[str, Any] = {
        "id": paper.key,
        "title": paper.title,
        "abstract": "" if paper.summary else paper.abstract,
        "authors": list(paper.authors),
        "published": paper.published.isoformat() if paper.published else None,
        "date_precision": paper.date_precision if paper.date_precision != "day" else None,
        "categories": list(paper.categories),
        "urls": list(dict.fromkeys(urls)),
        "venue": paper.venue or None,
        "comments": paper.comments or None,
        "withdrawn": paper.withdrawn or None,
        "source": "file" if paper.summary or not paper.sources else paper.sources[0],
    }
    return {name: value for name, value in told.items() if value is not None}


def _kind(paper: Paper) -> tuple[str, str]:
    """Return BibTeX's entry type and the field that names where the paper stands."""
    if _value(paper, "acl") or _MEETING.search(paper.venue):
        return "inproceedings", "booktitle"
    return ("article", "journal") if paper.venue else ("misc", "howpublished")


def _value(paper: Paper, scheme: str) -> str:
    return next((one.value for one in paper.identifiers if one.scheme == scheme), "")


def _doi(paper: Paper) -> str:
    """Return the paper's DOI, else the one that arXiv gives to everything it holds."""
    arxiv = _value(paper, "arxiv")
    return _value(paper, "doi") or (f"10.48550/arXiv.{arxiv}" if arxiv else "")


def _number(paper: Paper) -> str:
    arxiv = _value(paper, "arxiv")
    return f"arXiv:{arxiv}" if arxiv else _value(paper, "acl")


def _page(paper: Paper) -> str:
    return url_of(paper.identifiers[0]) if paper.identifiers else next(iter(paper.links), "")


def _date_parts(paper: Paper) -> list[int]:
    day = paper.published
    if day is None:
        return []
    return [day.year, day.month, day.day][: {"year": 1, "month": 2, "day": 3}[paper.date_precision]]


def _split(name: str) -> tuple[str, str]:
    """Return given and family name; a group, or one who bears a single name, has the second only."""
    if _GROUP.search(name):
        return "", name
    if "," in name:
        family, _, given = name.partition(",")
        return given.strip(), family.strip()
    words = name.split()
    first = len(words) - 1
    if first > 1 and words[first].lower() in _SUFFIXES:
        first -= 1
    while first > 1 and words[first - 1].lower() in _PARTICLES:
        first -= 1
    return " ".join(words[:first]), " ".join(words[first:])


def _csl_name(name: str) -> dict[str, str]:
    given, family = _split(name)
    return {"family": family, "given": given} if given else {"literal": family}


def _bibtex_name(name: str) -> str:
    given, family = _split(name)
    if given:
        return f"{_bibtex_part(family)}, {_bibtex_part(given)}"
    return f"{{{_tex(name)}}}" if " " in name else _bibtex_part(name)


def _bibtex_part(part: str) -> str:
    """Wrap what BibTeX would take for its own grammar: a comma, or the word that parts two authors."""
    text = _tex(part)
    return f"{{{text}}}" if "," in part or re.search(r"\band\b", part, re.IGNORECASE) else text


def _citation_key(paper: Paper) -> str:
    family = _ascii(_split(paper.authors[0])[1]) if paper.authors else ""
    words = (_ascii(word) for word in paper.title.split())
    word = next((word for word in words if word and word not in _SMALL_WORDS), "")
    return f"{family[:40] or 'anonymous'}{paper.published.year if paper.published else ''}{word[:40]}-{paper.id}"


def _ascii(text: str) -> str:
    return "".join(re.findall("[a-z0-9]+", unicodedata.normalize("NFKD", text).lower()))


def _line(text: str) -> str:
    return " ".join(text.split())


def _verbatim(url: str) -> str:
    """Return an address that TeX reads as it stands, without braces or backslashes."""
    return quote(url, safe="/:?#[]@!$&'()*+,;=%-._~")


def _tex(text: str) -> str:
    """Escape a text for TeX; its own math and type-setting stay, if they are whole and harmless."""
    pieces = _TEX_PIECE.findall(_line(text))
    braces, dollars = _paired(pieces), pieces.count("$") % 2 == 0
    out, in_math = [], False
    for piece in pieces:
        if piece == "$" and dollars:
            in_math = not in_math
            out.append(piece)
        elif (
            (piece in "{}" and braces)
            or (piece in "^_" and in_math)
            or piece[1:] in _HARMLESS
            or piece in _ESCAPED
            or piece in (_TEX_SPACES if in_math else _TEX_ACCENTS)
        ):
            out.append(piece)
        elif piece[0] == "\\":
            out.append("".join(_PLAIN.get(character, character) for character in piece))
        else:
            out.append(_PLAIN.get(piece, piece))
    return "".join(out)


def _paired(pieces: list[str]) -> bool:
    depth = 0
    for piece in pieces:
        depth += (piece == "{") - (piece == "}")
        if depth < 0:
            return False
    return depth == 0

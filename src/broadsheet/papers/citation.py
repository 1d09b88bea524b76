"""A paper as others cite it: BibTeX, RIS, CSL-JSON, and the JSON line from which it can be imported again.

Titles and names are escaped for the form; a field that is not known is left out, never guessed.
"""

import re
import unicodedata
from typing import Any

from broadsheet.papers.identifiers import url_of
from broadsheet.papers.paper import Paper
from broadsheet.papers.titles import family_name

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_SPECIAL = {"&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_", "~": r"\textasciitilde{}", "{": r"\{", "}": r"\}"}
_NOT_KEY = re.compile(r"[^a-z0-9]+")


def cite_key(paper: Paper) -> str:
    """Return a key such as `quill2026salt`: first author's family name, year, first long word of the title."""
    family = _ascii(family_name(paper.authors[0])) if paper.authors else "anon"
    words = (_ascii(word) for word in paper.title.split())
    word = next((word for word in words if len(word) > 3), "paper")
    return f"{family}{paper.published.year if paper.published else ''}{word}"


def bibtex(paper: Paper) -> str:
    """Return a BibTeX entry."""
    named = {identifier.scheme: identifier.value for identifier in reversed(paper.identifiers)}
    fields: dict[str, str] = {"title": f"{{{_tex(paper.title)}}}", "author": " and ".join(map(_tex, paper.authors))}
    if paper.published:
        fields["year"] = str(paper.published.year)
        if paper.date_precision != "year":
            fields["month"] = _MONTHS[paper.published.month - 1]
    if paper.venue:
        fields["booktitle"] = _tex(paper.venue)
    if "doi" in named:
        fields["doi"] = named["doi"]
    if "arxiv" in named:
        fields |= {"eprint": named["arxiv"], "archiveprefix": "arXiv"}
    if paper.identifiers:
        fields["url"] = url_of(paper.identifiers[0])
    lines = [f"  {name} = {value if name == 'month' else f'{{{value}}}'}," for name, value in fields.items() if value]
    return "\n".join([f"@{'inproceedings' if paper.venue else 'misc'}{{{cite_key(paper)},", *lines, "}"])


def ris(paper: Paper) -> str:
    """Return a RIS record."""
    lines = [("TY", "CPAPER" if paper.venue else "GEN"), ("TI", paper.title)]
    lines += [("AU", name) for name in paper.authors]
    if paper.published:
        lines.append(("PY", str(paper.published.year)))
        if paper.date_precision == "day":
            lines.append(("DA", f"{paper.published:%Y/%m/%d}"))
    if paper.venue:
        lines.append(("T2", paper.venue))
    lines += [("DO", identifier.value) for identifier in paper.identifiers if identifier.scheme == "doi"]
    lines += [("UR", url_of(identifier)) for identifier in paper.identifiers[:1]]
    if not paper.summary and paper.abstract:
        lines.append(("AB", paper.abstract))
    return "\n".join([*(f"{tag}  - {' '.join(value.split())}" for tag, value in lines), "ER  - "])


def csl(paper: Paper) -> dict[str, Any]:
    """Return a CSL-JSON item."""
    item: dict[str, Any] = {
        "id": paper.key,
        "type": "paper-conference" if paper.venue else "article",
        "title": paper.title,
        "author": [{"literal": name} for name in paper.authors],
    }
    if paper.published:
        parts = [paper.published.year, paper.published.month, paper.published.day]
        item["issued"] = {"date-parts": [parts[: {"day": 3, "month": 2, "year": 1}[paper.date_precision]]]}
    if paper.venue:
        item["container-title"] = paper.venue
    for identifier in paper.identifiers:
        if identifier.scheme == "doi":
            item["DOI"] = identifier.value
    if paper.identifiers:
        item["URL"] = url_of(paper.identifiers[0])
    if paper.abstract and not paper.summary:
        item["abstract"] = paper.abstract
    return item


def jsonl(paper: Paper) -> dict[str, Any]:
    """Return the paper in the form that `papers import` reads."""
    line: dict[str, Any] = {
        "id": paper.key,
        "title": paper.title,
        "abstract": "" if paper.summary else paper.abstract,
        "authors": list(paper.authors),
        "published": paper.published.isoformat() if paper.published else None,
        "date_precision": paper.date_precision,
        "categories": list(paper.categories),
        "urls": list(dict.fromkeys([*paper.links, *(artefact.url for artefact in paper.artefacts)])),
        "venue": paper.venue,
        "comments": paper.comments,
        "source": paper.sources[0] if paper.sources else "",
    }
    return {name: value for name, value in line.items() if value not in (None, "", []) or name in {"title", "abstract"}}


def _tex(text: str) -> str:
    # Titles hold TeX already where they hold $ or a backslash; escaping that again would break it.
    if "$" in text or "\\" in text:
        return text
    return "".join(_SPECIAL.get(character, character) for character in text)


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _NOT_KEY.sub("", plain.lower())

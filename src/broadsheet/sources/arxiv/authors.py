"""arXiv's line of authors to their names: `A. Quill (1), B. Marsh Jr, and C. Vale ((1) Univ. of Tides)`.

Affiliations stand in parentheses and are left out; TeX accents are `latex`'s matter.
A line that follows no rule still gives names: better one odd name than a paper without authors.
"""

import re
from collections.abc import Iterator

from broadsheet.sources.latex import to_unicode

_BETWEEN = re.compile(r"\s*[,;:]\s*(?:(?:and|&)\s+)?|\s+(?:and|&)\s+", re.IGNORECASE)
_SUFFIX = re.compile(r"(?:jr|sr)\.?|[ivx]{2,4}|iii", re.IGNORECASE)
_NOBODY = re.compile(r"(?:et\.?\s*al|and others)\.?|[\W\d_]*", re.IGNORECASE)
_INITIAL = re.compile(r"(?<=\b\w\.)(?=\w)")


def names(line: str) -> tuple[str, ...]:
    """Return the names in the order of the line, each as it is written there."""
    return tuple(_joined(_BETWEEN.split(" ".join(_outside(to_unicode(line)).split()))))


def _outside(line: str) -> str:
    """Leave out what stands in parentheses, however deep; one that never closes takes nothing with it."""
    kept, depth, opened = [], 0, 0
    for place, letter in enumerate(line):
        if letter == "(":
            opened = place if depth == 0 else opened
            depth += 1
        elif letter == ")":
            depth = max(0, depth - 1)
        elif depth == 0:
            kept.append(letter)
    return "".join(kept) + (f" {line[opened + 1 :]}" if depth else "")


def _joined(parts: list[str]) -> Iterator[str]:
    """Give a Jr or III that stands behind a comma back to its name."""
    last = ""
    for part in (part.strip() for part in parts):
        if last and _SUFFIX.fullmatch(part):
            yield f"{last} {part}"
            last = ""
            continue
        if last:
            yield last
        last = "" if _NOBODY.fullmatch(part) else _INITIAL.sub(" ", part)
    if last:
        yield last

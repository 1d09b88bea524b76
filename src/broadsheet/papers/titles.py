"""Normal forms of titles and names, for telling whether two records speak of one work.

Which records are merged is `merging`'s matter. A normal form is a key and is never shown.
"""

import re
import unicodedata

_TEX_COMMAND = re.compile(r"\\[a-zA-Z]+\s*|[{}$\\^_~]")
_NOT_WORD = re.compile(r"[\W_]+")
# Titles that many works bear: they name nothing.
_GENERIC = frozenset(
    "abstract addendum conclusion corrigendum discussion editorial erratum foreword frontmatter introduction keynote "
    "miscellanea obituary overview preface proceedings program reply review summary".split()
)
_PARTICLES = frozenset("van von der den de di da la le el al bin ibn dos du ter ten".split())
_SUFFIXES = frozenset("jr sr ii iii iv".split())


def normalised(title: str) -> str:
    """Return a title as bare words: no case, accents, TeX, punctuation or hyphens; empty where nothing is left."""
    plain = title if title.isascii() else _unaccented(title)
    if "\\" in plain or "$" in plain or "{" in plain:
        plain = _TEX_COMMAND.sub("", plain)
    return _NOT_WORD.sub("", plain.casefold())


def is_telling(title: str) -> bool:
    """Say whether a title can name a work: it has letters enough and is none that many works bear."""
    words = _NOT_WORD.sub(" ", (title if title.isascii() else _unaccented(title)).casefold()).split()
    return len("".join(words)) >= 12 and len(words) >= 2 and not (len(words) <= 3 and _GENERIC & set(words))


def family_name(name: str) -> str:
    """Return the normal form of a person's family name, from `Ada Quill`, `Quill, Ada` or `A. van der Quill Jr.`."""
    plain = (name if name.isascii() else _unaccented(name)).casefold()
    if "," in plain:
        plain = plain.split(",", 1)[0]
    words = [word for word in (_NOT_WORD.sub("", part) for part in plain.split()) if word]
    while len(words) > 1 and words[-1] in _SUFFIXES:
        words.pop()
    while len(words) > 1 and words[0] in _PARTICLES:
        words.pop(0)
    return words[-1] if words else ""


def _unaccented(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))

"""Normal forms of titles and names, for telling whether two records speak of one work.

Which records are merged is `merging`'s matter. A normal form is a key and is never shown.
"""

import re
import unicodedata

_TEX_COMMAND = re.compile(r"\\[a-zA-Z]+\s*|[{}$\\^_~]")
_NOT_WORD = re.compile(r"[\W_]+")
# Titles that many works bear: they name nothing. One of these words is enough in a title of up to three words.
_GENERIC = frozenset(
    "abstract acknowledgements addendum announcement appendix comment conclusion conclusions contents corrigendum "
    "discussion editorial editors erratum errata foreword frontmatter index introduction keynote miscellanea obituary "
    "overview preface proceedings program programme reply report review summary".split()
)
_GENERIC_BEGINNINGS = (
    "introductiontothespecialissue",
    "introductiontothisspecialissue",
    "editorsintroduction",
    "guesteditor",
    "messagefromthe",
    "prefacetothe",
    "welcometothe",
)
_FEWEST_LETTERS = 12
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
    bare = "".join(words)
    if len(words) < 2 or len(bare) < _FEWEST_LETTERS:
        return False
    if not bare.isalpha() and sum(map(str.isalpha, bare)) < _FEWEST_LETTERS:  # "2019–2020: 12.3"
        return False
    return not (len(words) <= 3 and _GENERIC.intersection(words)) and not bare.startswith(_GENERIC_BEGINNINGS)


def family_name(name: str) -> str:
    """Return the normal form of a person's family name, from `Ada Quill`, `Quill, Ada` or `A. van der Quill Jr.`."""
    return person(name)[0]


def person(name: str) -> tuple[str, str]:
    """Return the normal form of a family name, and the initial of the first given name or nothing."""
    plain = (name if name.isascii() else _unaccented(name)).casefold()
    family, comma, given = plain.partition(",")
    words = _words(family)
    if comma:
        first = _words(given)
    else:
        while len(words) > 1 and words[-1] in _SUFFIXES:
            words.pop()
        first = words[:-1]
    while len(words) > 1 and words[0] in _PARTICLES:
        words.pop(0)
    return (words[-1] if words else ""), (first[0][0] if first else "")


def _words(text: str) -> list[str]:
    return [word for word in (_NOT_WORD.sub("", part) for part in text.split()) if word]


def _unaccented(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))

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
_SUBTITLE = re.compile(r"\s*(?::|\s[-–—]\s|[?!]\s|—)\s*")
# What gives a title its place in a row of works: part 2, II, V2, 2.0, ++. Roman numerals in capitals alone.
_PLACES = (
    re.compile(r"\b(?:part|volume|vol\.?|chapter|no\.?|round|edition)\s+([0-9ivx]+|one|two|three|four|five)\b", re.I),
    re.compile(r"(?<![\w.-])(II|III|IV|VI|VII|VIII|IX|XI|XII)(?![\w-])"),
    re.compile(r"(?:\b|(?<=[a-zA-Z]))[vV](?:er\.?|ersion )?\s?(\d+(?:\.\d+)?)\b"),
    re.compile(r"\b(\d+\.\d+)\b"),
    re.compile(r"(?<=[a-zA-Z])(\++)(?!\w)"),
)
# A work about another work, under that other's title.
_ABOUT = re.compile(
    r"(?:an? |the |authors?['’]?s? )?(?:short |brief )?(?:addendum|comments?|correction|corrigend\w+|discussions?"
    r"|errat\w+|rejoinder|replies|reply|responses?|retraction|supplement\w*|remarks?)\b(?: on| to| of| for| by|:)",
    re.I,
)
# Titles that the same people give to something new every year.
_REPORT = re.compile(
    r"\b(?:annual|yearly|newsletter|reports?|findings of|overview|proceedings|workshop|tutorials?|shared task|roadmap"
    r"|lectures?|status of|system description|project)\b",
    re.I,
)
_WITH_DIGIT = re.compile(r"[^\W_]*\d[^\W_]*")
_DIGITS = re.compile(r"\d+")
_FEWEST_WORDS = 4
PARTICLES = frozenset("van von der den de di da la le el al bin ibn dos du ter ten".split())
SUFFIXES = frozenset("jr sr ii iii iv".split())


def normalised(title: str) -> str:
    """Return a title as bare words: no case, accents, TeX, punctuation or hyphens; empty where nothing is left."""
    plain = unaccented(title)
    if "\\" in plain or "$" in plain or "{" in plain:
        plain = _TEX_COMMAND.sub("", plain)
    return _NOT_WORD.sub("", plain.casefold())


def is_telling(title: str) -> bool:
    """Say whether a title can name a work: it has letters enough and is none that many works bear."""
    words = _NOT_WORD.sub(" ", unaccented(title).casefold()).split()
    bare = "".join(words)
    if len(words) < 2 or len(bare) < _FEWEST_LETTERS:
        return False
    if not bare.isalpha() and sum(map(str.isalpha, bare)) < _FEWEST_LETTERS:  # "2019–2020: 12.3"
        return False
    return not (len(words) <= 3 and _GENERIC.intersection(words)) and not bare.startswith(_GENERIC_BEGINNINGS)


def told_apart(one: str, other: str) -> bool:
    """Say whether two titles tell that they name two works: another part, issue, year, or a reply to the first."""
    if bool(_ABOUT.match(one)) != bool(_ABOUT.match(other)) or _place(one) != _place(other):
        return True
    mine, theirs = _numbered(one), _numbered(other)
    return any(mine[shape] != theirs[shape] for shape in mine.keys() & theirs.keys())


def is_report(title: str) -> bool:
    """Say whether a title is of the kind that comes again, such as an overview of a shared task."""
    return len(_spoken(title)) < _FEWEST_WORDS or bool(_REPORT.search(title))


def common(one: str, other: str) -> float:
    """Return the share of words that two titles have in common, from 0 to 1."""
    mine, theirs = set(_spoken(one)), set(_spoken(other))
    return len(mine & theirs) / max(len(mine | theirs), 1)


def head(title: str) -> str:
    """Return what stands before the subtitle."""
    return _SUBTITLE.split(title, 1)[0]


def is_without_subtitle(one: str, other: str) -> bool:
    """Say whether one of two titles is the other without its subtitle."""
    for whole, part in ((one, other), (other, one)):
        first = head(whole)
        if first != whole and is_telling(first) and normalised(first) == normalised(part):
            return True
    return False


def _spoken(title: str) -> list[str]:
    plain = unaccented(title)
    return _NOT_WORD.sub(" ", _TEX_COMMAND.sub("", plain).casefold()).split()


def _place(title: str) -> list[str]:
    """Return what gives a title its place in a row of works."""
    return sorted(match[1].casefold() for kind in _PLACES for match in kind.finditer(title))


def _numbered(title: str) -> dict[str, set[str]]:
    """Return the words with digits by their shape: WMT18 and WMT19 are of one shape, and two."""
    found: dict[str, set[str]] = {}
    for word in _WITH_DIGIT.findall(title.casefold()):
        found.setdefault(_DIGITS.sub("#", word), set()).add(word)
    return found


def family_name(name: str) -> str:
    """Return the normal form of a person's family name, from `Ada Quill`, `Quill, Ada` or `A. van der Quill Jr.`."""
    return person(name)[0]


def person(name: str) -> tuple[str, str]:
    """Return the normal form of a family name, and the initial of the first given name or nothing."""
    plain = unaccented(name).casefold()
    family, comma, given = plain.partition(",")
    words = _words(family)
    if comma:
        first = _words(given)
    else:
        while len(words) > 1 and words[-1] in SUFFIXES:
            words.pop()
        first = words[:-1]
    while len(words) > 1 and words[0] in PARTICLES:
        words.pop(0)
    return (words[-1] if words else ""), (first[0][0] if first else "")


def name_words(name: str) -> list[str]:
    """Return the normal forms of all words of a name."""
    return _NOT_WORD.sub(" ", unaccented(name).casefold()).split()


def _words(text: str) -> list[str]:
    return [word for word in (_NOT_WORD.sub("", part) for part in text.split()) if word]


def unaccented(text: str) -> str:
    """Return a text without accents."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))

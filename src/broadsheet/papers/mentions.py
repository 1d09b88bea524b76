"""Web addresses in running text, mended where line breaks or TeX broke them, with the words that introduce each.

What an address leads to is `artefacts`' matter. Whatever a text holds, this takes time in proportion to its length.
An address is mended only where it names nothing as it stands: a wrong guess would be a wrong link.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Texts without any of these hold no address; most texts hold none.
_CUES = (
    *("http", "www.", "github", "gitlab.com", "huggingface.co", "hf.co/", "bitbucket.org", "codeberg.org"),
    *("zenodo.", "osf.io", "m9.figshare", "kaggle.com", "pypi.org", "swh:1:"),
)
# Of all cues one of these at least; most texts hold none of them, and to see that takes a third of the time.
_SIGNS = (".co", ".org", ".io", "http", "www.", "zenodo.", "m9.figshare", "swh:1:")
# Hosts that are known as such without `https://` before them, and DOIs of data that are known without their host.
_BARE = (
    r"www\.[a-z0-9]|(?:github|gitlab)\.com/[\w.-]|(?:huggingface|hf)\.co/\w|zenodo\.org/\w|osf\.io/\w|bitbucket\.org/\w"
    r"|kaggle\.com/\w|pypi\.org/project/|codeberg\.org/\w|[a-z0-9-]{1,60}\.git(?:hub|lab)\.io\b"
)
_BARE_DOI = r"10\.(?:5281/zenodo\.\d|6084/m9\.figshare\.\d|17605/osf\.io/\w)"
_SWH = r"swh:1:(?=(?:dir|rev|rel|snp|cnt):[0-9a-f]{40})"
_BEGINNING = re.compile(
    rf"https?(?::\s?/{{1,2}}\s?|\s:\s?//\s?)(?=[\w\[])|(?<![\w@./:-])(?={_BARE})|(?<![\w./])(?P<doi>)(?={_BARE_DOI})|{_SWH}",
    re.ASCII | re.IGNORECASE,
)
# What an address is made of, TeX's escapes of such characters among it.
_REST = re.compile(r"(?:[\w!#$%&'()*+,./:;=?@~-]|\\[_#%&~])+", re.ASCII)
_ESCAPE = re.compile(r"\\([_#%&~])")
_SPLIT_HOST = re.compile(r"(?:www\.)?(?:github|gitlab)\. com/|huggingface\. co/", re.IGNORECASE)
_CLOSING = ".,;:!?'\"*$&"
# A repository's address that ends where its name should begin, or within it: `github.com/quill/ looms`.
_UNFINISHED = re.compile(
    r"(?:www\.)?(?:git(?:hub|lab)\.com|bitbucket\.org)/(?:[\w-]*-|[\w-]+/(?:[\w.-]*[-_])?)", re.IGNORECASE | re.ASCII
)
_NEXT_WORD = re.compile(r"\s([A-Za-z0-9][\w./-]{1,100})", re.ASCII)
_COMMON_WORDS = frozenset(
    "a an and are as at available both but by can code data for from github has have here in is it link models of on "
    "or our repository see soon that the there these this to under upon we where which will with".split()
)
# The next sentence's first word, glued to an address that ended the one before: `looms.Contribution`.
_GLUED = re.compile(
    r"\.(?:Additionally|All|Code|Contribution|Data|Experiments|For|Furthermore|In|Introduction|It|Moreover|Our|Project"
    r"|Results|The|This|To|We)$"
)
_LONGEST, _SHORTEST = 500, 3
# How far from a cue an address may begin, as in `quill.github.io`, and how much of it shows that it does.
_BACK, _AHEAD = 61, 80
_BEFORE, _AFTER = 200, 60  # characters of text around an address that are looked at
_SENTENCE_END = re.compile(r"[.!?]\s+(?=[A-Z(\[\\])|\n\s*\n")


@dataclass(frozen=True, slots=True)
class Mention:
    """One address; `before` is the sentence up to it from the address before it on, `after` what follows closely.

    `start` and `end` are its place in the text.
    """

    url: str
    before: str
    after: str
    start: int
    end: int


def mentions(text: str) -> Iterator[Mention]:
    """Yield the addresses in `text`, in order, each with a scheme; the same one may come again."""
    ended = 0
    for found in _beginnings(text):
        if found.start() < ended:
            continue
        address, end = _address(text, found.end())
        if len(address) > _SHORTEST:
            before = _before(text, found.start(), ended)
            yield Mention(_scheme(found) + address, before, text[end : end + _AFTER], found.start(), end)
            ended = end


def _beginnings(text: str) -> Iterator[re.Match[str]]:
    """Yield where addresses begin; the pattern is tried around the cues alone, which saves most of its time."""
    lowered = text.lower()
    if len(lowered) != len(text):  # letters that are two in small: places would not agree
        lowered = text
    if not any(sign in lowered for sign in _SIGNS):
        return
    ahead = {cue: place for cue in _CUES if (place := lowered.find(cue)) >= 0}
    done = 0
    while ahead:
        cue = min(ahead, key=ahead.__getitem__)
        place = ahead[cue]
        found = _BEGINNING.search(text, max(done, place - _BACK), place + _AHEAD)
        if found and found.end() >= done:
            yield found
        done = max(place + 1, found.end() if found else 0)
        for other, at in tuple(ahead.items()):
            if at < done:
                ahead[other] = lowered.find(other, done)
                if ahead[other] < 0:
                    del ahead[other]


def _scheme(beginning: re.Match[str]) -> str:
    if beginning["doi"] is not None:
        return "https://doi.org/"
    said = beginning[0].lower()
    return "swh:1:" if said.startswith("swh") else "http://" if said.startswith(("http:", "http ")) else "https://"


def _address(text: str, start: int) -> tuple[str, int]:
    """Return the address that begins at `start`, without its scheme, and where it ends in the text."""
    split = _SPLIT_HOST.match(text, start)
    if split:
        rest, end = _taken(text, split.end())
        return split[0].replace(" ", "") + rest, end
    address, end = _taken(text, start)
    if _UNFINISHED.fullmatch(address):
        following = _NEXT_WORD.match(text, end)
        word = following[1].rstrip("./-") if following else ""
        # Where a whole name is missing, a common word goes on with the sentence; a name cut at its hyphen goes on.
        if following and word and (address[-1] in "-_" or word.lower() not in _COMMON_WORDS):
            return address + word, following.start(1) + len(word)
    return address, end


def _taken(text: str, start: int) -> tuple[str, int]:
    """Return what of an address stands at `start`, without the punctuation of the sentence around it."""
    found = _REST.match(text, start, start + _LONGEST)
    raw = found[0] if found else ""
    for other in ("http://", "https://"):  # two addresses with nothing but a comma between them
        raw = raw.partition(other)[0]
    raw = _closed(raw).rstrip(_CLOSING)
    raw = _GLUED.sub("", raw)
    return _ESCAPE.sub(r"\1", raw), start + len(raw)


def _closed(raw: str) -> str:
    """Cut at the first bracket that closes nothing, but keep pairs: `wiki/Loom_(tool)`; a quoted mark ends it too."""
    depth = 0
    for place, character in enumerate(raw):
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return raw[:place]
    return raw if depth == 0 else raw[: raw.rindex("(")]


def _before(text: str, start: int, earliest: int) -> str:
    said = text[max(earliest, start - _BEFORE) : start]
    ends = list(_SENTENCE_END.finditer(said))
    return said[ends[-1].end() :] if ends else said

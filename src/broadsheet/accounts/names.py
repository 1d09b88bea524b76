"""Names that could be taken for another's: what a name looks like, whatever script its letters are of.

Which names readers have, `readers` keeps. Two names with one look cannot both be had, so that nobody speaks as another.
Source of the look-alikes: Unicode's confusables (UTS 39), by confusable-homoglyphs; it is loaded at the first name.
"""

import unicodedata
from functools import cache

from broadsheet.errors import Invalid

_OURS = ("admin", "administrator", "moderator", "editor", "editors", "broadsheet", "system", "root", "support")
# Pairs that read as one letter, and what only their case tells apart.
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"  # letters and signs that show nothing
_ALIKE = (("rn", "m"), ("vv", "w"), ("1", "l"), ("i", "l"), ("0", "o"))


def look_of(name: str) -> str:
    """Return what a name looks like: letters of one look are the same, and case, accents, marks and blanks nothing."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    seen = (_seen(letter) for letter in plain if unicodedata.category(letter)[0] in "LNSP" and letter not in _BLANK)
    look = "".join(seen).casefold()
    for written, read in _ALIKE:
        look = look.replace(written, read)
    return look


def require_own(name: str) -> None:
    """Raise `Invalid` (field `name`) for a name that speaks for the instance, or looks like nothing."""
    look = look_of(name)
    if not look:
        raise Invalid("A name needs letters that can be seen.", field="name")
    if any(look == look_of(word) for word in _OURS) or _is_number(name):
        raise Invalid(f"“{name}” would speak for this instance or for another reader. Choose another.", field="name")


def _is_number(name: str) -> bool:
    """Tell whether a name reads as one of those that the nameless have: Reader 12."""
    look = look_of(name)
    start = look_of("reader")
    return look.startswith(start) and not look[len(start) :].strip("0123456789lo")


def _seen(letter: str) -> str:
    """Return the plainest letter that looks like this one."""
    if letter.isascii():
        return letter
    alike = [one["c"] for one in _confusables().get(letter, ()) if one["c"].isascii() and one["c"].isalnum()]
    return min(alike, key=lambda one: (len(one), one)) if alike else letter


@cache
def _confusables() -> dict[str, list[dict[str, str]]]:
    from confusable_homoglyphs import confusables  # its tables take a tenth of a second to read

    found: dict[str, list[dict[str, str]]] = confusables.confusables_data
    return found

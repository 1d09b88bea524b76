"""TeX in bibliographic fields to plain Unicode: accents, special letters, dashes, braces.

Mathematics between dollars stays as it is: the doors render it.
"""

import re
import unicodedata

_COMBINING = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328",
    "b": "\u0331", "t": "\u0361",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å",
    "AA": "Å", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ", "ng": "ŋ",
    "NG": "Ŋ", "textendash": "–", "textemdash": "—", "textquoteright": "’", "textquoteleft": "‘", "ldots": "…",
    "dots": "…", "textbackslash": "\\", "textasciitilde": "~", "textregistered": "®", "copyright": "©",
    "texttrademark": "™", "textdegree": "°", "S": "§", "P": "¶", "pounds": "£", "euro": "€", "texteuro": "€",
}  # fmt: skip
_MATH = re.compile(r"((?<!\\)\$[^$]+(?<!\\)\$)")
# An accent with its letter: \'e  \'{e}  \' e  \v{c}  \v c  \'{\i}; a letter as accent must be set off from a word.
_ACCENT = re.compile(
    r"""\\(?:(?P<mark>[`'^~=."])\s*|(?P<word>[uvHdckbrt])(?:\s+|(?=\{)|(?=\\)))
        (?:\{\s*\\?(?P<braced>[^\W\d_])\s*\}|\\(?P<dotless>[ij])(?:\s+|(?![A-Za-z]))|(?P<bare>[^\W\d_]))""",
    re.VERBOSE,
)
_COMMAND = re.compile(r"\\(" + "|".join(sorted(_LETTERS, key=len, reverse=True)) + r")(?![A-Za-z])(?:\{\}|\s+(?=\S))?")
# An accented letter in braces of its own, {\\"o}, and a letter that a command names, {\\ss} or \\ss{}.
_BRACED = re.compile(r"\{(" + _ACCENT.pattern + r")\}", re.VERBOSE)
_ALPHABETIC = "|".join(sorted((name for name, letter in _LETTERS.items() if letter.isalpha()), key=len, reverse=True))
_LETTER = re.compile(rf"\{{\\({_ALPHABETIC})\s*\}}|\\({_ALPHABETIC})(?![A-Za-z])(?:\{{\}}|\s+(?=\S))?")
_STYLING = re.compile(r"\\(?:text(?:bf|it|sc|tt|rm|sf|sl|up|normal)|emph|mbox|url|uppercase)(?=\s*\{)")
_ESCAPED = re.compile(r"\\([&%$#_{}\-/ ])")
_KEPT = {"{": "\ue000", "}": "\ue001", "-": "", "/": ""}


def to_unicode(text: str) -> str:
    """Return `text` without TeX, except for mathematics; what it does not know stays readable as it is."""
    if "\\" not in text and "{" not in text and "-" not in text and "`" not in text and "'" not in text:
        return text.replace("~", " ")
    return "".join(part if part.startswith("$") else _plain(part) for part in _MATH.split(text))


def accents(text: str) -> str:
    """Return `text` with TeX's accents and letters as Unicode; all else stays, a `~` or `--` of plain prose too."""
    if "\\" not in text:
        return text
    return "".join(part if part.startswith("$") else _accents(part) for part in _MATH.split(text))


def _accents(text: str) -> str:
    text = _BRACED.sub(lambda found: _ACCENT.sub(_accented, found[1]), text)
    text = _ACCENT.sub(_accented, text)
    text = _LETTER.sub(lambda found: _LETTERS[found[1] or found[2]], text)
    return unicodedata.normalize("NFC", text)


def _plain(text: str) -> str:
    text = _ACCENT.sub(_accented, text)
    text = _STYLING.sub("", text)
    text = _COMMAND.sub(lambda found: _LETTERS[found[1]], text)
    text = re.sub(r"(?<!\\)~", " ", text)
    text = _ESCAPED.sub(lambda found: _KEPT.get(found[1], found[1]), text)
    text = text.replace("{", "").replace("}", "").replace("\ue000", "{").replace("\ue001", "}")
    text = text.replace("---", "—").replace("--", "–").replace("``", "“").replace("''", "”")
    return unicodedata.normalize("NFC", text)


def _accented(found: re.Match[str]) -> str:
    letter = found["braced"] or found["dotless"] or found["bare"]
    return unicodedata.normalize("NFC", letter + _COMBINING[found["mark"] or found["word"]])

"""Which words a text is made of, for training and for serving alike.

Change nothing here without training the table again: its rows were learned for exactly these words.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST_TEXT: Final = 20_000  # characters read: five times the longest abstract seen, and a bound on hostile input
MOST_WORDS: Final = 2_048

_ASCII_FOLD: Final = {code: " " for code in range(128) if not chr(code).isalnum()} | {
    ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
}
# Scripts written without spaces (Thai, kana, Han): each character is a word, and neighbours meet again as bigrams.
_UNSPACED: Final = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD: Final = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_ACCENT_MARKS: Final = dict.fromkeys(range(0x0300, 0x0370))
_TEX_ACCENT: Final = re.compile(r"""\{?\\(?:["'`^~=.]|[uvHcdbrk](?=[\s{]))\s?\{?(?:\\([ij])\s?|([A-Za-z]))\}{0,2}""")
_TEX_STYLE: Final = re.compile(
    r"\\(?:text|math|operatorname|emph|mbox|rm|bf|it|tt|sc|sf|left|right|big|Big|href|url|cite|label|ref|begin|end"
    r"|frac|sqrt|overline|underline|hat|tilde|bar|vec|wide|display|quad|qquad)[a-zA-Z]{0,12}"
)
_MARKUP: Final = re.compile(
    r"</?(?:jats:|mml:)?(?:a|b|bold|br|div|em|i|inline-formula|italic|math|mi|mn|mo|mrow|msub|msup|p|sc|sec|span|strong"
    r"|sub|sup|title|tt|u)(?:\s[^<>=]{1,40}=[^<>]{0,200})?/?>|&(?:[a-z]{2,8}|#\d{1,6});"
)


def words_of(text: str) -> list[str]:
    """Return the words of a text in order, folded to lower case without accents, at most `MOST_WORDS` of them.

    TeX accents are resolved, TeX style commands and markup dropped, names of TeX symbols kept ("$\\alpha$" is
    "alpha"). Time is linear in the length, of which `LONGEST_TEXT` characters are read.
    """
    text = text[:LONGEST_TEXT]
    if "<" in text or "&" in text:
        text = _MARKUP.sub(" ", text)
    if "\\" in text:
        text = _TEX_STYLE.sub(" ", _TEX_ACCENT.sub(r"\1\2", text))
    if text.isascii():
        return text.translate(_ASCII_FOLD).split()[:MOST_WORDS]
    folded = unicodedata.normalize("NFKD", text).translate(_ACCENT_MARKS)
    folded = unicodedata.normalize("NFKC", folded).casefold()
    return _WORD.findall(folded)[:MOST_WORDS]

"""What counts as the same word: folding, stop words and stems, one way for index, query, oracle and highlights.

A change here changes every index: raise `manifest.FORMAT` with it.
"""

import hashlib
import re
from collections import Counter
from functools import lru_cache
from typing import Final

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from broadsheet.papers import titles

_BETWEEN: Final = "0name0"
NAME_REACH: Final = 8  # places that the words of one name may be out of the order in which they are asked for
BETWEEN_NAMES: Final = f"{_BETWEEN} " * (NAME_REACH + 2)  # before each name: farther than that from the one before
LONGEST_TERM: Final = 64  # bytes; longer runs of letters are noise, not words
# Scripts written without spaces: each character is a word of its own, and phrases put them together again.
UNSPACED: Final = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_UNSPACED: Final = re.compile(f"[{UNSPACED}]")


def english() -> TextAnalyzer:
    """Return the analyser of titles and abstracts: stop words go, stems stay, positions are kept."""
    return _folding().filter(Filter.stopword("english")).filter(Filter.stemmer("english")).build()


def names() -> TextAnalyzer:
    """Return the analyser of authors' names: nothing but folding; the words of `BETWEEN_NAMES` only keep places."""
    return _folding().filter(Filter.custom_stopword([_BETWEEN])).build()


def spaced(text: str) -> str:
    """Return the text as the analysers want it: characters of unspaced scripts set apart, nothing unencodable."""
    if text.isascii():
        return text
    return _UNSPACED.sub(r" \g<0> ", text.encode("utf-8", "replace").decode())


def terms_at(analyser: TextAnalyzer, text: str) -> list[tuple[int, str]]:
    """Return (position, term) for each term of a short text."""
    return [(token.position, token.text) for token in analyser.pre_tokenize(spaced(text)).tokens]


def name_terms(names_analyser: TextAnalyzer, english_analyser: TextAnalyzer, text: str) -> Counter[str]:
    """Return the words of a query as names have them, unstemmed, stop words aside, with how often each is said."""
    counts = Counter(names_analyser.analyze(spaced(text)))
    return Counter({term: count for term, count in counts.items() if english_analyser.analyze(term)})


def unfinished(names_analyser: TextAnalyzer, text: str) -> tuple[list[str], str]:
    """Return the whole words of a text, folded and each once, and the one being written; "" after a space."""
    found = names_analyser.analyze(spaced(text))
    last = found.pop() if found and text[-1:].isalnum() else ""
    return list(dict.fromkeys(found)), last


def title_key(text: str) -> str:
    """Return what two spellings of one title share: a hash of its normal form; "" where nothing is left of it."""
    normal = titles.normalised(text)
    return hashlib.blake2b(normal.encode("utf-8", "replace"), digest_size=12).hexdigest() if normal else ""


@lru_cache(maxsize=20_000)
def label(value: str) -> str:
    """Return a category, source or kind of artefact as it is compared: on one line, in lower case, encodable."""
    return " ".join(value.split()).lower().encode("utf-8", "replace").decode()


class Stems:
    """Stems of single words, remembered: a page of results asks for the same few thousand again and again."""

    def __init__(self) -> None:
        analyser = english()

        @lru_cache(maxsize=50_000)
        def stems(word: str) -> tuple[str, ...]:
            return tuple(analyser.analyze(spaced(word)))

        self.of = stems


def _folding() -> TextAnalyzerBuilder:
    return (
        TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.remove_long(LONGEST_TERM))
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
    )

"""What counts as the same word: folding, stop words and stems, one way for index, query, oracle and highlights.

A change here changes every index: raise `manifest.FORMAT` with it.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from broadsheet.papers import titles

_BETWEEN: Final = "0name0"
NAME_REACH: Final = 14  # places that the words of one name may be out of the order in which they are asked for
_APART: Final = f"{_BETWEEN} " * (NAME_REACH + 2)  # before each name: farther than that from the one before
MOST_INITIALLED: Final = 5  # words of a name of which the initials count; longer ones are those of groups
LONGEST_TERM: Final = 64  # bytes; longer runs of letters are noise, not words
# Scripts written without spaces: each character is a word of its own, and phrases put them together again.
UNSPACED: Final = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_UNSPACED: Final = re.compile(f"[{UNSPACED}]")


def english() -> TextAnalyzer:
    """Return the analyser of titles and abstracts: stop words go, stems stay, positions are kept."""
    return _folding().filter(Filter.stopword("english")).filter(Filter.stemmer("english")).build()


def names() -> TextAnalyzer:
    """Return the analyser of authors' names: nothing but folding; what keeps `borne` names apart is no word."""
    return _folding().filter(Filter.custom_stopword([_BETWEEN])).build()


def spaced(text: str) -> str:
    """Return the text as the analysers want it: characters of unspaced scripts set apart, nothing unencodable."""
    if text.isascii():
        return text
    return _UNSPACED.sub(r" \g<0> ", text.encode("utf-8", "replace").decode())


def terms_at(analyser: TextAnalyzer, text: str) -> list[tuple[int, str]]:
    """Return (position, term) for each term of a short text."""
    return [(token.position, token.text) for token in analyser.pre_tokenize(spaced(text)).tokens]


def name_words(names_analyser: TextAnalyzer, name: str) -> list[str]:
    """Return what an author is known by: the words of the name, and their initials."""
    terms = list(names_analyser.analyze(spaced(name)))
    if not 2 <= len(terms) <= MOST_INITIALLED:
        return terms
    return [*terms, *(term[0] for term in terms if len(term) > 1 and term[0].isalpha())]


def borne(names_analyser: TextAnalyzer, authors: Iterable[str]) -> list[str]:
    """Return the authors' names as they are indexed: each as a text of its own, out of reach of the others."""
    return [_APART + " ".join(name_words(names_analyser, name)) for name in authors]


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

"""Sets what people wrote: titles, abstracts and names become markup with mathematics, decks and highlights.

Reading TeX is `tex`'s matter; which text stands where, the templates'.
Whatever comes in is hostile: only markup made here leaves unescaped.
"""

import re
import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import unescape

from markupsafe import Markup, escape

from broadsheet.web.mathml import Untranslatable, mathml
from broadsheet.web.tex import Run, runs

Marks = Sequence[tuple[int, int]]

_DECK = re.compile(r":\s+(?=\S)")
_PARAGRAPH = re.compile(r"\n\s*\n|\n(?=[ \t]{2,}\S)")
_BETWEEN = " -‐–\u00a0\n"
WIDE = 32  # characters of LaTeX from which a formula may be wider than a telephone
_REACHED = Markup('<math tabindex="0"')
_TAG = re.compile(r"<[^>]*>")
_OPEN, _CLOSE = Markup("<mark>"), Markup("</mark>")
_DECK_OPEN = Markup('<span class="deck">')
_HIDDEN_COLON = Markup('<span class="vh">:</span> ')


class Typesetter:
    """Sets texts; what was set before is kept, since the same titles stand on page after page."""

    def __init__(self, kept: int = 4096) -> None:
        self._runs = lru_cache(kept)(runs)
        self._formula = lru_cache(kept)(_formula)
        self._plain_title = lru_cache(kept)(self._title)

    def title(self, text: str, marks: Marks = (), *, deck_below: bool = False) -> Markup:
        """Set a title; what follows its first colon is its deck, and where that stands below, the colon is unseen."""
        return self._title(text, marks, deck_below) if marks else self._plain_title(text, (), deck_below)

    def line(self, text: str, marks: Marks = (), limit: int | None = None) -> Markup:
        """Set running text as one paragraph, cut after about `limit` characters at a word."""
        pieces, cut = self._pieces(text, marks, limit)
        return _joined(pieces) + ("…" if cut else "")

    def part(self, text: str, span: tuple[int, int], marks: Marks = ()) -> Markup:
        """Set a part of running text."""
        start, end = span
        within = [(max(first, start) - start, min(last, end) - start) for first, last in marks if first < end]
        return self.line(text[start:end], [(first, last) for first, last in within if last > first])

    def paragraphs(self, text: str) -> list[Markup]:
        """Set running text as the paragraphs that its author made."""
        return [self.line(part) for part in _PARAGRAPH.split(text) if part.strip()]

    def plain(self, text: str) -> str:
        """Return the text without any markup, for page titles and labels; it is not escaped."""
        said = "".join(
            unescape(_TAG.sub("", self._formula(run.text))) if run.kind == "math" else run.text
            for run in self._runs(text)
            if run.kind in ("text", "math")
        )
        return " ".join(said.split())

    def formula(self, latex: str, *, block: bool = False) -> Markup:
        """Set LaTeX of our own."""
        return mathml(latex, block=block)

    def _title(self, text: str, marks: Marks, deck_below: bool) -> Markup:
        pieces, _ = self._pieces(text, marks, None)
        pieces = [(one.replace(_REACHED, "<math") if isinstance(one, Markup) else one, held) for one, held in pieces]
        depth = 0
        for n, (piece, marked) in enumerate(pieces):
            if isinstance(piece, Markup):
                depth += 0 if piece.startswith("<math") else -1 if piece.startswith("</") else piece.startswith("<")
                continue
            found = _DECK.search(piece) if depth == 0 else None  # a colon inside an element would tear it apart
            if found and (found.end() < len(piece) or n + 1 < len(pieces)):
                head = [*pieces[:n], (piece[: found.start()], marked)]
                deck = [(piece[found.end() :], marked), *pieces[n + 1 :]]
                colon = _HIDDEN_COLON if deck_below else ": "
                return _joined(head) + colon + _DECK_OPEN + _joined(deck) + Markup("</span>")
        return _joined(pieces)

    def _pieces(self, text: str, marks: Marks, limit: int | None) -> tuple[list[tuple[str, bool]], bool]:
        """Return the text's parts in order, each with whether it is marked; and whether something was cut off."""
        spans = _merged(marks, text)
        pieces: list[tuple[str, bool]] = []
        opened: list[str] = []
        left = limit if limit is not None else sys.maxsize
        for run in self._runs(text):
            if left <= 0:
                pieces.extend((Markup(f"</{name}>"), False) for name in reversed(opened))  # noqa: S704 - our own names
                return pieces, True
            if run.kind in ("open", "close"):
                slash = "/" if run.kind == "close" else ""
                opened.append(run.text) if run.kind == "open" else opened.pop()
                pieces.append((Markup(f"<{slash}{run.text}>"), False))  # noqa: S704 - a name from tex's own table
            elif run.kind == "math":
                pieces.append((self._formula(run.text), _touches(spans, run)))
                left -= 8
            else:
                shown = _shortened(run, left)
                left -= len(shown.text) if shown is run else left
                pieces.extend(_split(shown, spans))
        return pieces, limit is not None and left <= 0 and len(text) > limit


def _formula(latex: str) -> Markup:
    try:
        made = mathml(latex)
        # What may be wider than a telephone is scrolled within its line: with keys as well.
        return made.replace("<math", _REACHED, 1) if len(latex) >= WIDE else made
    except Untranslatable:
        return Markup("<code>{}</code>").format(latex)


def _shortened(run: Run, left: int) -> Run:
    if not run.verbatim or len(run.text) <= left:
        return run
    kept = run.text[:left].rsplit(None, 1)[0] if " " in run.text[:left].strip() else run.text[:left]
    kept = kept.rstrip(" ,;:.(")
    return Run("text", kept, run.start, run.start + len(kept), verbatim=True)


def _merged(marks: Marks, text: str) -> list[tuple[int, int]]:
    """Join highlights that overlap, touch, or have only a space or a hyphen between them."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted((max(start, 0), min(end, len(text))) for start, end in marks):
        if merged and start < end and not text[merged[-1][1] : start].strip(_BETWEEN):
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif end > start:
            merged.append((start, end))
    return merged


def _touches(spans: list[tuple[int, int]], run: Run) -> bool:
    at = bisect_right(spans, (run.end - 1, 1 << 62))
    return at > 0 and spans[at - 1][1] > run.start


def _split(run: Run, spans: list[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    """Cut a run of words where highlights begin and end."""
    if not spans or not run.verbatim:
        yield run.text, bool(spans) and _touches(spans, run)
        return
    place = run.start
    for start, end in spans:
        if end <= place or start >= run.end:
            continue
        if start > place:
            yield run.text[place - run.start : start - run.start], False
        yield run.text[max(start, place) - run.start : min(end, run.end) - run.start], True
        place = min(end, run.end)
    if place < run.end:
        yield run.text[place - run.start :], False


def _joined(pieces: Sequence[tuple[str, bool]]) -> Markup:
    """Join parts, escaping what is not markup yet; neighbouring marked parts share one `mark`."""
    out: list[str] = []
    open_ = False
    for piece, marked in pieces:
        if marked != open_:
            out.append(_OPEN if marked else _CLOSE)
            open_ = marked
        out.append(escape(piece))
    if open_:
        out.append(_CLOSE)
    return Markup("").join(out)

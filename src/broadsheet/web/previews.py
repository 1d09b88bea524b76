"""The picture that stands beside a link to a page elsewhere: drawn here, in the paper's own type, and kept by content.

What is said beside it, `sharing` decides. Pillow is loaded here alone, with the first picture.
A text that the fonts cannot set is left out, or said otherwise: never an empty box, nor a word that lacks a letter.
"""

import hashlib
import io
import threading
import unicodedata
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

WIDTH, HEIGHT = 1200, 630
MOST_BYTES = 16 * 1024 * 1024
_MARGIN = 72
_PAPER, _INK, _SOFT, _RED = "#fbfbf8", "#15171a", "#5b5f66", "#b0241c"
_TITLE_SIZES = (76, 64, 54, 46, 40)
_MOST_LINES = 5
_TITLE_ROOM = HEIGHT - 290
_COLOURS = 64
_BETWEEN = " · "  # the parts of the line below: each is set or left out
_SPARED = (
    "P",
    "So",
    "C",
    "Z",
)  # kinds of characters that a text can do without: no letters, numbers, signs of formulas
_STYLE = "2"  # part of each picture's name: another look has others


@dataclass(frozen=True, slots=True)
class Card:
    """What a picture says: the paper's name above, a title, a line below it, and where it stands in red.

    `otherwise` is set where the fonts cannot set the title.
    """

    name: str
    title: str
    below: str = ""
    mark: str = ""
    otherwise: str = ""

    @property
    def digest(self) -> str:
        """Name it by what it says, so that it may be kept for ever."""
        said = "\0".join((_STYLE, self.name, self.title, self.below, self.mark, self.otherwise))
        return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:16]


def site_card(name: str, tagline: str) -> Card:
    """Return the card of the site as a whole, for pages that have none of their own."""
    return Card(name, tagline)


class Previews:
    """Draws cards, and keeps the last ones; safe to share between threads."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def png(self, card: Card) -> bytes:
        """Return the picture."""
        with self._lock:  # one is drawn at a time: a crowd that follows one link must not fill every core
            found = self._kept.get(card.digest)
            if found is None:
                found = self._drawn(card)
                self._keep(card.digest, found)
            self._kept.move_to_end(card.digest)
            return found

    def _keep(self, digest: str, picture: bytes) -> None:
        self._kept[digest] = picture
        self._bytes += len(picture)
        while self._bytes > self._most and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= len(oldest)

    def _drawn(self, card: Card) -> bytes:
        from PIL import Image, ImageDraw

        picture = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
        pen = ImageDraw.Draw(picture)
        right = WIDTH - _MARGIN
        head, mark, foot = self._serif.face(44), self._sans.face(28), self._sans.face(30)
        head.draw(pen, (_MARGIN, 52), _shown(self._serif.covered(card.name), head, right - _MARGIN - 260), _INK)
        said = self._sans.covered(card.mark)
        mark.draw(pen, (right - mark.length(said), 66), said, _RED)
        for top in (122, 128):
            pen.line((_MARGIN, top, right, top), _INK, 2)
        self._title(pen, self._serif.covered(card.title) or self._serif.covered(card.otherwise))
        below = _BETWEEN.join(filter(None, map(self._sans.covered, card.below.split(_BETWEEN))))
        foot.draw(pen, (_MARGIN, HEIGHT - 96), _shown(below, foot, right - _MARGIN), _SOFT)
        out = io.BytesIO()
        picture.quantize(_COLOURS, Image.Quantize.FASTOCTREE).save(out, "PNG", optimize=True)
        return out.getvalue()

    def _title(self, pen: "ImageDraw", title: str) -> None:
        """Set the title as large as it fits; what does not fit in the smallest size is cut at a word."""
        for size in _TITLE_SIZES:
            face, lead = self._serif.face(size), round(size * 1.16)
            most = min(_MOST_LINES, _TITLE_ROOM // lead)
            lines = _lines(title, face, WIDTH - 2 * _MARGIN, most)
            if len(lines) <= most:
                break
        if len(lines) > most:
            lines = [*lines[: most - 1], _shown(" ".join(lines[most - 1 :]), face, WIDTH - 2 * _MARGIN)]
        for n, line in enumerate(lines):
            face.draw(pen, (_MARGIN, 164 + n * lead), line, _INK)

    @cached_property
    def _serif(self) -> "_Font":
        return _Font("newsreader-display", "libre-franklin-ext")

    @cached_property
    def _sans(self) -> "_Font":
        return _Font("libre-franklin", "libre-franklin-ext")


class _Font:
    """Fonts of the site, in any size: what the first lacks, those after it set, as in a browser."""

    def __init__(self, *names: str) -> None:
        there = files("broadsheet.web") / "static" / "fonts"
        self._bytes = [(there / f"{name}.woff2").read_bytes() for name in names]
        self._faces: dict[int, _Face] = {}
        self._missing = [bytes(one.getmask("\uffff")) for one in self.face(32).faces]
        self._places: dict[str, int | None] = {" ": 0}

    def face(self, size: int) -> "_Face":
        from PIL import ImageFont

        if size not in self._faces:
            basic = ImageFont.Layout.BASIC  # the other layout engine is not everywhere
            made = tuple(ImageFont.truetype(io.BytesIO(one), size, layout_engine=basic) for one in self._bytes)
            self._faces[size] = _Face(made, self._place)
        return self._faces[size]

    def covered(self, text: str) -> str:
        """Return a text as it can be set: without marks that it can do without, or empty where more is missing."""
        kept = []
        for character in unicodedata.normalize("NFC", text):
            if self._place(character) is not None:
                kept.append(character)
            elif not unicodedata.category(character).startswith(_SPARED):
                return ""
            elif character.isspace():
                kept.append(" ")
        return " ".join("".join(kept).split())

    def _place(self, character: str) -> int | None:
        """Return which of the fonts sets a character, None where none does."""
        if character not in self._places:
            if len(self._places) > 5_000:
                self._places = {" ": 0}
            self._places[character] = self._found(character) if character.isprintable() else None
        return self._places[character]

    def _found(self, character: str) -> int | None:
        faces = enumerate(self.face(32).faces)
        return next((n for n, face in faces if bytes(face.getmask(character)) != self._missing[n]), None)


class _Face:
    """Fonts in one size; what is set must be covered by them."""

    def __init__(self, faces: tuple["FreeTypeFont", ...], place: Callable[[str], int | None]) -> None:
        self.faces = faces
        self._place = place
        self._ascent = faces[0].getmetrics()[0]

    def length(self, text: str) -> float:
        return sum(face.getlength(run) for face, run in self._runs(text))

    def draw(self, pen: "ImageDraw", at: tuple[float, float], text: str, ink: str) -> None:
        """Set a text whose first line has its top and left edge at a point; all fonts stand on one line."""
        left, top = at
        for face, run in self._runs(text):
            pen.text((left, top + self._ascent), run, ink, face, anchor="ls")
            left += face.getlength(run)

    def _runs(self, text: str) -> Iterator[tuple["FreeTypeFont", str]]:
        for place, run in groupby(text, key=lambda character: self._place(character) or 0):
            yield self.faces[place], "".join(run)


def _lines(text: str, face: _Face, room: float, most: int) -> list[str]:
    """Break a text into lines; where there are more than `most`, one more holds all that is left."""
    words, lines = text.split(), list[str]()
    for n, word in enumerate(words):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and face.length(longer) <= room:
            lines[-1] = longer
        elif len(lines) < most:
            lines.append(_shown(word, face, room))
        else:
            return [*lines, " ".join(words[n:])]
    return lines


def _shown(text: str, face: _Face, room: float) -> str:
    """Cut a text to one line."""
    if face.length(text[:400]) <= room and len(text) <= 400:
        return text
    most = text[:400]
    fits = bisect_right(range(len(most) + 1), room, key=lambda count: face.length(most[:count] + "…")) - 1
    shown = most[: max(fits, 0)]
    if not text[len(shown) :].startswith(" ") and " " in shown.strip():
        shown = shown[: shown.rfind(" ")]  # no word is cut in two that is not the only one
    return shown.rstrip(" ,;:.") + "…"

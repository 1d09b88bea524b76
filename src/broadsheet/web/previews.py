"""The picture that stands beside a link to a page elsewhere: drawn here, in the paper's own type, and kept by content.

What is said beside it, `sharing` decides. Pillow is loaded here alone, with the first picture.
A character that the fonts lack is left out: a picture of empty boxes would say less.
"""

import hashlib
import io
import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
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
_STYLE = "1"  # part of each picture's name: another look has others


@dataclass(frozen=True, slots=True)
class Card:
    """What a picture says: the paper's name above, a title, a line below it, and where it stands in red.

    `otherwise` is set where the fonts lack most of the title.
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
        name = _shown(card.name, self._serif.face(44), right - _MARGIN - 260)
        pen.text((_MARGIN, 52), name, _INK, self._serif.face(44))
        mark = self._sans.covered(card.mark)
        pen.text((right, 66), mark, _RED, self._sans.face(28), anchor="ra")
        for top in (122, 128):
            pen.line((_MARGIN, top, right, top), _INK, 2)
        self._title(pen, self._serif.covered(card.title) or self._serif.covered(card.otherwise))
        below = _shown(self._sans.covered(card.below), self._sans.face(30), right - _MARGIN)
        pen.text((_MARGIN, HEIGHT - 96), below, _SOFT, self._sans.face(30))
        out = io.BytesIO()
        picture.quantize(_COLOURS, Image.Quantize.FASTOCTREE).save(out, "PNG", optimize=True)
        return out.getvalue()

    def _title(self, pen: "ImageDraw", title: str) -> None:
        """Set the title as large as it fits; what does not fit in the smallest size is cut at a word."""
        for size in _TITLE_SIZES:
            face, lead = self._serif.face(size), round(size * 1.16)
            lines = _lines(title, face, WIDTH - 2 * _MARGIN)
            most = min(_MOST_LINES, _TITLE_ROOM // lead)
            if len(lines) <= most:
                break
        if len(lines) > most:
            lines = [*lines[: most - 1], _shown(" ".join(lines[most - 1 :]), face, WIDTH - 2 * _MARGIN)]
        for n, line in enumerate(lines):
            pen.text((_MARGIN, 164 + n * lead), line, _INK, face)

    @cached_property
    def _serif(self) -> "_Font":
        return _Font("newsreader-display")

    @cached_property
    def _sans(self) -> "_Font":
        return _Font("libre-franklin")


class _Font:
    """One of the site's fonts, in any size."""

    def __init__(self, name: str) -> None:
        self._bytes = (files("broadsheet.web") / "static" / "fonts" / f"{name}.woff2").read_bytes()
        self._faces: dict[int, FreeTypeFont] = {}
        self._missing = bytes(self.face(32).getmask("\uffff"))
        self._has: dict[str, bool] = {" ": True}

    def face(self, size: int) -> "FreeTypeFont":
        from PIL import ImageFont

        if size not in self._faces:
            basic = ImageFont.Layout.BASIC  # the other layout engine is not everywhere
            self._faces[size] = ImageFont.truetype(io.BytesIO(self._bytes), size, layout_engine=basic)
        return self._faces[size]

    def covered(self, text: str) -> str:
        """Return a text without the characters that the font lacks; empty where that would leave little of it."""
        kept = "".join(character for character in text if self._holds(character))
        said = sum(not character.isspace() for character in text)
        left = sum(not character.isspace() for character in kept)
        return " ".join(kept.split()) if 2 * left >= said else ""

    def _holds(self, character: str) -> bool:
        if character not in self._has:
            mask = bytes(self.face(32).getmask(character)) if character.isprintable() else self._missing
            if len(self._has) > 5_000:
                self._has = {" ": True}
            self._has[character] = mask != self._missing
        return self._has[character]


def _lines(text: str, face: "FreeTypeFont", room: float) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and face.getlength(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(_shown(word, face, room))
    return lines


def _shown(text: str, face: "FreeTypeFont", room: float) -> str:
    """Cut a text to one line."""
    if face.getlength(text[:400]) <= room and len(text) <= 400:
        return text
    shown = text[:400]
    while shown and face.getlength(shown + "…") > room:
        shown = shown[: shown.rfind(" ")] if " " in shown.strip() else shown[:-1]
    return shown.rstrip(" ,;:.") + "…"

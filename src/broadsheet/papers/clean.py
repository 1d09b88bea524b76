"""Cleans what a source wrote: broken encodings, control and bidi characters, runs of spaces, texts without end.

Markup and TeX are left as they are: they are the authors' text, and whoever shows it escapes it.
What passes here holds no character that a database, an XML document or a terminal would choke on.
"""

import hashlib
import math
import re
from dataclasses import replace
from functools import lru_cache

import ftfy

from broadsheet.papers.identifiers import LONGEST_VALUE, Identifier
from broadsheet.papers.paper import Artefact
from broadsheet.papers.records import Signal, SourceRecord

LONGEST_TITLE = 2_000
LONGEST_ABSTRACT = 100_000
LONGEST_NAME = 300
LONGEST_URL = 2_048
LONGEST_KEY = 255
LONGEST_LICENCE = 200
MOST_LINKS = 200
CUT = " […]"
UNTITLED = "Untitled"

# C0 and C1 controls, bidi overrides and isolates, zero-width marks, lone surrogates, non-characters.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
# What ftfy could mend: UTF-8 that was read as Latin-1 or Windows-1252 (a lead byte, then a continuation byte), and
# ligatures. Everything else is left alone, because asking it costs more than all the rest.
_SUSPECT = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]|[\ufb00-\ufb06]"
)


def text(raw: str, longest: int = LONGEST_ABSTRACT) -> str:
    """Return `raw` cleaned, on one line, at most `longest` characters; what is cut off leaves a mark."""
    if raw.isprintable() and "  " not in raw and len(raw) <= longest and (raw.isascii() or not _SUSPECT.search(raw)):
        return raw.strip(" ")  # what most texts are: nothing to do
    if len(raw) > longest:
        raw = raw[: longest - len(CUT)] + CUT
    if not raw.isascii() and _SUSPECT.search(raw):
        raw = ftfy.fix_text(raw, uncurl_quotes=False, normalization="NFC")[:longest]
    if not raw.isprintable():
        raw = _FORBIDDEN.sub(" ", raw)
    return " ".join(raw.split())


def title(raw: str) -> str:
    """Return a title cleaned."""
    return text(raw, LONGEST_TITLE)


def name(raw: str) -> str:
    """Return a person's name cleaned."""
    return _short(raw) if len(raw) <= LONGEST_NAME else text(raw, LONGEST_NAME)


@lru_cache(maxsize=1 << 15)  # people and categories come again and again
def _short(raw: str) -> str:
    return text(raw, LONGEST_NAME)


def record(raw: SourceRecord) -> SourceRecord:
    """Return `raw` with nothing in it that cannot be kept; its payload stays verbatim."""
    return SourceRecord(
        source=name(raw.source)[:32],
        key=_key(raw.key),
        title=title(raw.title) or UNTITLED,
        abstract=text(raw.abstract),
        authors=tuple(filter(None, map(name, raw.authors))),
        published=raw.published,
        date_precision=raw.date_precision,
        identifiers=tuple(dict.fromkeys(filter(_is_sound, raw.identifiers))),
        categories=tuple(dict.fromkeys(filter(None, map(name, raw.categories)))),
        links=tuple(dict.fromkeys(filter(_is_address, raw.links)))[:MOST_LINKS],
        artefacts=tuple(_artefact(one) for one in raw.artefacts if _is_address(one.url)) if raw.artefacts else (),
        versions=tuple({(one.identifier, one.number): one for one in raw.versions}.values()) if raw.versions else (),
        signals=tuple(filter(_is_told, raw.signals)) if raw.signals else (),
        venue=title(raw.venue) if raw.venue else "",
        comments=title(raw.comments) if raw.comments else "",
        licence=name(raw.licence)[:LONGEST_LICENCE] if raw.licence else "",
        withdrawn=raw.withdrawn,
        summary=raw.summary,
        payload=raw.payload,
    )


def _key(raw: str) -> str:
    """Return a source's own key; one that cannot be kept as it stands still differs from every other."""
    if len(raw) <= LONGEST_KEY and raw.isprintable():
        return raw
    return f"sha256:{hashlib.sha256(raw.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _is_sound(identifier: Identifier) -> bool:
    return 0 < len(identifier.value) <= LONGEST_VALUE and identifier.value.isprintable()


def _is_address(url: str) -> bool:
    return 0 < len(url) <= LONGEST_URL and url.isprintable()


def _artefact(told: Artefact) -> Artefact:
    return replace(told, licence=name(told.licence)[:64] or None) if told.licence else told


def _is_told(signal: Signal) -> bool:
    return math.isfinite(signal.value) and 0 < len(signal.kind) <= 32

"""Cleans what a source wrote: broken encodings, control and bidi characters, runs of spaces, texts without end.

Markup and TeX are left as they are: they are the authors' text, and whoever shows it escapes it.
What passes here holds no character that a database, an XML document or a terminal would choke on.
"""

import re

import ftfy

LONGEST_TITLE = 2_000
LONGEST_ABSTRACT = 100_000
LONGEST_NAME = 300
CUT = " […]"

# C0 and C1 controls, bidi overrides and isolates, zero-width marks, lone surrogates, non-characters.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_SPACE = re.compile(r"\s+")
# What ftfy could mend: everything else is left alone, because asking it costs more than all the rest.
_SUSPECT = re.compile("[\u00c2\u00c3\u00e2\u00e3\u0192\u2122\ufb00-\ufb06\ufffd]")


def text(raw: str, longest: int = LONGEST_ABSTRACT) -> str:
    """Return `raw` cleaned, on one line, at most `longest` characters; what is cut off leaves a mark."""
    if len(raw) > longest:
        raw = raw[: longest - len(CUT)] + CUT
    if not raw.isascii():
        if _SUSPECT.search(raw):
            raw = ftfy.fix_text(raw, uncurl_quotes=False, normalization="NFC")
        raw = _FORBIDDEN.sub(" ", raw)
    elif not raw.isprintable():
        raw = _FORBIDDEN.sub(" ", raw)
    return _SPACE.sub(" ", raw).strip()


def title(raw: str) -> str:
    """Return a title cleaned."""
    return text(raw, LONGEST_TITLE)


def name(raw: str) -> str:
    """Return a person's name cleaned."""
    return text(raw, LONGEST_NAME)


def storable(raw: str) -> str:
    """Return `raw` without what PostgreSQL cannot keep in a text; everything else stays verbatim."""
    return raw.replace("\x00", "\ufffd") if "\x00" in raw else raw

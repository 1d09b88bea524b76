"""Turns LaTeX into MathML that is safe to print: known elements and attributes only, all text escaped.

Finding mathematics in prose is `tex`'s matter.
The converter's own serialiser unescapes what it prints, so its tree is written out here and never its text.
"""

import re
from html import unescape
from typing import Any

from latex2mathml.converter import Converter
from markupsafe import Markup, escape

LONGEST = 1000  # characters of LaTeX
MOST_NODES = 1500
_DEEPEST = 30
_FORBIDDEN = re.compile(
    r"\\(?:[a-z]*def|let|(?:re)?newcommand|providecommand|DeclareMathOperator|input|include|href)\b"
)
_ELEMENTS = frozenset(
    {
        "math", "maction", "menclose", "merror", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded",
        "mphantom", "mprescripts", "mroot", "mrow", "ms", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup",
        "mtable", "mtd", "mtext", "mtr", "munder", "munderover", "none",
    }
)  # fmt: skip
_ATTRIBUTES = frozenset(
    {
        "accent", "accentunder", "columnalign", "columnspacing", "depth", "display", "displaystyle", "fence", "form",
        "height", "largeop", "linethickness", "lspace", "mathvariant", "maxsize", "minsize", "movablelimits",
        "notation", "rowspacing", "rspace", "scriptlevel", "separator", "stretchy", "symmetric", "width",
    }
)  # fmt: skip
_VALUE = re.compile(r"[A-Za-z0-9 .%#+-]{0,60}")
_COMMON = re.compile(
    r"\\(?:xspace|displaystyle|textstyle|nolimits|limits|allowbreak|nobreak)\b|\\(?:bm|boldsymbol)(?=\s*\{)"
)


class Untranslatable(Exception):  # noqa: N818 - no fault of the program: the caller shows the source instead
    """This LaTeX cannot be shown as MathML."""


def mathml(latex: str, *, block: bool = False) -> Markup:
    """Return `latex` as a `math` element; raises `Untranslatable` for what is too long, too deep or unknown."""
    if len(latex) > LONGEST or _FORBIDDEN.search(latex) or _depth(latex) > _DEEPEST:
        raise Untranslatable(latex[:60])
    try:
        tree = Converter(display="block" if block else "inline").convert_to_element(_common(latex))
    except Exception as error:
        raise Untranslatable(latex[:60]) from error
    if sum(1 for _ in tree.iter()) > MOST_NODES:
        raise Untranslatable(latex[:60])
    return Markup(_written(tree))  # noqa: S704 - every text and attribute in it is escaped or checked below


def _common(latex: str) -> str:
    """Say in plain LaTeX what authors' packages say otherwise."""
    return _COMMON.sub("", latex).replace(r"\operatorname*", r"\operatorname").replace(r"\mbox", r"\text").strip()


def _depth(latex: str) -> int:
    deepest = depth = 0
    for character in latex:
        depth += (character == "{") - (character == "}")
        deepest = max(deepest, depth)
    return deepest


def _written(node: Any) -> str:
    if node.tag not in _ELEMENTS:
        raise Untranslatable(str(node.tag))
    attributes = "".join(
        f' {name}="{value}"' for name, value in node.attrib.items() if name in _ATTRIBUTES and _VALUE.fullmatch(value)
    )
    text = unescape(node.text or "")
    if "\\" in text and node.tag != "mtext" and text != "\\":
        raise Untranslatable(text)  # a command that the converter does not know comes back as its own name
    inner = str(escape(text)) + "".join(_written(child) + str(escape(unescape(child.tail or ""))) for child in node)
    return f"<{node.tag}{attributes}>{inner}</{node.tag}>"

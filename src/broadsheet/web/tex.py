r"""Reads titles and abstracts as their authors typed them: prose with TeX in it, cut into runs that a page can set.

How a run looks is `typesetter`'s matter, what mathematics becomes is `mathml`'s.
Every run knows where it stands in the source, so that highlights given in characters of the source still fit.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from broadsheet.sources.latex import to_unicode

MATH_LONGEST = 400  # characters; longer is an unclosed dollar rather than a formula

_STYLES: Mapping[str, str] = MappingProxyType(
    {
        "textit": "em",
        "emph": "em",
        "textsl": "em",
        "textbf": "b",
        "texttt": "code",
        "textsuperscript": "sup",
        "textsubscript": "sub",
        "em": "em",
        "it": "em",
        "sl": "em",
        "bf": "b",
        "tt": "code",
        **dict.fromkeys(
            ("textsc", "textrm", "textsf", "textup", "textnormal", "text", "mbox", "mathrm", "underline", "url"), ""
        ),
        **dict.fromkeys(("ensuremath", "uppercase", "footnote", "rm", "sc", "sf"), ""),
    }
)
_SYMBOLS: Mapping[str, str] = MappingProxyType(
    {
        "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε", "zeta": "ζ",
        "eta": "η", "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ",
        "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "ϕ", "varphi": "φ", "chi": "χ",
        "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π",
        "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
        "times": "×", "pm": "±", "mp": "∓", "sim": "∼", "approx": "≈", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥",
        "rightarrow": "→", "to": "→", "leftarrow": "←", "infty": "∞", "ell": "ℓ", "cdot": "·", "deg": "°",
        "LaTeX": "LaTeX", "TeX": "TeX", "xspace": "", "noindent": "", "newline": " ", "par": " ", "quad": " ",
        "textgreater": ">", "textless": "<", "textunderscore": "_", "ie": "i.e.", "eg": "e.g.",
        "textquotedblleft": "“", "textquotedblright": "”", "textasciitilde": "~", "textbar": "|",
    }
)  # fmt: skip

# Control characters, lone surrogates, and what turns the direction of a whole line around.
_UNSEEN = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
# What stands between two formulas: a dollar that opens none would otherwise set all text up to the next as one.
_PROSE = r"[).,;:]+[\s.,;]|[^$\\]{0,80}\b[a-z]{2,}\s+[a-z]{2,}\s+[a-z]{2,}\b"
_TOKEN = re.compile(
    # Looking first whether a token can begin at all leaves out what each letter would be compared with in vain.
    r"""
    (?=[$\\{}^`'~-]|UNSEEN)(?:
    \$\$(?P<dollars>[^$]{1,LONGEST})\$\$
  | \\\[(?P<bracket>.{1,LONGEST}?)\\\]
  | \\\((?P<paren>.{1,LONGEST}?)\\\)
  | (?<!\\)\$(?P<sign>\\[A-Za-z]{2,20})\$(?=\d)
  | (?<!\\)\$[ ]+(?P<loose>(?=[^$\\^_<>=]{0,20}[\\^_<>=])(?!PROSE)(?:[^$\\]|\\.){1,80}?)[ ]*\$(?!\d)
  | (?<!\\)\$(?=\S)(?P<dollar>(?!PROSE)(?:[^$\\]|\\.){1,LONGEST}?)(?<!\s)\$(?!\d)
  | \\href\s*\{[^{}]{0,LONGEST}\}\s*(?P<link>\{)
  | \\(?P<dropped>[cC]ite[a-z]*|ref|eqref|label|thanks)\*?\s*(?:\[[^\]]{0,LONGEST}\])?\{[^{}]{0,LONGEST}\}
  | (?P<accent>\\(?:[`'^~=."]\s*|[uvHdckbrt](?:\s+|(?=\{)))(?:\{\s*\\?[^\W\d_]\s*\}|\\?[^\W\d_]))
  | \\(?P<styled>[a-z]+)\s*\{
  | \{\\(?P<switched>em|it|sl|bf|tt|rm|sc|sf)(?![A-Za-z])\s*
  | (?P<command>\\[A-Za-z]+)(?:\{\}|[ ](?=\S))?
  | \\(?P<escaped>[&%$#_{}~\- /])
  | (?P<line>\\\\)
  | (?<=[\w)])\^(?P<power>-?\d{1,3}(?!\w)|\{[\w+-]{1,10}\})
  | (?P<brace>[{}])
  | (?P<dash>(?<!-)---(?!-)|(?<=\s)--(?=\s)|(?<=[^\s-])--(?=[^\s-]))
  | (?P<quote>``|'')
  | (?P<tie>(?<=[\w.,)\]}$])~(?=[\w\\$(]))
  | (?P<unseen>UNSEEN)
    )
    """.replace("LONGEST", str(MATH_LONGEST))
    .replace("PROSE", _PROSE)
    .replace("UNSEEN", _UNSEEN),
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of source from `start` to `end`: words, a formula, or the edge of an element.

    `text` is what stands there to be read; for `math` its LaTeX, for `open` and `close` the element's name or nothing.
    A `verbatim` run has one character for each of the source's, and can be cut anywhere.
    """

    kind: Literal["text", "math", "open", "close"]
    text: str
    start: int
    end: int
    verbatim: bool = False


def runs(source: str) -> tuple[Run, ...]:
    """Cut `source` into runs; whatever it cannot read stays as it was typed, and elements always nest."""
    found: list[Run] = []
    opened: list[str | None] = []  # for each open brace the element that it opened; None where the brace is a brace
    place = 0
    for token in _TOKEN.finditer(source):
        if token.start() > place:
            found.append(Run("text", source[place : token.start()], place, token.start(), verbatim=True))
        found.extend(_read(token, opened, source))
        place = token.end()
    if place < len(source):
        found.append(Run("text", source[place:], place, len(source), verbatim=True))
    found.extend(Run("close", name, len(source), len(source)) for name in reversed(opened) if name)
    return tuple(found)


def _read(token: re.Match[str], opened: list[str | None], source: str) -> Iterator[Run]:
    kind, value, start, end = token.lastgroup, token[token.lastgroup or 0], token.start(), token.end()
    if kind in ("dollars", "bracket", "paren", "sign", "loose", "dollar"):
        yield Run("math", re.sub(_UNSEEN, "", value), start, end)
    elif kind in ("styled", "switched", "link"):
        name = "" if kind == "link" else _STYLES.get(value)
        opened.append(name)
        if name is None:
            yield Run("text", token[0], start, end)
        elif name:
            yield Run("open", name, start, end)
    elif kind == "power":
        yield Run("open", "sup", start, start + 1)
        yield Run("text", value.strip("{}").replace("-", "−"), start + 1, end)
        yield Run("close", "sup", end, end)
    elif kind == "brace":
        yield from _brace(value, opened, start, end)
    else:
        yield Run("text", _words(kind or "", value, source), start, end)


def _brace(value: str, opened: list[str | None], start: int, end: int) -> Iterator[Run]:
    if value == "{":
        opened.append(None)
    elif opened:
        name = opened.pop()
        if name is not None:
            if name:
                yield Run("close", name, start, end)
            return
    yield Run("text", value, start, end)


def _words(kind: str, value: str, source: str) -> str:
    if kind == "command":
        return _SYMBOLS.get(value[1:], to_unicode(value))
    if kind == "accent":
        return to_unicode(value)
    if kind == "quote":
        return value if "``" not in source else "“" if value == "``" else "”"
    if kind == "escaped":
        return "" if value in "-/" else value
    fixed = {"dash": {"--": "–", "---": "—"}.get(value, value), "tie": "\u00a0", "line": " "}
    return fixed.get(kind, "")

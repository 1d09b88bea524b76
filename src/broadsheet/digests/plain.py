r"""Turns what authors typed, prose with TeX in it, into Unicode that every mail program shows.

Pages set mathematics as MathML, which mails cannot; prose without mathematics is `sources.latex`' matter.
What has no sign of its own is written as one would say it in a mail, x^(n+1) or a/b: nothing is left out.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

from broadsheet.sources.latex import to_unicode

_LONGEST = 400  # characters of a formula; longer is an unclosed dollar
_MATH = re.compile(
    r"\$\$(.{1,LONG}?)\$\$|\\\((.{1,LONG}?)\\\)|\\\[(.{1,LONG}?)\\\]"
    r"|(?<!\\)\$(?=\S)((?:[^$\\]|\\.){1,LONG}?)(?<!\s)\$(?!\d)"
    r"|(?<!\\)\$([-+<>=]{1,2})\$|(?<!\\)\$([^$\\]{0,40}\\[^$]{1,200})\$".replace(
        "LONG", str(_LONGEST)
    ),  # a digit after it, but surely TeX in it
    re.DOTALL,
)
_CITED = re.compile(r"\s*\\(?:[cC]ite[a-z]*|ref|eqref|label|thanks)\*?\s*(?:\[[^\]]{0,99}\])?\{[^{}]{0,400}\}")
_SWITCH = re.compile(r"\{\\(?:em|it|sl|bf|tt|rm|sc|sf)(?![A-Za-z])\s*([^{}]*)\}|\\href\s*\{[^{}]*\}\s*\{([^{}]*)\}")
_ADDRESS = re.compile(r"\\(?:href|hyperlink|footnote|footnotetext)\s*\{([^{}]*)\}")
_COMMAND = re.compile(r"\\([A-Za-z]+)(?:\{\}|\s(?=\S))?")
_STYLED = re.compile(r"\\(?:text(?:bf|it|sc|tt|rm|sf|sl|up|normal)?|emph|mbox|underline)\s*\{([^{}]*)\}")
_TIE = re.compile(r"(?<=[\w.,)\]}])~(?=[\w\\(])")
_TOKEN = re.compile(r"\\[A-Za-z]+\s*|\\.|\s+|.", re.DOTALL)

_SYMBOLS: Mapping[str, str] = MappingProxyType(
    {
        "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε", "zeta": "ζ",
        "eta": "η", "theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
        "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "ϕ", "varphi": "φ",
        "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ",
        "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "ell": "ℓ", "hbar": "ℏ",
        "times": "×", "cdot": "·", "cdots": "⋯", "ldots": "…", "dots": "…", "pm": "±", "mp": "∓", "div": "÷",
        "sim": "∼", "simeq": "≃", "approx": "≈", "equiv": "≡", "neq": "≠", "ne": "≠", "leq": "≤", "le": "≤",
        "geq": "≥", "ge": "≥", "ll": "≪", "gg": "≫", "propto": "∝", "lesssim": "≲", "gtrsim": "≳", "to": "→",
        "rightarrow": "→", "leftarrow": "←", "leftrightarrow": "↔", "Rightarrow": "⇒", "mapsto": "↦",
        "uparrow": "↑", "downarrow": "↓", "infty": "∞", "partial": "∂", "nabla": "∇", "sum": "∑", "prod": "∏",
        "int": "∫", "in": "∈", "notin": "∉", "subset": "⊂", "subseteq": "⊆", "cup": "∪", "cap": "∩",
        "emptyset": "∅", "forall": "∀", "exists": "∃", "neg": "¬", "land": "∧", "lor": "∨", "wedge": "∧",
        "vee": "∨", "oplus": "⊕", "otimes": "⊗", "circ": "∘", "bullet": "•", "star": "⋆", "ast": "∗", "dagger": "†",
        "perp": "⊥", "parallel": "∥", "mid": "|", "vert": "|", "Vert": "‖", "|": "‖", "langle": "⟨", "rangle": "⟩",
        "lceil": "⌈", "rceil": "⌉", "lfloor": "⌊", "rfloor": "⌋", "prime": "′", "deg": "°", "degree": "°",
        "odot": "⊙", "setminus": "∖", "triangle": "△", "square": "□", "checkmark": "✓", "quad": " ", "qquad": " ",
        "backslash": "\\", "textendash": "–", "lbrace": "{", "rbrace": "}", "%": "%", "&": "&", "#": "#", "_": "_",
        "$": "$", "{": "{", "}": "}", ",": "\u202f", ";": " ", ":": " ", " ": " ", "!": "", "/": "", "\\": " ",
    }
)  # fmt: skip
_SPACES = frozenset(["quad", "qquad", ",", ";", ":", "!", "/", " "])
_DROPPED = frozenset(
    "left right big Big bigg Bigg bigl bigr Bigl Bigr displaystyle textstyle limits nolimits xspace rm bf it".split()
)
_INNER = frozenset(
    "text textbf textit textrm textsf texttt textsc textnormal mathrm mathbf mathit mathsf mathtt mathcal mathscr "
    "mathfrak bm boldsymbol mbox operatorname ensuremath emph underline".split()
)
_ABOVE = MappingProxyType(
    {"hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0304", "tilde": "\u0303"}
    | {"widetilde": "\u0303", "vec": "\u20d7", "dot": "\u0307", "ddot": "\u0308", "check": "\u030c"}
)
_RAISED = MappingProxyType(
    dict(zip("0123456789+-−=()abcdefghijklmnop", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖ", strict=True))
    | dict(zip("rstuvwxyzTβγδ′∗", "ʳˢᵗᵘᵛʷˣʸᶻᵀᵝᵞᵟ′*", strict=True))
)
_LOWERED = MappingProxyType(
    dict(zip("0123456789+-−=()aehijklmnoprstuvxβγρ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨ", strict=True))
)
_SIMPLE = re.compile(r"[\w.\u0300-\u036f\u20d7′]*|.")


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """Return a title, an abstract or a name without TeX, spaces as they were."""
    if "\\" not in text and "$" not in text:  # braces and tildes alone are what they look like
        return text
    said: list[str] = []
    place = 0
    for found in _MATH.finditer(text):
        said += _prose(text[place : found.start()]), formula(next(filter(None, found.groups())))
        place = found.end()
    return "".join([*said, _prose(text[place:])])


def formula(latex: str) -> str:
    """Return a formula in one line of Unicode."""
    return unicodedata.normalize("NFC", re.sub(r"[ \t\n]+", " ", _Reader(latex).all()).strip())


def _prose(text: str) -> str:
    text = _SWITCH.sub(lambda found: found[1] or found[2] or "", _CITED.sub("", text))
    text = text.replace("\\,", "\u202f")
    text = to_unicode(_TIE.sub("\u00a0", _ADDRESS.sub(r" \1", _STYLED.sub(r"\1", text))))
    return _COMMAND.sub(lambda found: _SYMBOLS.get(found[1], found[1] + " " * found[0][-1].isspace()), text)


class _Reader:
    """Reads one formula from left to right."""

    def __init__(self, latex: str) -> None:
        self._tokens: Iterator[str] = iter(_TOKEN.findall(latex))
        self._with_two: dict[str, Callable[[str, str], str]] = {
            name: lambda over, under: f"{_grouped(over)}/{_grouped(under)}" for name in ("frac", "tfrac", "dfrac")
        }

    def all(self) -> str:
        """Read what is left, up to the end of a group."""
        said: list[str] = []
        for token in self._tokens:
            if token == "}":  # noqa: S105 - a brace, no password
                break
            said.append(self._one(token))
        return "".join(said)

    def _one(self, token: str) -> str:
        if token == "{":  # noqa: S105
            return self.all()
        if token == "^":  # noqa: S105
            return _moved(self._next(), _RAISED, "^")
        if token == "_":  # noqa: S105
            return _moved(self._next(), _LOWERED, "_")
        if token.startswith("\\") and len(token) > 1:
            return self._command(token[1:])
        return {"-": "−", "~": " ", "'": "′", "&": " "}.get(token, token)

    def _command(self, typed: str) -> str:
        name = typed.strip() or typed
        if name in self._with_two:
            return self._with_two[name](self._next(), self._next())
        if name == "sqrt":
            return f"√{_grouped(self._next())}"
        if name == "mathbb":
            return "".join(map(_double_struck, self._next()))
        if name in _ABOVE:
            inner = self._next()
            return inner + _ABOVE[name] if len(inner) == 1 else inner
        if name in _INNER:
            return self._next()
        if name in _DROPPED:
            return ""
        # The space that ends a command is no space; but a name such as log, and a sign between two sides, stand apart.
        sign = _SYMBOLS.get(name)
        apart = sign is None or not (sign.isalpha() or name in _SPACES)
        return (name if sign is None else sign) + " " * (apart and typed[-1].isspace())

    def _next(self) -> str:
        for token in self._tokens:
            if not token.isspace():
                return self._one(token)
        return ""


def _moved(inner: str, signs: Mapping[str, str], otherwise: str) -> str:
    bare = inner.strip().replace(" ", "")
    if inner in {"∘", "′", "†"}:
        return "°" if inner == "∘" else inner
    if bare and all(sign in signs for sign in bare):
        return "".join(signs[sign] for sign in bare)
    return f"{otherwise}{_grouped(inner)}"


def _grouped(inner: str) -> str:
    return inner if _SIMPLE.fullmatch(inner) else f"({inner})"


def _double_struck(letter: str) -> str:
    for name in ("DOUBLE-STRUCK CAPITAL ", "MATHEMATICAL DOUBLE-STRUCK CAPITAL "):
        try:
            return unicodedata.lookup(name + letter)
        except KeyError:
            continue
    return letter

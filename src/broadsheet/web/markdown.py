"""Sets what readers wrote: Markdown with TeX in it becomes markup, and nothing of theirs gets in but its text.

Reading Markdown is markdown-it's matter, setting a formula `mathml`'s.
No HTML is read and none is cleaned: each element is written here, from a table, with its text escaped. What the table
does not have, such as images and headings, stays as it was typed.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import Markup, escape

from broadsheet.web.mathml import Untranslatable, mathml
from broadsheet.web.tex import MATH_LONGEST

MOST_NESTED = 20  # quotes and lists in each other; what is nested deeper is shown as it was typed
_DEEPEST_READ = 40
_ELEMENTS: Mapping[str, str] = MappingProxyType(
    {"paragraph": "p", "blockquote": "blockquote", "bullet_list": "ul", "list_item": "li", "em": "em"}
    | {"strong": "strong", "s": "s"}
)
# A dollar opens before a character and closes behind one, as in titles and abstracts; a price before a digit is none.
_MATH = re.compile(
    r"""\$\$(?P<dollars>[^$`]{1,LONGEST})\$\$
  | \$(?=\S)(?P<dollar>(?:[^$\\`]|\\.){1,LONGEST}?)(?<!\s)\$(?!\d)
  | \\\((?P<paren>.{1,LONGEST}?)\\\)
  | \\\[(?P<bracket>.{1,LONGEST}?)\\\]""".replace("LONGEST", str(MATH_LONGEST)),
    re.VERBOSE | re.DOTALL,
)
_WEB = re.compile(r"https?://", re.IGNORECASE)


class Markdown:
    """Sets comments; what was set before is kept, since a talk is read far more often than it grows."""

    def __init__(self, kept: int = 4096) -> None:
        self._reader = _reader()
        self.set = lru_cache(kept)(self._set)

    def _set(self, text: str) -> Markup:
        """Return `text` as markup."""
        tokens = self._reader.parse(text)
        if any(token.level >= MOST_NESTED for token in tokens):
            return Markup('<pre class="typed" tabindex="0" aria-label="As it was typed">{}</pre>').format(text)
        return Markup("").join(_blocks(tokens))


def _reader() -> MarkdownIt:
    made = MarkdownIt("js-default", {"html": False, "linkify": True, "breaks": True, "maxNesting": _DEEPEST_READ})
    made.disable(["table", "hr", "reference", "html_block", "heading", "lheading", "image", "html_inline"])
    made.inline.ruler.before("escape", "math", _math)
    assert made.linkify is not None  # noqa: S101 - it is asked for above
    made.linkify.set({"fuzzy_link": False, "fuzzy_email": False})
    for scheme in ("ftp:", "//", "mailto:"):
        made.linkify.add(scheme, None)
    made.validateLink = lambda url: bool(_WEB.match(url.strip()))  # type: ignore[method-assign]
    return made


def _math(state: StateInline, silent: bool) -> bool:
    """Read a formula at this place: a rule as markdown-it takes it."""
    if state.src[state.pos] not in "$\\":
        return False
    found = _MATH.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        token = state.push("math", "math", 0)
        token.content = found[found.lastgroup or 0]
        token.meta = {"block": found.lastgroup in ("dollars", "bracket")}
    state.pos = found.end()
    return True


def _blocks(tokens: Sequence[Token]) -> Iterator[Markup]:
    for token in tokens:
        if token.type == "inline":
            yield from map(_inline, _leading(token.children or ()))
        elif token.type in ("fence", "code_block"):
            yield Markup('<pre tabindex="0" aria-label="Code"><code>{}</code></pre>\n').format(token.content)
        elif not token.hidden:  # the paragraphs of a tight list are
            yield _edge(token)


def _leading(tokens: Sequence[Token]) -> Iterator[Token]:
    """Leave out links that lead nowhere, as `[words]()` does, and keep their words; no link stands within another."""
    nowhere = False
    for token in tokens:
        if token.type == "link_open":
            nowhere = not token.attrGet("href")
        if not (nowhere and token.type in ("link_open", "link_close")):
            yield token


def _inline(token: Token) -> Markup:
    set_it = _INLINE.get(token.type)
    return set_it(token) if set_it else _edge(token)


def _edge(token: Token) -> Markup:
    """Return where an element begins or ends; one that the table does not have is nothing."""
    name, _, side = token.type.rpartition("_")
    if name == "ordered_list":
        return _ordered(token) if side == "open" else Markup("</ol>\n")
    if name not in _ELEMENTS:
        return Markup("")
    slash = "/" if side == "close" else ""
    return Markup(f"<{slash}{_ELEMENTS[name]}>")  # noqa: S704 - a name from the table


def _ordered(token: Token) -> Markup:
    start = token.attrGet("start")
    return Markup('<ol start="{}">').format(int(start)) if start is not None else Markup("<ol>")


def _formula(token: Token) -> Markup:
    try:
        return mathml(token.content, block=bool(token.meta["block"]))
    except Untranslatable:
        return Markup("<code>{}</code>").format(token.content)


def _link(token: Token) -> Markup:
    return Markup('<a href="{}" rel="nofollow ugc noreferrer">').format(token.attrGet("href"))


_INLINE: Mapping[str, Callable[[Token], Markup]] = MappingProxyType(
    {
        "text": lambda token: escape(token.content),
        "softbreak": lambda _: Markup("<br>\n"),
        "hardbreak": lambda _: Markup("<br>\n"),
        "code_inline": lambda token: Markup("<code>{}</code>").format(token.content),
        "math": _formula,
        "link_open": _link,
        "link_close": lambda _: Markup("</a>"),
    }
)

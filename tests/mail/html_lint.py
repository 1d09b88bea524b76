"""Looks an HTML mail over for what mail programs do with it: what they drop, clip, fetch, or turn unreadable.

What is supported where is told by caniemail.com and by the senders' pages of Gmail and Outlook; a property is allowed
here where the large programs know it, or where those that do not merely show a plainer mail.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from lxml import html
from lxml.html import HtmlElement

LARGEST = 98_000  # bytes: Gmail clips at 102 kB
LARGEST_SHEET = 8_192  # characters: Gmail drops a longer style element as a whole
WIDEST = 600  # pixels
FORBIDDEN = "script form input button select iframe frame object embed video audio svg canvas link base applet".split()
PROPERTIES = frozenset(
    """margin margin-top margin-bottom padding padding-top padding-bottom border border-top border-bottom border-left
    border-right border-color border-radius background background-color color font font-family font-size font-style
    font-weight line-height letter-spacing text-align text-decoration width max-width height max-height display
    vertical-align overflow overflow-wrap word-break mso-hide -webkit-text-size-adjust""".split()
)
DISPLAYS = {"none", "block", "inline", "inline-block", "table", "table-cell"}
VOID = {"br", "hr", "img", "meta"}
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_MEDIA = re.compile(r"@media\s*\(([^)]*)\)\s*\{((?:[^{}]*\{[^{}]*\})*)\s*\}")
_LARGE, _LARGE_BOLD = 24.0, 18.66  # pixels, from which on text may have less contrast (WCAG 2, 1.4.3)

Colours = dict[str, str]  # by class, in the dark


def lint(page: str) -> list[str]:
    """Return what is wrong, nothing for a mail that holds everywhere."""
    document = html.document_fromstring(page)
    dark = _dark(page)
    found = [*_head(page, document), *_sheet(page)]
    for element in document.iter():
        if isinstance(element.tag, str):
            found += [f"<{element.tag} class={element.get('class')}>: {wrong}" for wrong in _element(element)]
    for element in document.body.iter():
        if isinstance(element.tag, str) and _own_text(element) and not _hidden(element):
            found += [f"{_own_text(element)[:30]!r}: {wrong}" for wrong in _contrast(element, dark)]
    return found


def _head(page: str, document: HtmlElement) -> Iterator[str]:
    if not page.lower().startswith("<!doctype html>"):
        yield "without its doctype it is shown in quirks mode"
    if not document.get("lang"):
        yield "no language: a screen reader guesses"
    if not (document.findtext(".//title") or "").strip():
        yield "no title"
    for name in ("viewport", "color-scheme"):
        if not document.xpath(f"//meta[@name='{name}']/@content"):
            yield f"no meta element {name}"
    if not document.xpath("//meta[translate(@charset, 'UTF', 'utf')='utf-8']"):
        yield "no charset"
    if len(page.encode()) > LARGEST:
        yield f"{len(page.encode())} bytes are clipped"
    levels = [int(heading.tag[1]) for heading in document.xpath("//h1 | //h2 | //h3 | //h4")]
    if levels and (levels[0] != 1 or any(later > before + 1 for before, later in pairwise(levels))):
        yield f"headings leave levels out: {levels}"


def _sheet(page: str) -> Iterator[str]:
    sheets = re.findall(r"<style[^>]*>(.*?)</style>", page, re.DOTALL)
    if any(len(sheet) > LARGEST_SHEET for sheet in sheets):
        yield "a style element is too long for Gmail"
    for sheet in sheets:
        if re.search(r"@import|@font-face|url\(|expression", sheet):
            yield "a style sheet fetches something"
        if left := _MEDIA.sub("", re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)).strip():
            yield f"a rule is not inlined: {left[:60]}"
    if "prefers-color-scheme: dark" not in "".join(sheets):
        yield "no rules for dark screens"


def _element(element: HtmlElement) -> Iterator[str]:
    if element.tag in FORBIDDEN:
        yield "mail programs drop it"
    if element.tag == "img" and (not element.get("alt") or not str(element.get("src")).startswith(("cid:", "data:"))):
        yield "an image is remote, or says nothing where it is not shown"
    if element.tag == "table" and element.get("role") != "presentation":
        yield "a table for layout is read out as one"
    if element.tag == "a":
        yield from _link(element)
    if any(name.startswith("on") or name in ("background", "srcset") for name in element.attrib):
        yield "an attribute fetches or runs something"
    if (width := element.get("width")) and width.isdigit() and int(width) > WIDEST:
        yield f"wider than {WIDEST} pixels"
    for name, value in styles(element).items():
        yield from _style(name, value)


def _link(element: HtmlElement) -> Iterator[str]:
    if not str(element.get("href", "")).startswith(("https://", "http://", "mailto:")):
        yield f"leads nowhere: {element.get('href')}"
    if not element.text_content().strip():
        yield "a link without words"


def _style(name: str, value: str) -> Iterator[str]:
    if name not in PROPERTIES:
        yield f"{name} is not known to mail programs"
    if name == "display" and value not in DISPLAYS:
        yield f"display: {value} is not known to mail programs"
    if re.search(r"calc\(|var\(|clamp\(|url\(|!important|\d(?:rem|vw|vh|ch)\b", value):
        yield f"{name}: {value} is not known to mail programs"
    if name.startswith("margin") and re.search(r"(?<![\w.])-\d", value):
        yield "margins below zero are dropped"
    if name in ("width", "max-width") and (found := re.fullmatch(r"(\d+)px", value)) and int(found[1]) > WIDEST:
        yield f"wider than {WIDEST} pixels"


def styles(element: HtmlElement) -> dict[str, str]:
    """Return the inline declarations of an element."""
    parts = (one.partition(":") for one in str(element.get("style", "")).split(";") if ":" in one)
    return {name.strip().lower(): value.strip() for name, _, value in parts}


def _dark(page: str) -> Colours:
    """Return what rules for dark screens say of colour and ground: `name color` and `name background`."""
    said: Colours = {}
    for condition, rules in _MEDIA.findall(page):
        if "prefers-color-scheme: dark" in condition:
            for selectors, body in _RULE.findall(rules):
                for name, value in re.findall(r"(color|background)\s*:\s*(#[0-9a-f]{6})", body):
                    said |= {f"{selector.strip().lstrip('.')} {name}": value for selector in selectors.split(",")}
    return said


def _contrast(element: HtmlElement, dark: Colours) -> Iterator[str]:
    size, bold = _size(element), _bold(element)
    least = 3.0 if size >= _LARGE or (bold and size >= _LARGE_BOLD) else 4.5
    for scheme, rules in (("light", {}), ("dark", dark)):
        ratio = contrast(_said(element, "color", rules), _said(element, "background", rules))
        if ratio < least:
            yield f"contrast {ratio:.1f} in the {scheme}, wants {least}"


def _said(element: HtmlElement, name: str, rules: Colours) -> str:
    for one in (element, *element.iterancestors()):
        for cls in str(one.get("class", "")).split():
            if f"{cls} {name}" in rules:
                return rules[f"{cls} {name}"]
        own = styles(one)
        value = own.get(name) or own.get(f"{name}-color", "")
        if found := re.search(r"#[0-9a-f]{6}", value.lower()):
            return found[0]
    return "#ffffff" if name == "background" else "#000000"


def _size(element: HtmlElement) -> float:
    for one in (element, *element.iterancestors()):
        own = styles(one)
        if found := re.search(r"(\d+(?:\.\d+)?)px", own.get("font-size", "") or own.get("font", "")):
            return float(found[1])
    return 16.0


def _bold(element: HtmlElement) -> bool:
    for one in (element, *element.iterancestors()):
        own = styles(one)
        if found := re.match(r"(\d00|bold|normal)\b", own.get("font-weight", "") or own.get("font", "")):
            return found[1] in {"600", "700", "800", "900", "bold"}
    return element.tag in {"b", "strong", "h1", "h2", "h3"}


def _own_text(element: HtmlElement) -> str:
    return "" if element.tag in ("style", "title", *VOID) else (element.text or "").strip()


def _hidden(element: HtmlElement) -> bool:
    return any(styles(one).get("display") == "none" for one in (element, *element.iterancestors()))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours such as #15171a (WCAG 2, relative luminance)."""
    lighter, darker = sorted(map(_luminance, (one, other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

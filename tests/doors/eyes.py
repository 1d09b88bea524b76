"""Looks a page over in a browser: axe in light and dark, complaints of the browser, what is wider than the screen."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
_OPEN_ALL = "document.querySelectorAll('details').forEach((closed) => { closed.open = true; })"
_WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""
_MOVING = """[...document.querySelectorAll("*")].filter((one) => {
  const style = getComputedStyle(one);
  const times = style.transitionDuration.split(", ").map(parseFloat);
  return times.some((time) => time > 0.001) || style.animationName !== "none";
}).length"""


def faults(page: Page) -> list[str]:
    """Return what axe finds: by all its rules in light, and in dark by those that colour decides."""
    page.emulate_media(color_scheme="light")
    page.evaluate(_AXE)
    found = _run(page, "light", {"runOnly": RULES})
    page.emulate_media(color_scheme="dark")
    found += _run(page, "dark", {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}})
    page.emulate_media(color_scheme="light")
    return found


def open_all(page: Page) -> None:
    """Open everything that can be opened, so that it is looked at, too."""
    page.evaluate(_OPEN_ALL)


def wider(page: Page, widths: Sequence[int]) -> list[int]:
    """Return the widths of screens at which the page is wider than the screen."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(width)
    page.set_viewport_size({"width": 1280, "height": 900})
    return found


def moving(page: Page) -> int:
    """Return how many elements move, be it only when they change."""
    return int(page.evaluate(_MOVING))


def watch(context: BrowserContext, here: str, told: list[str]) -> None:
    """Write into `told` what browsers complain of on pages of `context`, and each request that leaves `here`."""
    context.add_init_script(_WATCH)
    host = urlsplit(here).netloc
    context.on("request", lambda request: urlsplit(request.url).netloc == host or told.append(f"asks {request.url}"))
    context.on("console", lambda message: _is_harmless(message.text) or told.append(message.text))
    context.on("weberror", lambda error: told.append(str(error.error)))


def violations(page: Page) -> list[str]:
    """Return what the content security policy kept the page from doing."""
    return list(page.evaluate("window.violations"))


def _is_harmless(said: str) -> bool:
    """A page that answers 4xx on purpose is told about by the browser as a resource that failed."""
    return "the server responded with a status of 4" in said


def _run(page: Page, scheme: Literal["light", "dark"], options: dict[str, Any]) -> list[str]:
    found: dict[str, Any] = page.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{scheme}: {fault['id']}: {fault['help']}: {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
        for fault in found["violations"]
        for node in fault["nodes"][:3]
    ]

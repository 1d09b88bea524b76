"""Tells the counts what a browser is shown: which papers in which places, and which paper was opened from a page here.

What is kept of it, `trending.counting` decides. A request counts when a browser says that somebody looks at the page:
programs that fetch, and pages that are loaded in advance, do not say so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import Request

from broadsheet.web.client import client_of

if TYPE_CHECKING:
    from broadsheet.web.site import Site


@dataclass(frozen=True, slots=True)
class Placed:
    """What a page shows: the papers in its places, the first of them first; or one paper, opened."""

    page: str
    papers: tuple[int, ...]
    opened: bool = False


def listed(page: str, papers: Sequence[int]) -> Placed:
    """Say that a page has places."""
    return Placed(page, tuple(papers))


def opened(paper_id: int) -> Placed:
    """Say that a page is one paper's own."""
    return Placed("", (paper_id,), opened=True)


def count(site: "Site", request: Request, placed: Placed) -> None:
    """Count what is shown, if somebody looks."""
    said = request.headers
    if said.get("sec-fetch-dest") != "document" or "prefetch" in said.get("sec-purpose", ""):
        return
    if not placed.opened:
        site.counting.saw(placed.page, placed.papers)
    elif said.get("sec-fetch-site") == "same-origin":
        who = client_of(request, site.settings.trusted_proxies)
        site.counting.opened(placed.papers[0], f"{who}\0{said.get('user-agent', '')}")

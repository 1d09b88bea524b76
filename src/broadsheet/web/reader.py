"""A reader's page for others, for readers who want one: the name, public lists, and votes where they are shown, too.

Whether there is one, `community` knows; a reader's own page is `me`.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet.errors import NotFound
from broadsheet.web.forms import Form
from broadsheet.web.site import Site
from broadsheet.web.voting import ballot

VOTES = 50
_NONE = "There is no page of this reader. Readers have one for others only if they want to."


def page(site: Site, request: Request) -> Response:
    """Show the page."""
    given = request.path_params["number"]
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 16 else 0
    shown = site.community.lists.open_page(number)
    if shown is None:
        raise NotFound(_NONE, value=given[:40])
    votes, cast = site.community.votes.of(number, VOTES) if shown.votes else (0, [])
    papers = site.catalogue.papers([one.paper_id for one in cast])
    return site.pages.show(
        request,
        "reader.html",
        whose=site.accounts.readers.get(number),
        lists=site.community.lists.public_of(number),
        shows_votes=shown.votes,
        votes=papers,
        votes_in_all=votes,
        ballot=ballot(site, request, papers),
    )


def choose(site: Site, request: Request, form: Form) -> Response:
    """Open a reader's page for others, with or without votes, or close it."""
    reader = site.known.require(request)
    if form.get("open") == "on":
        site.community.lists.show_page(reader.id, votes=form.get("votes") == "on")
    else:
        site.community.lists.hide_page(reader.id)
    return RedirectResponse("/me?said=saved#public", 303)

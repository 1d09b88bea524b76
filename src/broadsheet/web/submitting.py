"""The page on which a reader submits a paper, and what comes of it.

What a submission is, `community` decides. Whatever goes wrong is told on the form itself, with what was typed in it.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet.community.submissions import LONGEST, Submitted
from broadsheet.errors import BroadsheetError, SignInNeeded
from broadsheet.web import words
from broadsheet.web.forms import Form
from broadsheet.web.mistakes import status_of
from broadsheet.web.site import Site


def ask(site: Site, request: Request) -> Response:
    """Show the form; `q` is what may stand in it already."""
    return _page(site, request, request.query_params.get("q", "")[:LONGEST])


def submit(site: Site, request: Request, form: Form) -> Response:
    """Take a paper in and lead to its page, or let the reader choose among those that may be meant."""
    reader = site.known.require(request)
    given = form.get("paper", "")
    try:
        done = site.community.submissions.submit(reader, given)
    except SignInNeeded:
        raise
    except BroadsheetError as error:
        return _page(site, request, given, error=error)
    if done.paper is None:
        return _page(site, request, given, done=done)
    said = "new" if done.is_new else "known"
    return RedirectResponse(f"{words.paper_path(done.paper)}?submitted={said}#discussion", 303)


def _page(
    site: Site, request: Request, given: str, *, error: BroadsheetError | None = None, done: Submitted | None = None
) -> Response:
    return site.pages.show(
        request,
        "submit.html",
        status_of(error) if error else 200,
        given=given,
        errors=error,
        candidates=done.candidates if done else (),
        longest=LONGEST,
    )

"""What a subscription follows beside searches, and what it mutes: topics, authors, categories; words and papers too.

What can be followed and muted, `digests` decides; the token of a mailed link is the authority for all of it.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet.digests import interests
from broadsheet.digests.interests import Interest
from broadsheet.digests.mutes import KINDS, MOST_MUTES
from broadsheet.errors import BroadsheetError, Conflict, Invalid, NotFound
from broadsheet.web.forms import Form
from broadsheet.web.site import Site
from broadsheet.web.subscribing import managed

LISTED = 300  # mutes that the page shows
LARGEST_MUTES = 512 * 1024  # bytes of a form: ten thousand mutes, as long as they usually are


def follow(site: Site, request: Request, form: Form) -> Response:
    """Follow a topic, an author or a category."""
    token = form.get("token", "")
    try:
        site.subscriptions.searches.follow(token, _interest(form))
    except (Invalid, Conflict, NotFound) as error:
        if isinstance(error, Invalid) and error.field in ("token", "kind"):
            raise
        told = error if isinstance(error, Invalid) else Invalid(error.message, field=form.get("kind", ""))
        return managed(site, request, token, form, told)
    return RedirectResponse(f"/subscription?token={token}&said=changed", 303)


def mutes(site: Site, request: Request) -> Response:
    """Show what is muted, and the form that mutes more."""
    return _mutes(site, request, request.query_params.get("token", ""), {})


def mute(site: Site, request: Request, form: Form) -> Response:
    """Mute what stands on the lines of a form, all of one kind."""
    token = form.get("token", "")
    try:
        site.subscriptions.mutes.add(token, form.get("kind", ""), form.get("lines", "").splitlines())
    except (Invalid, Conflict, NotFound) as error:
        if isinstance(error, Invalid) and error.field == "token":
            raise
        return _mutes(site, request, token, form, error)
    return _muted(token)


def unmute(site: Site, _request: Request, form: Form) -> Response:
    """Take one mute back."""
    token = form.get("token", "")
    site.subscriptions.mutes.remove(token, form.get("kind", ""), form.get("value", ""))
    return _muted(token)


def _interest(form: Form) -> Interest:
    match form.get("kind", ""):
        case "topic":
            examples = form.get("examples", "").split()
            return interests.topic(form.get("topic_name", ""), form.get("topic", ""), examples)
        case "author":
            return interests.author(form.get("author", ""), form.get("author_category", ""))
        case "category":
            return interests.category(form.get("category", ""))
    raise Invalid(
        "This form does not say what is to be followed. Go back, reload the page and try again.", field="kind"
    )


def _muted(token: str) -> Response:
    return RedirectResponse(f"/subscription/mutes?token={token}", 303)


def _mutes(site: Site, request: Request, token: str, given: Form, error: BroadsheetError | None = None) -> Response:
    count, listed = site.subscriptions.mutes.of(token, LISTED)
    return site.pages.show(
        request,
        "subscribe_mutes.html",
        400 if error else 200,
        token=token,
        count_of_mutes=count,
        most=MOST_MUTES,
        listed=listed,
        kinds=KINDS,
        given=given,
        error=error,
    )

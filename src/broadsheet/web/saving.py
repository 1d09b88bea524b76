"""Searches by mail: a search page's form asks for one, the mailbox's owner keeps, drops and adds them.

What can be saved and for whom, `digests` decides; a page that is only looked at never changes anything.
"""

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet.digests.saved import checked, pasted, title_of
from broadsheet.errors import Conflict, Invalid
from broadsheet.search.question import Question, decoded, read
from broadsheet.web.forms import Form
from broadsheet.web.site import Site
from broadsheet.web.subscribing import managed, send_letters


def encoded(asked: Question) -> str:
    """Return the question as the form holds it, empty for one that cannot be saved."""
    try:
        return checked(asked).encoded()
    except Invalid:
        return ""


def offer(site: Site, request: Request) -> Response:
    """Show the form for the search in the address."""
    return _form(site, request, checked(read(request.query_params.multi_items())), {})


def asked(site: Site, request: Request, form: Form) -> Response:
    """Take an address for a search; it waits until the mailbox's owner wants it."""
    question = checked(decoded(form.get("question", "")))
    try:
        site.subscriptions.subscribe(
            form.get("address", "").strip(), edition=form.get("edition", "off"), search=question
        )
    except Invalid as error:
        return _form(site, request, question, form, error)
    answer = RedirectResponse("/subscribe/asked", 303)
    answer.background = BackgroundTask(send_letters, site)
    return answer


def add(site: Site, request: Request, form: Form) -> Response:
    """Save a search at once, typed or pasted on the page of the subscription."""
    token = form.get("token", "")
    try:
        site.subscriptions.searches.save(token, pasted(form.get("question", "")))
    except (Invalid, Conflict) as error:
        if isinstance(error, Invalid) and error.field == "token":
            raise
        return managed(site, request, token, form, unsaved=error.message)
    return _saved(token)


def keep(site: Site, request: Request, form: Form) -> Response:
    """Take a waiting search in."""
    token = form.get("token", "")
    try:
        site.subscriptions.searches.keep(token, _number(form))
    except Conflict as error:
        return managed(site, request, token, form, unsaved=error.message)
    return _saved(token)


def drop(site: Site, _request: Request, form: Form) -> Response:
    """Forget a search."""
    token = form.get("token", "")
    site.subscriptions.searches.drop(token, _number(form))
    return _saved(token)


def _saved(token: str) -> Response:
    return RedirectResponse(f"/subscription?token={token}&said=changed", 303)


def _number(form: Form) -> int:
    """Return which search is meant; 0, which names none, for what is no number."""
    value = form.get("search", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else 0


def _form(site: Site, request: Request, question: Question, given: Form, error: Invalid | None = None) -> Response:
    return site.pages.show(
        request,
        "search_mail.html",
        400 if error else 200,
        title=title_of(question),
        question=question,
        mailed=question.encoded(),
        address=given.get("address", ""),
        edition=given.get("edition", "off") == "on",
        errors=error,
    )

"""Whose a subscription is: another address, an account that takes it in, all that is kept of it, and the end of that.

What each of these means, `digests` decides. Nothing moves, and nothing is deleted, by a page that is only looked at.
"""

import json

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet.errors import Invalid, TooMany
from broadsheet.web.forms import Form
from broadsheet.web.site import Site
from broadsheet.web.subscribing import managed, send_letters


def move(site: Site, request: Request, form: Form) -> Response:
    """Ask for another address, by a letter to either mailbox."""
    token = form.get("token", "")
    try:
        site.subscriptions.moving.ask(token, form.get("address", ""))
    except (Invalid, TooMany) as error:
        if isinstance(error, Invalid) and error.field == "token":
            raise
        return managed(site, request, token, form, Invalid(error.message, field="address"))
    answer = RedirectResponse(f"/subscription?token={token}&said=moving", 303)
    answer.background = BackgroundTask(send_letters, site)
    return answer


def offer_agreement(site: Site, request: Request) -> Response:
    """Show the button by which the old mailbox agrees."""
    token = request.query_params.get("token", "")
    site.subscriptions.moving.looked_at(token)
    return site.pages.show(request, "subscribe_agree.html", token=token)


def agree(site: Site, request: Request, form: Form) -> Response:
    """Let the subscription move, or wait for the new mailbox."""
    moved = site.subscriptions.moving.agree(form.get("token", ""))
    return site.pages.show(request, "subscribe_moving.html", where="" if moved else "new")


def claim(site: Site, request: Request, form: Form) -> Response:
    """Take the subscription into the account of whoever is signed in."""
    site.subscriptions.owning.claim(form.get("token", ""), site.known.require(request).id)
    return RedirectResponse("/me#mails", 303)


def release(site: Site, request: Request, form: Form) -> Response:
    """Take the subscription out of the account."""
    site.subscriptions.owning.release(form.get("token", ""), site.known.require(request).id)
    return RedirectResponse("/me#mails", 303)


def end_all(site: Site, request: Request, _form: Form) -> Response:
    """End every subscription of the account."""
    site.subscriptions.owning.end_all(site.known.require(request).id)
    return RedirectResponse("/me?said=ended#mails", 303)


def export(site: Site, request: Request) -> Response:
    """Give all that is kept of a subscription, as a file."""
    told = site.subscriptions.owning.export(request.query_params.get("token", ""))
    headers = {"Content-Disposition": 'attachment; filename="broadsheet-subscription.json"'}
    headers["Cache-Control"] = "private, no-store"
    return Response(json.dumps(told, ensure_ascii=False, indent=2), 200, headers, media_type="application/json")


def erase(site: Site, request: Request, form: Form) -> Response:
    """Delete all that is kept of a subscription."""
    site.subscriptions.owning.erase(form.get("token", ""))
    return site.pages.show(request, "subscribe_erased.html")

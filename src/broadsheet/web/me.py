"""A reader's own page: name, sessions, tokens, all that is kept, and the way out.

What each of these is, `accounts` decides. A token is shown on the answer to the form that made it, and never again.
"""

import json

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet.accounts.api_tokens import Made
from broadsheet.accounts.reader import Reader
from broadsheet.community.deeds import Deed
from broadsheet.errors import Invalid
from broadsheet.papers.paper import Paper
from broadsheet.web.forms import Form
from broadsheet.web.site import Site

VOTES = 50
COMMENTS = 20
DEEDS = 30
DELETE = "delete"


def page(site: Site, request: Request) -> Response:
    """Show the page."""
    return _page(site, request)


def rename(site: Site, request: Request, form: Form) -> Response:
    """Change what others see of the reader."""
    reader = site.known.require(request)
    try:
        site.accounts.readers.rename(reader.id, form.get("name", ""))
    except Invalid as error:
        return _page(site, request, error, name=form.get("name", ""))
    return RedirectResponse("/me?said=saved", 303)


def make_token(site: Site, request: Request, form: Form) -> Response:
    """Make a token and show it, this once."""
    reader = site.known.require(request)
    try:
        made = site.accounts.tokens.make(reader.id, form.get("token_name", ""), form.get("scope", ""))
    except Invalid as error:
        return _page(site, request, error, token_name=form.get("token_name", ""))
    return _page(site, request, made=made)


def revoke_token(site: Site, request: Request, form: Form) -> Response:
    """End a token."""
    reader = site.known.require(request)
    given = form.get("token_id", "")
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        raise Invalid("This form names no token. Go back, reload the page and try again.", field="token_id")
    site.accounts.tokens.revoke(reader.id, int(given))
    return RedirectResponse("/me?said=revoked#tokens", 303)


def export(site: Site, request: Request) -> Response:
    """Give all that is kept of the reader, as a file."""
    told = site.accounts.readers.export(site.known.require(request).id)
    headers = {"Content-Disposition": 'attachment; filename="broadsheet-reader.json"', "Cache-Control": "no-store"}
    return Response(json.dumps(told, ensure_ascii=False, indent=2), 200, headers, media_type="application/json")


def offer_end(site: Site, request: Request) -> Response:
    """Show what deleting takes away, and its button."""
    site.known.require(request)
    return site.pages.show(request, "me_delete.html")


def end(site: Site, request: Request, form: Form) -> Response:
    """Delete the reader."""
    reader = site.known.require(request)
    if form.get("sure") != DELETE:
        raise Invalid("Nothing was deleted: the form did not say that you are sure.", field="sure")
    site.accounts.readers.delete(reader.id)
    answer = RedirectResponse("/me/deleted", 303)
    site.known.drop(answer)
    return answer


def ended(site: Site, request: Request) -> Response:
    """Say that all is gone."""
    return site.pages.show(request, "me_deleted.html")


def _deeds(site: Site, reader: Reader) -> list[tuple[Deed, Paper | None]]:
    """Return what the reader did of late, each with its paper."""
    deeds = site.community.deeds.of(reader, DEEDS)
    ids = [deed.paper_id for deed in deeds if deed.paper_id is not None]
    papers = {one.id: one for one in site.catalogue.papers(list(dict.fromkeys(ids)))}
    return [(deed, papers.get(deed.paper_id or 0)) for deed in deeds]


def _page(
    site: Site, request: Request, error: Invalid | None = None, made: Made | None = None, **given: str
) -> Response:
    reader = site.known.require(request)
    total, cast = site.community.votes.of(reader.id, VOTES)
    comments_in_all, comments = site.community.comments.of(reader, COMMENTS)
    return site.pages.show(
        request,
        "me.html",
        400 if error else 200,
        sessions=site.accounts.sessions.of(reader.id, site.known.token(request)),
        tokens=site.accounts.tokens.of(reader.id),
        votes=site.catalogue.papers([one.paper_id for one in cast]),
        votes_in_all=total,
        comments=comments,
        comments_in_all=comments_in_all,
        mutes=site.community.mutes.of(reader),
        reports_waiting=site.community.moderation.waiting() if reader.may("editor") else 0,
        lists=site.community.lists.of(reader.id),
        deeds=_deeds(site, reader),
        mails=site.subscriptions.owning.of(reader.id),
        open_page=site.community.lists.open_page(reader.id),
        made=made,
        errors=error,
        given={"name": reader.name, "token_name": ""} | given,
        said=request.query_params.get("said", ""),
        alone=site.known.alone,
    )

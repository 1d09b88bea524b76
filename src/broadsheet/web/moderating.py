"""The pages by which readers report and mute, and editors settle what was reported.

What each deed is, and whether its doer may, `community` decides anew at each press. Every deed leads back to where its
button stood.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet.accounts import audit
from broadsheet.community.comments import Comment
from broadsheet.community.moderation import LONGEST_NOTE, REASONS, Subject
from broadsheet.errors import Invalid, NotFound
from broadsheet.papers.paper import Paper
from broadsheet.web.forms import Form
from broadsheet.web.paths import own_path
from broadsheet.web.site import Site
from broadsheet.web.words import paper_path

LOGGED = 50


def offer_report(site: Site, request: Request) -> Response:
    """Show the form that reports a comment or a paper."""
    site.known.require(request)
    return _report_page(site, request, request.query_params)


def report(site: Site, request: Request, form: Form) -> Response:
    """Report a comment or a paper."""
    reader = site.known.require(request)
    paper, comment = _meant(site, request, form)
    try:
        what = Subject(paper.id, comment.id if comment else None)
        site.community.moderation.report(reader, what, form.get("reason", ""), form.get("note", ""))
    except Invalid as error:
        return _report_page(site, request, form, error)
    return site.pages.show(request, "reported.html", back=paper_path(paper))


def mute(site: Site, request: Request, form: Form) -> Response:
    """Mute a reader."""
    site.community.mutes.mute(site.known.require(request), _number(form, "reader"))
    return RedirectResponse(own_path(form.get("back", "/")), 303)


def unmute(site: Site, request: Request, form: Form) -> Response:
    """See a reader again."""
    site.community.mutes.unmute(site.known.require(request), _number(form, "reader"))
    return RedirectResponse("/me#mutes", 303)


def queue(site: Site, request: Request) -> Response:
    """Show what is reported and hidden, who is barred, and what was done of late."""
    reader = site.known.require(request, "editor")
    moderation = site.community.moderation
    return site.pages.show(
        request,
        "moderation.html",
        cases=moderation.queue(reader),
        reasons=REASONS,
        hidden=moderation.hidden(reader),
        claims=site.community.claims.waiting(reader),
        bans=site.accounts.bans.all() if reader.may("admin") else (),
        log=audit.newest(site.database, LOGGED),
        longest=LONGEST_NOTE,
    )


def settle(site: Site, request: Request, form: Form) -> Response:
    """Hide, restore or let stand what a form names."""
    editor = site.known.require(request, "editor")
    moderation = site.community.moderation
    deeds = {"hide": moderation.hide, "restore": moderation.restore, "dismiss": moderation.dismiss}
    deed = deeds.get(form.get("do", ""))
    if deed is None:
        raise Invalid("This form says neither to hide, to restore nor to let stand. Reload the page.", field="do")
    deed(editor, _subject(form), form.get("why", ""))
    return RedirectResponse(own_path(form.get("back", "/moderation")), 303)


def bar(site: Site, request: Request, form: Form) -> Response:
    """Bar a reader, or let one in again."""
    admin = site.known.require(request, "admin")
    number = _number(form, "reader")
    if form.get("do") == "lift":
        site.accounts.bans.lift(admin, number)
    else:
        hide_all = form.get("hide_all") == "on"
        site.community.moderation.ban(admin, number, form.get("why", ""), hide_all=hide_all)
    return RedirectResponse("/moderation", 303)


def claim(site: Site, request: Request, form: Form) -> Response:
    """Say that the reader is an author of a paper."""
    reader = site.known.require(request)
    paper = site.catalogue.get(form.get("paper", ""))
    site.community.claims.claim(reader, paper.id, form.get("note", ""))
    return RedirectResponse(f"{paper_path(paper)}#discussion", 303)


def withdraw_claim(site: Site, request: Request, form: Form) -> Response:
    """Take that back."""
    reader = site.known.require(request)
    paper = site.catalogue.get(form.get("paper", ""))
    site.community.claims.withdraw(reader, paper.id)
    return RedirectResponse(f"{paper_path(paper)}#discussion", 303)


def settle_claim(site: Site, request: Request, form: Form) -> Response:
    """Confirm or refuse that a reader is an author."""
    editor = site.known.require(request, "editor")
    if form.get("do") not in ("verify", "refuse"):
        raise Invalid("This form says neither to confirm nor to refuse. Reload the page.", field="do")
    verified = form.get("do") == "verify"
    site.community.claims.settle(editor, _number(form, "reader"), _number(form, "paper"), verified=verified)
    return RedirectResponse("/moderation#claims", 303)


def _report_page(site: Site, request: Request, given: Form, error: Invalid | None = None) -> Response:
    paper, comment = _meant(site, request, given)
    return site.pages.show(
        request,
        "report.html",
        400 if error else 200,
        paper=paper,
        comment=comment,
        reasons=REASONS,
        chosen=given.get("reason", ""),
        note=given.get("note", ""),
        errors=error,
        longest=LONGEST_NOTE,
    )


def _meant(site: Site, request: Request, given: Form) -> tuple[Paper, Comment | None]:
    if not given.get("comment"):
        return site.catalogue.get(given.get("paper", "")), None
    comment = site.community.comments.get(_number(given, "comment"), site.known.reader(request))
    if comment.state == "removed":
        raise NotFound("This comment was removed.", value=comment.id)
    return site.catalogue.get(f"paper:{comment.paper_id}"), comment


def _subject(form: Form) -> Subject:
    return Subject(comment_id=_number(form, "comment")) if form.get("comment") else Subject(_number(form, "paper"))


def _number(form: Form, field: str) -> int:
    """Return the number that a field holds; 0, which names nothing, for anything else."""
    given = form.get(field, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else 0

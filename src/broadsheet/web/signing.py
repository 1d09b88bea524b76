"""Signing in by mail and out again; a page that is only looked at never signs anybody in.

What a link grants, `accounts` decides.
The page behind a link holds its token, so no cache keeps it, and the button on it must be pressed by a person.
"""

import threading

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet.errors import BroadsheetError, Invalid, NotFound
from broadsheet.logs import get_logger
from broadsheet.web.client import client_of
from broadsheet.web.forms import Form
from broadsheet.web.paths import own_path
from broadsheet.web.site import Site

_log = get_logger("web")


def ask(site: Site, request: Request) -> Response:
    """Show the form."""
    if site.known.reader(request) is not None:
        return RedirectResponse("/me", 303)
    _require_many(site)
    return _form(site, request, "", request.query_params.get("back", "/"))


def asked(site: Site, request: Request, form: Form) -> Response:
    """Take an address, and send the letter whose link signs in."""
    _require_many(site)
    address, back = form.get("address", "").strip(), form.get("back", "/")
    try:
        site.accounts.sign_ins.ask(address, client_of(request, site.settings.trusted_proxies), own_path(back))
    except Invalid as error:
        return _form(site, request, address, back, error)
    answer = RedirectResponse("/sign-in/asked", 303)
    # In a thread of its own: a browser whose next request waited for the mail server could tell whether one is written.
    answer.background = BackgroundTask(threading.Thread(target=_send_letters, args=(site,), daemon=True).start)
    return answer


def check_mail(site: Site, request: Request) -> Response:
    """Say what happens next; the same for every address."""
    return site.pages.show(request, "sign_in_asked.html", mail_words=site.told_of_mails(request))


def offer(site: Site, request: Request) -> Response:
    """Show the button that signs in, and for whom."""
    token = request.query_params.get("token", "")
    return site.pages.show(request, "sign_in_link.html", token=token, masked=site.accounts.sign_ins.offered(token))


def enter(site: Site, request: Request, form: Form) -> Response:
    """Sign in, and lead back to where it was wanted."""
    reader, back = site.accounts.sign_ins.accept(form.get("token", ""))
    answer = RedirectResponse(own_path(back), 303)
    site.known.keep(answer, site.accounts.sessions.begin(reader.id, before=site.known.token(request)))
    return answer


def leave(site: Site, request: Request, _form: Form) -> Response:
    """Sign out on this browser."""
    site.known.require(request)
    site.accounts.sessions.end(site.known.token(request))
    return _gone(site, "/")


def leave_everywhere(site: Site, request: Request, _form: Form) -> Response:
    """Sign out on every browser."""
    site.accounts.sessions.end_all(site.known.require(request).id)
    return _gone(site, "/")


def _gone(site: Site, target: str) -> Response:
    answer = RedirectResponse(target, 303)
    site.known.drop(answer)
    return answer


def _form(site: Site, request: Request, address: str, back: str, error: Invalid | None = None) -> Response:
    return site.pages.show(
        request,
        "sign_in.html",
        400 if error else 200,
        address=address,
        back=own_path(back),
        errors=error,
        mail_words=site.told_of_mails(request),
        openid=site.accounts.openid,
    )


def _require_many(site: Site) -> None:
    if site.known.alone:
        raise NotFound("This instance has one reader, who sits at its machine: there is nothing to sign in to.")


def _send_letters(site: Site) -> None:
    try:
        site.accounts.sign_ins.send_waiting()
    except BroadsheetError as error:  # it waits for the next tick
        _log.warning("web.letters_wait", error=error.message)

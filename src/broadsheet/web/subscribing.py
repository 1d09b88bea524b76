"""Subscribing by mail: ask, confirm, manage, leave; a page that is only looked at never changes anything.

What a subscription is and which choices there are, `digests` decides.
A token from a mail is the authority for its subscription, so pages that hold one are never kept by a cache.
"""

from collections.abc import Sequence
from typing import Any

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet.accounts.reader import masked
from broadsheet.digests.dates import ENGLISH, LOCALES
from broadsheet.digests.saved import MOST
from broadsheet.digests.sections import ALL, WORDS
from broadsheet.digests.subscription import LARGEST, SMALLEST, WEEKDAYS, Subscription, zones
from broadsheet.errors import BroadsheetError, Invalid
from broadsheet.logs import get_logger
from broadsheet.web.forms import Form
from broadsheet.web.framed import framing, mail_page
from broadsheet.web.site import Site

SIZES = ((5, "Short"), (10, "Usual"), (20, "Long"))
DAYS = (
    ("weekdays", "Weekdays", "one mail each morning"),
    ("daily", "Every day", "weekends too"),
    ("weekly", "Weekly", "on a day you choose"),
    ("monthly", "Monthly", "on the first"),
)
CHOICES = ("hour", "timezone", "days", "weekday", "size", "beside", "even_empty", "locale", "edition")
FINE = ("beside", "even_empty", "locale")  # what few change before a first mail
PLACES = "place_"  # what the names of the fields that order sections begin with
OFF = "off"
PREVIEWED = 10

_log = get_logger("web")


def ask(site: Site, request: Request) -> Response:
    """Show the form."""
    return _form(site, request, {})


def asked(site: Site, request: Request, form: Form) -> Response:
    """Take an address and choices, and send the letter that asks whether it was its owner."""
    chosen: dict[str, Any] = {name: form[name] for name in CHOICES if form.get(name)}
    if order := ordered(form):
        chosen["sections"] = [name for name, place in order if place != OFF]
    try:
        site.subscriptions.subscribe(form.get("address", "").strip(), **chosen)
    except Invalid as error:
        return _form(site, request, form, error)
    answer = RedirectResponse("/subscribe/asked", 303)
    answer.background = BackgroundTask(send_letters, site)
    return answer


def check_mail(site: Site, request: Request) -> Response:
    """Say what happens next; the same for every address."""
    return site.pages.show(request, "subscribe_asked.html", mail_words=site.told_of_mails(request))


def offer_confirmation(site: Site, request: Request) -> Response:
    """Show the button that confirms."""
    token = request.query_params.get("token", "")
    return site.pages.show(
        request,
        "subscribe_confirm.html",
        token=token,
        subscription=site.subscriptions.by_token(token),
        waiting=[search for search in site.subscriptions.searches.of(token) if search.waits],
    )


def confirm(site: Site, request: Request, form: Form) -> Response:
    """Start the digests with the searches that were shown, and lead to the page where they are managed."""
    shown = [int(number) for number in form.get("searches", "").split(",") if number.isascii() and number.isdigit()]
    subscription = site.subscriptions.confirm(form.get("token", ""), shown)
    if subscription.state == "pending":  # a move to this address, of which the other mailbox has not said yes yet
        return site.pages.show(request, "subscribe_moving.html", where="old")
    return RedirectResponse(f"/subscription?token={subscription.token}&said=confirmed", 303)


def manage(site: Site, request: Request) -> Response:
    """Show what was chosen, to be changed."""
    token = request.query_params.get("token", "")
    return managed(site, request, token, {})


def change(site: Site, request: Request, form: Form) -> Response:
    """Change hour, zone, days, size, sections and the rest of what can be chosen."""
    token = form.get("token", "")
    chosen: dict[str, object] = {name: form[name] for name in CHOICES if name in form}
    if order := ordered(form):
        chosen["sections"] = [name for name, place in order if place != OFF]
    try:
        site.subscriptions.change(token, **chosen)
    except Invalid as error:
        if error.field == "token":
            raise
        return managed(site, request, token, form, error)
    return RedirectResponse(f"/subscription?token={token}&said=changed", 303)


def upcoming(site: Site, request: Request) -> Response:
    """Show what the next mail would hold if it went out now."""
    token = request.query_params.get("token", "")
    selection, mail = site.digests.rehearsed(token)
    answer = site.pages.show(
        request,
        "subscribe_next.html",
        token=token,
        subscription=site.subscriptions.by_token(token),
        selection=selection,
        mail=mail,
    )
    return framing(answer)


def upcoming_mail(site: Site, request: Request) -> Response:
    """Show that mail itself, for the frame on its page."""
    _, mail = site.digests.rehearsed(request.query_params.get("token", ""))
    return mail_page(mail.html)


def rest(site: Site, request: Request, form: Form) -> Response:
    """Pause the mails until a day, or go on with them."""
    token = form.get("token", "")
    try:
        site.subscriptions.rest(token, form.get("paused_until", ""), form.get("paused_from", ""))
    except Invalid as error:
        if error.field == "token":
            raise
        return managed(site, request, token, form, error)
    return RedirectResponse(f"/subscription?token={token}&said=changed", 303)


def offer_end(site: Site, request: Request) -> Response:
    """Show the button that ends the mails."""
    token = request.query_params.get("token", "")
    return site.pages.show(
        request,
        "subscribe_end.html",
        token=token,
        subscription=site.subscriptions.by_token(token),
        followed=[one for one in site.subscriptions.searches.of(token) if not one.waits],
        section_words=WORDS,
    )


def end(site: Site, request: Request, form: Form) -> Response:
    """End the mails at once: pressed here, or by a mail program's own button (RFC 8058)."""
    token = request.query_params.get("token") or form.get("token", "")
    site.subscriptions.end(token)
    return site.pages.show(request, "subscribe_ended.html", token=token)


def ordered(form: Form) -> list[tuple[str, str]]:
    """Return (section, place) in the order of the places that a form gives, those switched off last."""
    given = [(name, form[PLACES + name]) for name in ALL if PLACES + name in form]
    return sorted(given, key=lambda one: int(one[1]) if one[1].isascii() and one[1].isdigit() else len(ALL) + 1)


def managed(
    site: Site, request: Request, token: str, given: Form, error: Invalid | None = None, unsaved: str = ""
) -> Response:
    """Show one subscription to its owner, with what was `given` and why a choice or a search was refused."""
    subscription = site.subscriptions.by_token(token)
    if subscription.state == "pending":
        raise Invalid("This subscription is not confirmed yet. Follow the link in the first mail.", field="token")
    if subscription.state == "ended":
        return site.pages.show(request, "subscribe_ended.html", token=token)
    values = _values(subscription)
    return site.pages.show(
        request,
        "subscribe_manage.html",
        400 if error or unsaved else 200,
        unsaved=unsaved,
        searches=site.subscriptions.searches.of(token),
        most=MOST,
        mutes=site.subscriptions.mutes.of(token, 0)[0],
        given=given,
        values=values | {name: value for name, value in given.items() if name in values},
        order=ordered(given) or _places(subscription.sections),
        errors=error,
        token=token,
        subscription=subscription,
        masked=masked(subscription.address),
        reader=site.known.reader(request),
        rests=subscription.rests_on(site.clock.now().date()),
        will_rest=subscription.paused_until is not None and subscription.paused_until > site.clock.now().date(),
        said=request.query_params.get("said", ""),
        **_offered(),
    )


def _values(subscription: Subscription) -> dict[str, str]:
    chosen = subscription.choices
    return {
        "hour": str(chosen.hour),
        "timezone": chosen.timezone,
        "days": chosen.days,
        "weekday": str(chosen.weekday),
        "size": str(chosen.size),
        "beside": "on" if chosen.beside else "off",
        "even_empty": "on" if chosen.even_empty else "off",
        "locale": chosen.locale,
        "edition": "on" if chosen.edition else "off",
        "paused_from": str(subscription.paused_from or ""),
        "paused_until": str(subscription.paused_until or ""),
    }


def _places(sections: Sequence[str]) -> list[tuple[str, str]]:
    """Return (section, place) of those that come in their order, and then the others."""
    return [(name, str(n)) for n, name in enumerate(sections, 1)] + [(one, OFF) for one in ALL if one not in sections]


def _form(site: Site, request: Request, given: Form, error: Invalid | None = None) -> Response:
    values = {"hour": "7", "timezone": site.settings.timezone, "days": "weekdays", "weekday": "0"}
    values |= {"size": "10", "address": "", "beside": "off", "even_empty": "off", "locale": ENGLISH}
    order = ordered(given) or _places(ALL)
    changed = order != _places(ALL) or any(given.get(name, values[name]) != values[name] for name in FINE)
    return site.pages.show(
        request,
        "subscribe.html",
        400 if error else 200,
        values=values | {name: value for name, value in given.items() if name in values and value},
        order=order,
        opened=changed or bool(error and error.field in ("sections", *FINE)),
        errors=error,
        preview=_preview(site),
        mail_words=site.told_of_mails(request),
        **_offered(),
    )


def _offered() -> dict[str, Any]:
    return {
        "zones": sorted(zone for zone in zones() if "/" in zone or zone == "UTC"),
        "sizes": SIZES,
        "days": DAYS,
        "weekdays": WEEKDAYS,
        "locales": LOCALES,
        "section_words": WORDS,
        "smallest": SMALLEST,
        "largest": LARGEST,
    }


def _preview(site: Site) -> Any:
    try:
        return site.digests.preview(size=PREVIEWED)
    except BroadsheetError as error:  # a mail that cannot be laid out must not keep anyone from asking for it
        _log.warning("web.no_preview", error=error.message)
        return None


def send_letters(site: Site) -> None:
    """Send the letters that wait, once the answer has left."""
    try:
        site.subscriptions.send_waiting()
    except BroadsheetError as error:  # it waits for the next tick
        _log.warning("web.letters_wait", error=error.message)

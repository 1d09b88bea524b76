"""The operator's page on mails: how they fare, who is not written to, and the button that lets paused digests go on.

What is counted and decided, `mail.office` knows. Only an admin is let in; what is changed is kept with who did it.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet.digests.deliveries import MOST_ATTEMPTS
from broadsheet.errors import BroadsheetError, Invalid
from broadsheet.mail import office
from broadsheet.mail.office import Imported, Overview
from broadsheet.mail.suppression import Decision, Suppression
from broadsheet.mail.suppression_file import lines_of, written
from broadsheet.mail.tally import Rates
from broadsheet.web.forms import Form
from broadsheet.web.mistakes import status_of
from broadsheet.web.site import Site

LARGEST = 1024 * 1024  # bytes of a pasted list; longer ones the command line takes
DECISIONS = 20
WIDTH, HEIGHT = 560.0, 72.0
_GAP = 2.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of the drawing: where its column stands, how high it is, and how high what failed of it."""

    day: date
    x: float
    width: float
    sent: float
    failed: float
    rates: Rates


def page(site: Site, request: Request) -> Response:
    """Show the page."""
    return _page(site, request)


def resume(site: Site, request: Request, _form: Form) -> Response:
    """Let paused digests go on."""
    operator = site.known.require(request, "admin")
    try:
        site.office.limits.lift(operator.shown)
    except BroadsheetError as error:
        return _page(site, request, error=error)
    return RedirectResponse("/operator/mail?said=resumed", 303)


def decide(site: Site, request: Request, form: Form) -> Response:
    """Look an address up, suppress it, or lift it."""
    operator = site.known.require(request, "admin")
    address = form.get("address", "").strip()
    try:
        if form.get("do") == "find":
            return _page(site, request, found=site.office.find(address), address=address)
        if form.get("do") == "lift":
            site.office.lift(address, operator.shown)
        elif form.get("do") == "suppress":
            site.office.suppress(address, operator.shown)
        else:
            raise Invalid("The form did not say what to do with that address. Press one of its buttons.", field="do")
    except BroadsheetError as error:
        return _page(site, request, error=error, address=address)
    return RedirectResponse(f"/operator/mail?said={form['do']}#list", 303)


def take(site: Site, request: Request, form: Form) -> Response:
    """Put the addresses of a pasted CSV on the list."""
    operator = site.known.require(request, "admin")
    text = form.get("file", "")
    try:
        done = site.office.take(lines_of(text), operator.shown)
    except BroadsheetError as error:
        return _page(site, request, error=error, pasted=text)
    return _page(site, request, done=done)


def export(site: Site, request: Request) -> Response:
    """Give the list as CSV."""
    site.known.require(request, "admin")
    headers = {"Content-Disposition": 'attachment; filename="suppressions.csv"', "Cache-Control": "no-store"}
    lines = "".join(written(site.office.suppressions.all()))
    return Response(lines, 200, headers, media_type="text/csv; charset=utf-8")


def _page(
    site: Site,
    request: Request,
    *,
    error: BroadsheetError | None = None,
    done: Imported | None = None,
    found: tuple[Suppression | None, list[Decision]] | None = None,
    **given: str,
) -> Response:
    site.known.require(request, "admin")
    told = site.office.overview()
    return site.pages.show(
        request,
        "operator_mail.html",
        status_of(error) if error else 200,
        told=told,
        tries=MOST_ATTEMPTS,
        bars=bars(told),
        standing_of_complaints=office.of_complaints(told.week),
        standing_of_gone=office.of_gone(told.week),
        decisions=site.office.suppressions.decisions(DECISIONS),
        pauses=[pause for pause in site.office.limits.past() if pause.lifted_at],
        errors=error if isinstance(error, Invalid) else None,
        trouble="" if isinstance(error, Invalid) or error is None else error.message,
        done=done,
        found=found,
        given={"address": "", "pasted": ""} | given,
        said=request.query_params.get("said", ""),
        width=WIDTH,
        height=HEIGHT,
    )


def bars(told: Overview) -> list[Bar]:
    """Return a column for each day since the first, days without a mail among them."""
    days = [told.since + timedelta(days=n) for n in range(office.DAYS)]
    most = max((max(rates.sent, _failed(rates)) for rates in told.days.values()), default=0) or 1
    step = WIDTH / len(days)
    found = []
    for place, day in enumerate(days):
        rates = told.days.get(day, Rates())
        heights = HEIGHT * rates.sent / most, HEIGHT * _failed(rates) / most
        found.append(Bar(day, place * step, step - _GAP, *heights, rates))
    return found


def _failed(rates: Rates) -> int:
    """Return how many came back on a day, be it mails of the days before."""
    return rates.refused + rates.bounced

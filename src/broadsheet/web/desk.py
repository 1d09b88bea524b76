"""The editors' desk: candidates, the page as it is prepared, its proof, and the corrections of a page that is out.

What a draft is and who may change it, `editions` decides; what a form says, `drafting` reads. Whatever an editor typed
comes back with the answer when it cannot be kept: with an error, a conflict, or a role that was taken away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet.editions.candidates import ORIGINS, Candidate
from broadsheet.editions.draft import LONGEST_BLURB, LONGEST_KICKER, MOST, Draft, Pick, Stale
from broadsheet.editions.proofreading import remarks
from broadsheet.editions.spans import Span, read, span_of
from broadsheet.errors import BroadsheetError, Conflict, Forbidden, Invalid, NotFound
from broadsheet.papers.paper import Paper
from broadsheet.web import front, words
from broadsheet.web.drafting import Press, Written, approved_as, draft_of, joined_with, press_of, pressed, written
from broadsheet.web.forms import Form
from broadsheet.web.mistakes import status_of
from broadsheet.web.site import Site

LARGEST = 64 * 1024  # bytes of a form: six blurbs in any script
SHOWN = 40  # candidates
_TABS = {"": "All", "trending": "Trending", "sent": "Sent in", "new": "New", "missed": "Missed"}


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of the page that is prepared, with the words for it."""

    number: int
    name: str
    paper: Paper
    kicker: str
    blurb: str


def home(site: Site, request: Request) -> Response:
    """Lead to the page that is prepared now."""
    site.known.require(request, "editor")
    return RedirectResponse(f"/desk/{site.desk.next_span().name}", 303)


def desk(site: Site, request: Request) -> Response:
    """Show the desk for a day, a week or a month, or what can be corrected once its page is out."""
    site.known.require(request, "editor")
    given = request.path_params["name"]
    span = read(given)
    if span.name != given:
        return RedirectResponse(f"/desk/{span.name}", 301)
    if site.desk.is_out(span):
        return _out(site, request, span)
    return _desk(site, request, site.desk.draft(span))


def proof(site: Site, request: Request) -> Response:
    """Show the page as readers would see it if the kept draft went out now."""
    site.known.require(request, "editor")
    span = read(request.path_params["name"])
    if site.desk.is_out(span):
        return RedirectResponse(f"/edition/{span.name}", 303)
    draft = site.desk.draft(span)
    name = f"draft {draft.revision}" if draft.revision else "what fills itself"
    said = front.Proof(name, _goes_out(site, draft), draft, _slots(site, draft), _can_publish(site, span))
    return front.page(site, request, site.desk.proof(draft), proof=said)


def change(site: Site, request: Request, form: Form) -> Response:
    """Do what the pressed button asks, with all that the form holds, and lead back to the desk."""
    span = read(request.path_params["name"])
    try:
        reader = site.known.require(request, "editor")
        return _change(site, span, form, reader.id)
    except Forbidden as error:
        return _given_back(site, request, span, form, error)
    except Stale as error:
        return _conflict(site, request, error, form)
    except (Invalid, Conflict) as error:
        return _desk_again(site, request, span, form, error)


def correct(site: Site, request: Request, form: Form) -> Response:
    """Put a note beside a page that is out."""
    span = read(request.path_params["name"])
    try:
        reader = site.known.require(request, "editor")
        key = form.get("paper", "")
        paper_id = site.catalogue.get(key).id if key else None
        site.desk.correct(span, form.get("note", ""), paper_id=paper_id, by=reader.id)
    except Forbidden as error:
        return _given_back(site, request, span, form, error)
    except Invalid as error:
        return _out(site, request, span, error, form)
    return RedirectResponse(f"/desk/{span.name}?said=corrected", 303)


def _change(site: Site, span: Span, form: Form, by: int) -> Response:
    press, given = press_of(form), draft_of(site.catalogue, span, form)
    kept = site.desk.draft(span)
    if press.verb == "join":
        site.desk.save(joined_with(site.catalogue, kept, form), by=by)
        return RedirectResponse(f"/desk/{span.name}?said=joined", 303)
    wanted = pressed(site.catalogue, given, press)
    if press.verb not in ("approve", "withdraw"):
        wanted = approved_as(wanted, kept)
    if press.verb == "publish":
        site.desk.publish(wanted, by=by)
        return RedirectResponse(f"/desk/{span.name}?said=published", 303)
    site.desk.save(wanted, by=by)
    return RedirectResponse(_next(span, form, press), 303)


def _next(span: Span, form: Form, press: Press) -> str:
    if press.verb == "proof":
        return f"/desk/{span.name}/proof"
    tab = form.get("from", "")
    query = f"?from={tab}" if tab in ORIGINS else ""
    there = press.key and press.verb != "drop"
    return f"/desk/{span.name}{query}" + (f"#{quote('at-' + press.key, safe='-.:/')}" if there else "")


def _desk(site: Site, request: Request, draft: Draft, error: BroadsheetError | None = None) -> Response:
    span, tab = draft.span, request.query_params.get("from", "")
    page = site.desk.proof(draft)
    found = site.candidates.of(site.editions.composer.page(span))
    said = remarks(page, draft, site.candidates.history([pick.paper_id for pick in draft.picks]))
    return site.pages.show(
        request,
        "desk.html",
        status_of(error) if error else 200,
        span=span,
        spans=_spans(site, span),
        draft=draft,
        slots=_slots(site, draft),
        open_places=range(len(draft.picks), MOST),
        candidates=_of_tab(found, tab)[:SHOWN],
        counts={name: len(_of_tab(found, name)) for name in _TABS},
        tabs=_TABS,
        tab=tab if tab in _TABS else "",
        edition=page,
        remarks=said,
        standing=_standing(site, draft),
        goes_out=site.desk.due(draft).astimezone(site.settings.zone),
        is_over=site.desk.is_over(span),
        can_publish=_can_publish(site, span),
        longest=(LONGEST_KICKER, LONGEST_BLURB),
        error=error,
        said=request.query_params.get("said", ""),
    )


def _desk_again(site: Site, request: Request, span: Span, form: Form, error: BroadsheetError) -> Response:
    """Show the desk with what was sent, as it was sent, and what is wrong with it."""
    picks = {}
    for one in written(form):
        try:
            picks[site.catalogue.get(one.key).id] = one
        except (Invalid, NotFound):
            continue
    draft = Draft(
        span, _int(form.get("revision", "")), tuple(Pick(n, one.kicker, one.blurb) for n, one in picks.items())
    )
    return _desk(site, request, draft, error)


def _out(site: Site, request: Request, span: Span, error: Invalid | None = None, form: Form | None = None) -> Response:
    edition = site.editions.at(span)
    places = {place.paper.id: place.paper for _, some in edition.sections() for place in some}
    titles = {one.paper_id: places[one.paper_id].title for one in edition.corrections if one.paper_id in places}
    return site.pages.show(
        request,
        "desk_out.html",
        400 if error else 200,
        span=span,
        spans=_spans(site, span),
        edition=edition,
        papers=list(places.values()),
        titles=titles,
        given=form or {},
        error=error,
        said=request.query_params.get("said", ""),
    )


def _conflict(site: Site, request: Request, error: Stale, form: Form) -> Response:
    """Show both drafts beside each other; nothing is decided for the editor."""
    target = site.desk.draft(site.desk.next_span()) if error.is_out else site.desk.draft(error.now.span)
    return site.pages.show(
        request,
        "desk_conflict.html",
        HTTPStatus.CONFLICT,
        error=error,
        span=error.now.span,
        theirs=_slots(site, error.now),
        saved_by=site.desk.saved_by(error.now),
        target=target,
        mine=_wanted(site, error.now.span, form),
        goes_out=form.get("goes_out", ""),
        longest=(LONGEST_KICKER, LONGEST_BLURB),
    )


def _given_back(site: Site, request: Request, span: Span, form: Form, error: Forbidden) -> Response:
    """Say that it may not be done, and give back every word that was sent."""
    note = form.get("note", "")
    return site.pages.show(
        request,
        "desk_refused.html",
        status_of(error),
        message=error.message,
        span=span,
        mine=_sent(site, form),
        note=note,
    )


def _wanted(site: Site, span: Span, form: Form) -> list[tuple[Written, str]]:
    """Return the picks as they would be, had the pressed button been heeded, with the titles of their papers."""
    draft = pressed(site.catalogue, draft_of(site.catalogue, span, form), press_of(form))
    was = {site.catalogue.get(one.key).id: one.was for one in written(form)}
    return [
        (Written(n, slot.paper.key, slot.kicker, slot.blurb, was.get(slot.paper.id, "")), slot.paper.title)
        for n, slot in enumerate(_slots(site, draft), start=1)
    ]


def _sent(site: Site, form: Form) -> list[tuple[Written, str]]:
    """Return what was sent with the titles of its papers, and the paper's own name where it is not here."""
    found = []
    for one in written(form):
        try:
            found.append((one, site.catalogue.get(one.key).title))
        except (Invalid, NotFound):
            found.append((one, one.key[:80]))
    return found


def _slots(site: Site, draft: Draft) -> list[Slot]:
    papers = {paper.id: paper for paper in site.catalogue.papers([pick.paper_id for pick in draft.picks])}
    picks = [pick for pick in draft.picks if pick.paper_id in papers]
    return [
        Slot(n, "Lead" if n == 1 else f"Pick {n - 1}", papers[pick.paper_id], pick.kicker, pick.blurb)
        for n, pick in enumerate(picks, start=1)
    ]


def _spans(site: Site, shown: Span) -> list[tuple[Span, str]]:
    """Return the pages that an editor may want next: the coming days, this week and month, and drafts that wait."""
    today = site.editions.publisher.today()
    days = [span_of("day", today + timedelta(days=n)) for n in range(3)]
    ended = [draft.span for draft in site.editions.publisher.ended()]
    spans = [*days, span_of("week", today), span_of("month", today), *ended, *site.desk.waiting(), shown]
    names = {days[0]: "Today", days[1]: "Tomorrow"}
    return [(span, names.get(span, words.short_span(span))) for span in dict.fromkeys(spans)]


def _of_tab(found: Sequence[Candidate], tab: str) -> list[Candidate]:
    return [one for one in found if one.origin == tab or tab not in ORIGINS]


def _can_publish(site: Site, span: Span) -> bool:
    today = site.editions.publisher.today()
    return today >= (span.start if span.period == "day" else span.last) and not site.desk.is_over(span)


def _standing(site: Site, draft: Draft) -> str:
    """Say how the page stands: which draft, how full, and what happens if nobody does anything more."""
    if site.desk.is_over(draft.span):
        return "Its time has passed without a page. What was written is kept here; put it on another day's."
    filled = f"{words.count(len(draft.picks), 'place is', 'places are')} filled, of {MOST}."
    if draft.saved_at is None:
        return f"Nobody has touched it. {_goes_out(site, draft)}"
    saved = words.moment(draft.saved_at, site.clock.now(), site.settings.zone)
    return f"Draft {draft.revision}, saved {saved} by {site.desk.saved_by(draft)}. {filled} {_goes_out(site, draft)}"


def _goes_out(site: Site, draft: Draft) -> str:
    now, zone = site.clock.now(), site.settings.zone
    due, goes = (words.moment(one, now, zone) for one in (site.desk.due(draft), site.desk.goes_out(draft)))
    if draft.approved:
        return f"Approved: it goes out {due}."
    if draft.is_touched:
        return f"Not approved yet for {due}: left alone, it goes out as it stands {goes}."
    return f"Left alone, it fills itself from trending and goes out {due}."


def _int(given: str) -> int:
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0

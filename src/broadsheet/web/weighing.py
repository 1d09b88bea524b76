"""The operator's page of trending: other weights, what today would look like by them, and how often places were seen.

What weights are, `trending` decides. Looking at other weights changes nothing; only the button that says so does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadsheet.errors import Invalid
from broadsheet.trending import weighing
from broadsheet.trending.formula import KINDS, PUBLISHED, Weights
from broadsheet.trending.trending import Ranked
from broadsheet.web import rising
from broadsheet.web.forms import Form
from broadsheet.web.mistakes import status_of
from broadsheet.web.site import Site

PLACES = 15
EXPOSURE_DAYS = 7
EXPOSED_PLACES = 10
_OTHERS = {
    "pace": "Share of the pace; the level has what is left",
    "stars": "Stars of the code",
    "citations": "Citations",
}


@dataclass(frozen=True, slots=True)
class Moved:
    """One place by other weights; `before` is the place that it has now, None where it is on no shown place."""

    place: int
    ranked: Ranked
    before: int | None


def page(site: Site, request: Request) -> Response:
    """Show the weights in force."""
    site.known.require(request, "admin")
    return _show(site, request, _texts(site.trending.weighings.in_force()))


def change(site: Site, request: Request, form: Form) -> Response:
    """Show what today would look like by the given weights, or put them, or the published ones, into force."""
    reader = site.known.require(request, "admin")
    if form.get("do") in ("rising-on", "rising-off"):
        site.rising.switch(reader, on=form.get("do") == "rising-on")
        return RedirectResponse("/operator/trending#rising", 303)
    if form.get("do") == "reset":
        site.trending.reweigh(None, reader)
        return RedirectResponse("/operator/trending", 303)
    given = {name: form.get(name, "") for name in weighing.NAMES}
    try:
        weights = weighing.read(given)
    except Invalid as error:
        return _show(site, request, given, errors=error)
    if form.get("do") != "save":
        return _show(site, request, given, weights)
    site.trending.reweigh(weights, reader)
    return RedirectResponse("/operator/trending", 303)


def _show(
    site: Site, request: Request, given: Mapping[str, str], other: Weights | None = None, errors: Invalid | None = None
) -> Response:
    present = site.trending.page("day", limit=PLACES).places
    since = site.clock.now().date() - timedelta(days=EXPOSURE_DAYS)
    return site.pages.show(
        request,
        "weighing.html",
        status_of(errors) if errors else 200,
        rows=_rows(),
        given=given,
        errors=errors,
        present=present,
        moved=_moved(present, site.trending.preview(other, limit=PLACES)) if other else None,
        in_force=site.trending.weighings.in_force(),
        published=PUBLISHED,
        journal=site.trending.weighings.journal(),
        told=_told,
        exposure=[one for one in site.counting.exposure(since) if one.place <= EXPOSED_PLACES],
        days=EXPOSURE_DAYS,
        rising=site.rising.switched(),
        learnt=rising.told(site.rising.newest()),
    )


def _rows() -> list[tuple[str, str, float]]:
    """Return each weight's name, what it weighs, and the published one."""
    shipped = weighing.values(PUBLISHED)
    kinds = [(name, f"{kind.noun.capitalize()}s {kind.where}", shipped[name]) for name, kind in KINDS.items()]
    return kinds + [(name, words, shipped[name]) for name, words in _OTHERS.items()]


def _texts(weights: Weights) -> dict[str, str]:
    return {name: f"{value:g}" for name, value in weighing.values(weights).items()}


def _moved(present: Sequence[Ranked], by_others: Sequence[Ranked]) -> list[Moved]:
    places = {one.paper.id: place for place, one in enumerate(present, start=1)}
    return [Moved(place, one, places.get(one.paper.id)) for place, one in enumerate(by_others, start=1)]


def _told(weights: Weights | None) -> str:
    """Say what a change made of the published weights."""
    shipped, found = weighing.values(PUBLISHED), weighing.values(weights or PUBLISHED)
    changed = [f"{name} {value:g}" for name, value in found.items() if value != shipped[name]]
    return ", ".join(changed) or "the published weights"

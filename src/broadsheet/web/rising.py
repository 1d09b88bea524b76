"""The page of the rising mark: what it was learnt from, and what it foretold beside what was seen, as chart and table.

The figures are of the newest fit, on days that it had not learnt from; what follows from them, `trending` decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from broadsheet.trending.rising import words
from broadsheet.trending.rising.calibration import Group
from broadsheet.trending.rising.learning import Fit
from broadsheet.trending.rising.rising import FITS_FOR, NEW_FOR
from broadsheet.web.site import Site

SIZE = 240.0
_LEFT, _BELOW = 34.0, 30.0  # for the words beside the axes
_STEP = 0.1
DOES = ("teaches", "calibrates", "judges")


@dataclass(frozen=True, slots=True)
class Point:
    """One tenth of the papers in the drawing: its place, and the ends of its interval, in the drawing's units."""

    x: float
    y: float
    high: float
    low: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """Foretold (across) against seen (up), both up to `most`; on the diagonal they agree."""

    points: tuple[Point, ...]
    ticks: tuple[tuple[str, float, float], ...]
    sentence: str
    left: float = _LEFT
    size: float = SIZE
    width: float = _LEFT + SIZE + 10
    height: float = SIZE + _BELOW + 10


def page(site: Site, request: Request) -> Response:
    """Show how far the mark can be believed."""
    fit = site.rising.newest()
    return site.pages.show(
        request,
        "about_rising.html",
        cached=True,
        switched=site.rising.switched(),
        fit=fit,
        trial=fit.trial if fit else None,
        refusal=words.refusal(fit) if fit else "",
        beside=words.beside_baseline(fit) if fit else "",
        spans=list(zip(DOES, fit.spans, strict=False)) if fit else [],
        drawing=drawing(fit.trial.tenths) if fit and fit.trial else None,
        new_for=NEW_FOR.total_seconds() / 3600,
        fits_for=FITS_FOR.days,
    )


def told(fit: Fit | None) -> str:
    """Say in a sentence how the newest fit stands."""
    if fit is None:
        return "Nothing was learnt yet; that happens within an hour once it is on."
    return words.refusal(fit) or "Its chances held on the days that it had not learnt from."


def drawing(tenths: Sequence[Group]) -> Drawing:
    """Return the drawing of what was foretold and seen of each tenth of the papers."""
    most = max(_STEP, *(one.interval[1] for one in tenths), *(one.told for one in tenths))
    steps = int(most / _STEP) + 1
    most = steps * _STEP

    def across(share: float) -> float:
        return _LEFT + SIZE * share / most

    def up(share: float) -> float:
        return 10 + SIZE * (1 - share / most)

    points = tuple(Point(across(g.told), up(g.seen), up(g.interval[1]), up(g.interval[0])) for g in tenths)
    ticks = tuple((f"{n * 10}", across(n * _STEP), up(n * _STEP)) for n in range(steps + 1))
    within = sum(g.interval[0] <= g.told <= g.interval[1] for g in tenths)
    sentence = (
        f"Of {len(tenths)} tenths of the papers, {within} were seen as often as foretold, within their intervals."
    )
    return Drawing(points, ticks, sentence)

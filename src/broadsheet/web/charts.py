"""Charts of how the counts of a paper grew, as the numbers of a drawing that the page makes: no script draws anything.

What was counted, `trending` tells; a chart says in words what it shows, and its numbers stand beside it as a table.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from starlette.requests import Request
from starlette.responses import Response

from broadsheet.trending.attention import Series
from broadsheet.web import words
from broadsheet.web.site import Site

WIDTH, HEIGHT = 260.0, 64.0
_TOP = 8.0  # above the highest point, so that its dot is whole


@dataclass(frozen=True, slots=True)
class Chart:
    """One curve: its line and the area below it as SVG paths, its end, and what it says in a sentence."""

    label: str
    line: str
    area: str
    end: tuple[float, float]
    most: str
    first: str
    last: str
    sentence: str
    rows: tuple[tuple[str, str], ...]
    width: float = WIDTH
    height: float = HEIGHT


def charts(series: Sequence[Series], zone: tzinfo) -> list[Chart]:
    """Return a chart of each count that was read more than once and is not nothing."""
    return [_chart(one, zone) for one in series if len(one.points) > 1 and one.points[-1][1] > 0]


def attention(site: Site, request: Request) -> Response:
    """Serve the counts of a paper as CSV: kind, moment in UTC, count."""
    paper = site.catalogue.get(request.path_params["key"])
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(("kind", "at", "count"))
    for one in site.trending.series(paper.id):
        table.writerows((one.kind, at.isoformat(), f"{count:g}") for at, count in one.points)
    headers = {"Content-Disposition": 'inline; filename="attention.csv"', "Cache-Control": "private, no-cache"}
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _chart(series: Series, zone: tzinfo) -> Chart:
    points = series.points
    (began, first), (ended, last) = points[0], points[-1]
    places = [(_across(at, began, ended), _up(count, last)) for at, count in points]
    # A count stands until it is read anew: steps, not slopes.
    steps = [f"M{places[0][0]:.1f} {places[0][1]:.1f}", *(f"H{x:.1f}V{y:.1f}" for x, y in places[1:])]
    line = "".join(steps)
    said = [(f"{at.astimezone(zone):%Y-%m-%d %H:%M}", f"{count:,.0f}") for at, count in points]
    since, until = (words.day(at.astimezone(zone).date()) for at in (began, ended))
    return Chart(
        label=series.label,
        line=line,
        area=f"{line}V{HEIGHT:.0f}H{places[0][0]:.1f}Z",
        end=places[-1],
        most=f"{last:,.0f}",
        first=since,
        last=until if until != since else f"{ended.astimezone(zone):%H:%M}",
        sentence=f"{series.label}: {first:,.0f} on {said[0][0]}, {last:,.0f} on {said[-1][0]}",
        rows=tuple(said),
    )


def _across(at: datetime, began: datetime, ended: datetime) -> float:
    length = (ended - began).total_seconds()
    return WIDTH * (at - began).total_seconds() / length if length else WIDTH


def _up(count: float, most: float) -> float:
    return HEIGHT - (HEIGHT - _TOP) * count / most

"""The calendar of all editions: a month at a time, each day, week and month that has a page leading to it.

Pages themselves are `front`'s.
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from broadsheet.editions.edition import Head
from broadsheet.editions.spans import Span, read, span_of
from broadsheet.papers.paper import Paper
from broadsheet.web.site import Site

_MONDAYS_FIRST = calendar.Calendar()


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of the grid; `head` is None where it has no published page, `is_open` where it has one that is not."""

    day: date
    within: bool
    head: Head | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A week of the grid; `week` is None where it has no page."""

    week: Span | None
    number: int
    cells: tuple[Cell, ...]


def archive(site: Site, request: Request) -> Response:
    """Show the calendar of the month that the address names, else of the present one."""
    given = request.query_params.get("month", "")
    current = span_of("month", site.editions.publisher.today())
    month = span_of("month", read(given).start) if given else current
    heads = {head.day: head for head in site.editions.between("day", month.start, month.last)}
    first = site.editions.first()
    return site.pages.show(
        request,
        "editions.html",
        cached=True,
        month=month,
        rows=_rows(site, month, heads),
        before=month.before if first and span_of("month", first.day) < month else None,
        after=month.after if month < current else None,
        has_page=site.editions.is_there(month),
        today=site.editions.publisher.today(),
        heads=list(heads.values())[::-1],
        leads=_leads(site, heads),
        first=first,
    )


def _rows(site: Site, month: Span, heads: Mapping[date, Head]) -> list[Row]:
    today = site.editions.publisher.today()
    found = []
    for days in _MONDAYS_FIRST.monthdatescalendar(month.start.year, month.start.month):
        week = span_of("week", days[0])
        cells = (Cell(day, day.month == month.start.month, heads.get(day), day == today) for day in days)
        there = week if site.editions.is_there(week) else None
        found.append(Row(there, week.start.isocalendar().week, tuple(cells)))
    return found


def _leads(site: Site, heads: Mapping[date, Head]) -> dict[int, Paper]:
    """Return the lead of each edition that has one, by the edition's number in the database."""
    leads = site.editions.leads([head.id for head in heads.values()])
    papers = {paper.id: paper for paper in site.catalogue.papers(sorted(set(leads.values())))}
    return {edition: papers[paper] for edition, paper in leads.items() if paper in papers}

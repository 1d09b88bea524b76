"""The SQL of published editions: pages, written once and whole, and corrections; papers are named by their ids here.

What editors prepare stands in `draft_store`.
An edition's row and its places come in one transaction, and the unique (period, day) lets one of two writers through.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select

from broadsheet.database.schema import departed, edition, edition_correction, edition_place, harvest, paper
from broadsheet.editions.edition import SECTIONS, Appearance, Correction, Edition, Head, Place
from broadsheet.editions.spans import Period, Span

_HEAD = (
    edition.c.id,
    edition.c.period,
    edition.c.starts_on,
    edition.c.number,
    edition.c.published_at,
    edition.c.new_papers,
)
_ON_TOP = edition_place.c.section.in_(("lead", "picks"))


def insert_edition(
    connection: Connection, page: Edition, number: int, published_at: datetime, now_are: Mapping[int, int]
) -> int:
    """Write `page` as published under `number` and return its id; `IntegrityError` if its days have one already.

    `now_are` tells which paper each is by now; a place whose paper is not in it is left out.
    """
    edition_id: int = connection.execute(
        insert(edition)
        .values(
            period=page.period,
            starts_on=page.day,
            number=number,
            published_at=published_at,
            new_papers=page.new_papers,
            notice=page.notice,
        )
        .returning(edition.c.id)
    ).scalar_one()
    rows = [
        _row(section, place) | {"edition_id": edition_id, "paper_id": now_are[place.paper.id]}
        for section, places in page.sections()
        for place in places
        if place.paper.id in now_are
    ]
    if rows:
        connection.execute(insert(edition_place), rows)
    return edition_id


def _row(section: str, place: Place) -> dict[str, object]:
    return {
        "section": section,
        "place": place.place,
        "score": place.score,
        "reason": place.reason,
        "parts": json.dumps([asdict(part) for part in place.parts], ensure_ascii=False),
        "blurb": place.blurb,
        "kicker": place.kicker,
        "chosen": place.chosen,
    }


def head(connection: Connection, span: Span) -> Head | None:
    """Return the head of the edition of `span`."""
    asked = select(*_HEAD).where(edition.c.period == span.period, edition.c.starts_on == span.start)
    row = connection.execute(asked).one_or_none()
    return Head(*row) if row else None


def heads(connection: Connection, period: Period, limit: int) -> list[Head]:
    """Return the heads of the published editions, newest first."""
    rows = connection.execute(
        select(*_HEAD).where(edition.c.period == period).order_by(edition.c.starts_on.desc()).limit(limit)
    )
    return [Head(*row) for row in rows]


def heads_between(connection: Connection, period: Period, first: date, last: date) -> list[Head]:
    """Return the heads of the editions that start from `first` to `last`, in order."""
    within = edition.c.starts_on.between(first, last)
    asked = select(*_HEAD).where(edition.c.period == period, within).order_by(edition.c.starts_on)
    return [Head(*row) for row in connection.execute(asked)]


def that_had(connection: Connection, paper_id: int, period: Period, limit: int) -> list[Head]:
    """Return the heads of the editions in which a paper has a place, newest first."""
    with_it = select(edition_place.c.edition_id).where(edition_place.c.paper_id == paper_id)
    rows = connection.execute(
        select(*_HEAD)
        .where(edition.c.period == period, edition.c.id.in_(with_it))
        .order_by(edition.c.starts_on.desc())
        .limit(limit)
    )
    return [Head(*row) for row in rows]


def appearances(connection: Connection, paper_id: int, limit: int) -> list[Appearance]:
    """Return where a paper stands in the editions of all periods, the newest first; its best section in each."""
    rows = connection.execute(
        select(*_HEAD, edition_place.c.section, edition_place.c.place)
        .join(edition_place, edition_place.c.edition_id == edition.c.id)
        .where(edition_place.c.paper_id == paper_id)
        .order_by(edition.c.starts_on.desc(), edition.c.id.desc())
        .limit(limit * len(SECTIONS))
    )
    found: dict[int, Appearance] = {}
    for *head, section, place in rows:
        one = Appearance(Head(*head), section, place)
        held = found.get(one.head.id)
        if held is None or SECTIONS.index(section) < SECTIONS.index(held.section):
            found[one.head.id] = one
    return list(found.values())[:limit]


def last_on_top(connection: Connection, paper_ids: Sequence[int]) -> dict[int, tuple[date, str]]:
    """Return for each paper that was a day's lead or pick when that was last, and in which section."""
    if not paper_ids:
        return {}
    asked = (
        select(edition_place.c.paper_id, edition.c.starts_on, edition_place.c.section)
        .join(edition, edition.c.id == edition_place.c.edition_id)
        .where(_ON_TOP, edition.c.period == "day", edition_place.c.paper_id.in_(paper_ids))
        .order_by(edition.c.starts_on)
    )
    return {row.paper_id: (row.starts_on, row.section) for row in connection.execute(asked)}


def on_top_between(connection: Connection, first: date, last: date) -> Sequence[Row[tuple[int, date, str, str, str]]]:
    """Return (paper_id, day, section, kicker, blurb) of the leads and picks of the days from `first` to `last`."""
    return connection.execute(
        select(
            edition_place.c.paper_id,
            edition.c.starts_on,
            edition_place.c.section,
            edition_place.c.kicker,
            edition_place.c.blurb,
        )
        .join(edition, edition.c.id == edition_place.c.edition_id)
        .where(_ON_TOP, edition.c.period == "day", edition.c.starts_on.between(first, last))
        .order_by(edition_place.c.section, edition.c.starts_on.desc(), edition_place.c.place)
    ).all()


def leads(connection: Connection, edition_ids: Sequence[int]) -> dict[int, int]:
    """Return which paper leads each edition that has a lead."""
    is_lead = (edition_place.c.section == "lead") & edition_place.c.edition_id.in_(edition_ids)
    rows = connection.execute(select(edition_place.c.edition_id, edition_place.c.paper_id).where(is_lead))
    return {row.edition_id: row.paper_id for row in rows}


def notice(connection: Connection, edition_id: int) -> str:
    """Return the notice of a published edition."""
    found: str = connection.execute(select(edition.c.notice).where(edition.c.id == edition_id)).scalar_one()
    return found


def places(
    connection: Connection, edition_id: int
) -> Sequence[Row[tuple[str, int, int, float | None, str, str, str, str, bool]]]:
    """Return (section, place, paper_id, score, reason, parts as JSON, blurb, kicker, chosen), in the page's order."""
    return connection.execute(
        select(
            edition_place.c.section,
            edition_place.c.place,
            edition_place.c.paper_id,
            edition_place.c.score,
            edition_place.c.reason,
            edition_place.c.parts,
            edition_place.c.blurb,
            edition_place.c.kicker,
            edition_place.c.chosen,
        )
        .where(edition_place.c.edition_id == edition_id)
        .order_by(edition_place.c.section, edition_place.c.place)
    ).all()


def times_chosen(connection: Connection, paper_ids: Sequence[int]) -> dict[int, int]:
    """Return in how many editions an editor chose each paper, of those that were ever chosen."""
    asked = (
        select(edition_place.c.paper_id, func.count(edition_place.c.edition_id.distinct()))
        .where(edition_place.c.chosen, edition_place.c.paper_id.in_(paper_ids))
        .group_by(edition_place.c.paper_id)
    )
    return {paper_id: int(times) for paper_id, times in connection.execute(asked)}


def now_are(connection: Connection, paper_ids: Sequence[int]) -> dict[int, int]:
    """Return which paper each number means by now, and keep these papers there until the transaction ends."""
    asked = select(departed.c.paper_id, departed.c.into_id).where(departed.c.paper_id.in_(paper_ids))
    into = {row.paper_id: row.into_id for row in connection.execute(asked)}
    wanted = {one: into.get(one, one) for one in paper_ids}
    kept = select(paper.c.id).where(paper.c.id.in_(set(wanted.values()))).with_for_update(read=True, key_share=True)
    there = set(connection.scalars(kept))
    return {one: is_now for one, is_now in wanted.items() if is_now in there}


def first_seen(connection: Connection, paper_ids: Sequence[int]) -> dict[int, datetime]:
    """Return when each paper came in."""
    asked = select(paper.c.id, paper.c.first_seen_at).where(paper.c.id.in_(paper_ids))
    return {row.id: row.first_seen_at for row in connection.execute(asked)}


def last_number(connection: Connection, period: Period) -> int:
    """Return the number of the newest edition, 0 before the first."""
    return connection.execute(select(func.max(edition.c.number)).where(edition.c.period == period)).scalar_one() or 0


def last_before(connection: Connection, span: Span) -> Head | None:
    """Return the newest edition before `span`."""
    return _nearest(connection, span.period, edition.c.starts_on < span.start, edition.c.starts_on.desc())


def first_after(connection: Connection, span: Span) -> Head | None:
    """Return the first edition after `span`."""
    return _nearest(connection, span.period, edition.c.starts_on > span.start, edition.c.starts_on)


def first(connection: Connection, period: Period) -> Head | None:
    """Return the very first edition."""
    return _nearest(connection, period, edition.c.starts_on.is_not(None), edition.c.starts_on)


def corrections(connection: Connection, edition_id: int) -> tuple[Correction, ...]:
    """Return the corrections of an edition, oldest first."""
    asked = (
        select(edition_correction.c.made_at, edition_correction.c.note, edition_correction.c.paper_id)
        .where(edition_correction.c.edition_id == edition_id)
        .order_by(edition_correction.c.id)
    )
    return tuple(Correction(*row) for row in connection.execute(asked))


def add_correction(connection: Connection, edition_id: int, correction: Correction, made_by: int | None) -> None:
    """Write a correction."""
    connection.execute(
        insert(edition_correction).values(
            edition_id=edition_id,
            paper_id=correction.paper_id,
            note=correction.note,
            made_at=correction.made_at,
            made_by=made_by,
        )
    )


def last_correction(connection: Connection, edition_id: int) -> int:
    """Return the number of an edition's newest correction, 0 for none."""
    asked = select(func.max(edition_correction.c.id)).where(edition_correction.c.edition_id == edition_id)
    return connection.execute(asked).scalar_one() or 0


def harvested(connection: Connection) -> bool:
    """Return whether any source was ever harvested to its end."""
    return bool(connection.execute(select(func.count(harvest.c.succeeded_at))).scalar_one())


def _nearest(
    connection: Connection, period: Period, where: ColumnElement[bool], order: ColumnElement[date]
) -> Head | None:
    row = connection.execute(select(*_HEAD).where(edition.c.period == period, where).order_by(order).limit(1)).first()
    return Head(*row) if row else None

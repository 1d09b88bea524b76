"""What a failed delivery counts for against an address: gone at once, or points that fade.

What a reply says of a mailbox, `verdicts` judges; both replies while sending and reports afterwards end here.
A mailbox that is only full or out of reach gets `POINT` for a failed mail, once a day at most; half of its points are
forgotten every `HALF_LIFE`, and at `MOST` the address is written to no more.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from broadsheet.database.schema import mail_trouble
from broadsheet.mail.suppression import suppress
from broadsheet.mail.verdicts import Verdict

POINT, MOST = 1.0, 5.0
HALF_LIFE = timedelta(days=30)
ONCE_IN = timedelta(hours=20)  # less than a day: the next morning's mail may leave an hour earlier
FORGOTTEN = 6 * HALF_LIFE  # when less than a tenth of a point is left of the most there can be


def hold_against(connection: Connection, address_key: str, verdict: Verdict, now: datetime) -> bool:
    """Let a failed mail count against its address; tells whether it is written to no more from now on."""
    match verdict:
        case Verdict.GONE:
            return suppress(connection, address_key, "bounced", now)
        case Verdict.WEAK:
            points = _add(connection, address_key, now)
            return points >= MOST and suppress(connection, address_key, "unreachable", now)
    return False


def faded(points: float, since: datetime, now: datetime) -> float:
    """Return what is left of points after a while: half of them after each `HALF_LIFE`."""
    return points * float(0.5 ** (max(now - since, timedelta()) / HALF_LIFE))


def points_of(connection: Connection, address_key: str, now: datetime) -> float:
    """Return the points that an address has now."""
    row = connection.execute(select(mail_trouble).where(mail_trouble.c.address_key == address_key)).one_or_none()
    return 0.0 if row is None else faded(row.points, row.at, now)


def forget_faded(connection: Connection, now: datetime) -> int:
    """Delete what has faded to next to nothing; return how many."""
    return connection.execute(delete(mail_trouble).where(mail_trouble.c.at < now - FORGOTTEN)).rowcount


def _add(connection: Connection, address_key: str, now: datetime) -> float:
    ours = mail_trouble.c.address_key == address_key
    row = connection.execute(select(mail_trouble).where(ours).with_for_update()).one_or_none()
    if row is None:
        connection.execute(insert(mail_trouble).values(address_key=address_key, points=POINT, at=now))
        return POINT
    if now - row.at < ONCE_IN:
        return float(row.points)
    points = faded(row.points, row.at, now) + POINT
    connection.execute(update(mail_trouble).where(ours).values(points=points, at=now))
    return points

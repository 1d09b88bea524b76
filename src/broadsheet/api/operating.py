"""How mails fare, for an operator's monitoring: an admin's token reads it.

What is counted, `mail.office` knows.
"""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query
from fastapi.security import HTTPAuthorizationCredentials

from broadsheet.accounts.accounts import Accounts
from broadsheet.api.bearers import TOKEN, bearer
from broadsheet.mail.office import DAYS, Office, of_complaints, of_gone
from broadsheet.mail.tally import Rates

Given = Annotated[HTTPAuthorizationCredentials | None, Depends(TOKEN)]
Days = Annotated[int, Query(ge=1, le=90, description="How many days, today among them.")]


def add(api: FastAPI, accounts: Accounts, office: Office) -> None:
    """Add the path to `api`."""

    @api.get("/operator/mail", summary="How mails fare, by day and by receiver, and whether digests are paused")
    def mail(given: Given, days: Days = DAYS) -> dict[str, Any]:
        bearer(accounts.tokens, given).require("read").require("admin")
        told = office.overview(days)
        still = told.standstill
        return {
            "since": told.since.isoformat(),
            "paused": {"since": told.pause.since.isoformat(), "reason": told.pause.words} if told.pause else None,
            "standstill": {"since": still.since.isoformat(), "reason": still.words} if still else None,
            "total": _told(told.total),
            "week": _told(told.week) | {"complaints": of_complaints(told.week), "gone": of_gone(told.week)},
            "days": {day.isoformat(): _told(rates) for day, rates in told.days.items()},
            "receivers": [{"domain": one.domain or None} | _told(one.rates) for one in told.receivers],
            "suppressed": dict(told.suppressed),
        }


def _told(rates: Rates) -> dict[str, Any]:
    return {
        "sent": rates.sent,
        "counts": asdict(rates),
        "complaint_share": round(rates.complaint_share, 6),
        "gone_share": round(rates.gone_share, 6),
    }

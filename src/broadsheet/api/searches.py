"""Saved searches for programs: ask an address whether it wants one by mail, and with a mailed link's token manage them.

What can be saved and for whom, `digests` decides; reading forms and the pages' cookie is `web`'s.
"""

from typing import Annotated, Any

from fastapi import BackgroundTasks, Depends, FastAPI
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field

from broadsheet.api.bodies import reader_of, takes
from broadsheet.digests.saved import pasted
from broadsheet.digests.subscription import Subscription
from broadsheet.digests.subscriptions import Subscriptions
from broadsheet.errors import BroadsheetError
from broadsheet.logs import get_logger

_TOKEN = HTTPBearer(auto_error=False, scheme_name="subscription", description="What a mail's link holds as `token`.")
Given = Annotated[HTTPAuthorizationCredentials | None, Depends(_TOKEN)]
_SAID = "A letter with a link is on its way, if that address may be written to."

_log = get_logger("api")


class _Search(BaseModel):
    search: str = Field(description="A question in words, or the address of a search page with its filters")


class _Asked(_Search):
    address: str = Field(description="Whose mailbox is asked first")
    edition: bool = Field(False, description="Whether the day's page comes as well, where the address is new")


def add(api: FastAPI, subscriptions: Subscriptions) -> None:
    """Put the paths about saved searches into the API."""

    def shown(token: str) -> dict[str, Any]:
        return subscription_json(subscriptions, subscriptions.by_token(token), token)

    @api.post("/subscribe/search", status_code=202, summary="Ask an address for a search by mail", **takes(_Asked))
    def ask(asked: Annotated[_Asked, Depends(reader_of(_Asked))], after: BackgroundTasks) -> dict[str, Any]:
        subscriptions.subscribe(asked.address.strip(), edition=asked.edition, search=pasted(asked.search))
        after.add_task(_send_letters, subscriptions)
        return {"message": _SAID}

    @api.get("/subscription", summary="A subscription and its saved searches")
    def subscription(given: Given) -> dict[str, Any]:
        return shown(token_of(given))

    @api.post("/subscription/searches", status_code=201, summary="Save a search", **takes(_Search))
    def save(asked: Annotated[_Search, Depends(reader_of(_Search))], given: Given) -> dict[str, Any]:
        subscriptions.searches.save(token_of(given), pasted(asked.search))
        return shown(token_of(given))

    @api.put("/subscription/searches/{number}", summary="Take in a search that waits")
    def keep(number: int, given: Given) -> dict[str, Any]:
        subscriptions.searches.keep(token_of(given), _small(number))
        return shown(token_of(given))

    @api.delete("/subscription/searches/{number}", summary="Forget a search, waiting or saved")
    def drop(number: int, given: Given) -> dict[str, Any]:
        subscriptions.searches.drop(token_of(given), _small(number))
        return shown(token_of(given))


def subscription_json(subscriptions: Subscriptions, told: Subscription, token: str) -> dict[str, Any]:
    """Return a subscription without its address or token, and its searches."""
    return {
        "state": told.state,
        "days": told.choices.days,
        "weekday": told.choices.weekday,
        "hour": told.choices.hour,
        "timezone": told.choices.timezone,
        "size": told.size,
        "beside": told.beside,
        "sections": list(told.sections),
        "edition": told.choices.edition,
        "even_empty": told.even_empty,
        "locale": told.choices.locale,
        "paused_from": told.paused_from.isoformat() if told.paused_from else None,
        "paused_until": told.paused_until.isoformat() if told.paused_until else None,
        "searches": [
            {
                "id": one.id,
                "section": one.section,
                "title": one.title,
                "url": one.page,
                "feed": one.feed,
                "created_at": one.created_at.isoformat(),
                "waits": one.waits,
            }
            for one in subscriptions.searches.of(token)
        ],
    }


def token_of(given: HTTPAuthorizationCredentials | None) -> str:
    """Return the token that a request bears, empty for none: no subscription has that."""
    return given.credentials if given else ""


def _small(number: int) -> int:
    """Return a number that names a search, or 0, which names none, for one that no database holds."""
    return number if 0 < number < 2**53 else 0


def _send_letters(subscriptions: Subscriptions) -> None:
    try:
        subscriptions.send_waiting()
    except BroadsheetError as error:  # it waits for the next tick
        _log.warning("api.letters_wait", cause=error.message)

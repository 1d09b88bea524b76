"""One subscription for programs, by a mailed link's token: its choices, what it follows and mutes, all that is kept.

What can be chosen, followed and muted, `digests` decides; its saved searches are `searches`' matter.
"""

from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI
from pydantic import BaseModel, Field

from broadsheet.api.bodies import reader_of, takes
from broadsheet.api.searches import Given, subscription_json, token_of
from broadsheet.digests import interests
from broadsheet.digests.interests import Interest
from broadsheet.digests.subscriptions import Subscriptions

LARGEST_MUTES = 512 * 1024  # bytes


class _Choices(BaseModel):
    hour: int | None = Field(None, description="0 to 23, in the time zone")
    timezone: str | None = Field(None, description="A name such as Europe/Vienna")
    days: str | None = Field(None, description="daily, weekdays, weekly or monthly")
    weekday: int | None = Field(None, description="Of weekly mails: 0 is Monday")
    size: int | None = Field(None, description="How many papers, 1 to 30")
    sections: list[str] | None = Field(None, description="Those that come, in their order")
    beside: bool | None = Field(None, description="Whether what is followed comes beside the size")
    even_empty: bool | None = Field(None, description="Whether a mail comes when nothing is new, and says why")
    locale: str | None = Field(None, description="The language of dates")


class _Followed(BaseModel):
    kind: Literal["topic", "author", "category"] = Field(description="What is to be followed")
    name: str = Field("", description="The author's name, the category, or what the topic is called")
    words: str = Field("", description="Of a topic: the words that tell it")
    examples: list[str] = Field([], description="Of a topic: three to five papers instead of words")
    category: str = Field("", description="Of an author: only papers in this category")


class _Muted(BaseModel):
    kind: str = Field(description="word, author, category or paper")
    values: list[str] = Field(description="What is to be muted, all of one kind")


def add(api: FastAPI, subscriptions: Subscriptions) -> None:
    """Put the paths about one subscription into the API."""

    def shown(token: str) -> dict[str, Any]:
        return subscription_json(subscriptions, subscriptions.by_token(token), token)

    @api.patch("/subscription", summary="Change some choices of a subscription", **takes(_Choices))
    def change(asked: Annotated[_Choices, Depends(reader_of(_Choices))], given: Given) -> dict[str, Any]:
        subscriptions.change(token_of(given), **asked.model_dump(exclude_none=True))
        return shown(token_of(given))

    @api.post("/subscription/follow", status_code=201, summary="Follow a topic, author or category", **takes(_Followed))
    def follow(asked: Annotated[_Followed, Depends(reader_of(_Followed))], given: Given) -> dict[str, Any]:
        subscriptions.searches.follow(token_of(given), _interest(asked))
        return shown(token_of(given))

    @api.get("/subscription/mutes", summary="What a subscription has muted")
    def mutes(given: Given) -> dict[str, Any]:
        return _mutes(subscriptions, token_of(given))

    @api.post("/subscription/mutes", status_code=201, summary="Mute some things of one kind", **takes(_Muted))
    def mute(asked: Annotated[_Muted, Depends(reader_of(_Muted, LARGEST_MUTES))], given: Given) -> dict[str, Any]:
        subscriptions.mutes.add(token_of(given), asked.kind, asked.values)
        return _mutes(subscriptions, token_of(given))

    @api.delete("/subscription/mutes", summary="Take a mute back: its `kind` and `value`")
    def unmute(kind: str, value: str, given: Given) -> dict[str, Any]:
        subscriptions.mutes.remove(token_of(given), kind, value)
        return _mutes(subscriptions, token_of(given))

    @api.get("/subscription/export", summary="All that is kept of a subscription")
    def export(given: Given) -> dict[str, Any]:
        return subscriptions.owning.export(token_of(given))


def _interest(asked: _Followed) -> Interest:
    match asked.kind:
        case "topic":
            return interests.topic(asked.name, asked.words, asked.examples)
        case "author":
            return interests.author(asked.name, asked.category)
        case "category":
            return interests.category(asked.name)


def _mutes(subscriptions: Subscriptions, token: str) -> dict[str, Any]:
    count, listed = subscriptions.mutes.of(token)
    return {"total": count, "mutes": [{"kind": one.kind, "value": one.value} for one in listed]}

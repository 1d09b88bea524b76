"""The part of the API that tells what trends, and why: each place with the parts that add up to its score.

What a score is, `trending` decides. Parts leave unrounded; rounding them is the reader's matter.
"""

from typing import Annotated, Any, Literal

from fastapi import FastAPI, Query

from broadsheet.api.shapes import paper_json
from broadsheet.community.votes import Votes
from broadsheet.trending.explain import Part
from broadsheet.trending.trending import Order, Ranked, Trending

Window = Annotated[Literal["day", "week", "month"], Query(description="Of which span the candidates are")]
InOrder = Annotated[Order, Query(description="next: what is read from now on; past: how it went")]


def add(api: FastAPI, trending: Trending, votes: Votes) -> None:
    """Add the paths to `api`; they come before those that end in any key."""

    @api.get("/trending", summary="What trends, each place with the parts of its score")
    def page(
        window: Window = "day",
        category: Annotated[str, Query(max_length=64, description="Such as cs.CL, or cs for all of cs.*")] = "",
        order: InOrder = "next",
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> dict[str, Any]:
        found = trending.page(window, category, order, limit)
        counts = votes.counts([place.paper.id for place in found.places])
        return {
            "window": found.window,
            "category": found.topic,
            "order": found.order,
            "candidates": found.candidates,
            "computed_at": found.computed_at.isoformat() if found.computed_at else None,
            "places": [
                {
                    "rank": rank,
                    **_told(place),
                    "paper": paper_json(place.paper) | {"votes": counts.get(place.paper.id, 0)},
                }
                for rank, place in enumerate(found.places, start=1)
            ],
        }

    @api.get("/papers/{key:path}/trending", summary="Why a paper has its score, on a page or off it")
    def explain(key: str, window: Window = "day", order: InOrder = "next") -> dict[str, Any]:
        why = trending.explain(key, window, order)
        head = {"id": why.paper.key, "window": window, "order": order, "computed_at": why.computed_at.isoformat()}
        return head | _told(why)


def _told(one: Ranked) -> dict[str, Any]:
    return {"score": one.score, "reason": one.reason, "parts": [_part(part) for part in one.parts]}


def _part(part: Part) -> dict[str, Any]:
    told = {"name": part.name, "kind": part.kind or None, "value": part.value, "reason": part.reason}
    return told | {"count": part.count}

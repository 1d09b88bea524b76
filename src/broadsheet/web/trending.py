"""The trending page: a window, an order and a category from the address, and each place with the sum behind it.

What trends and why, `trending` says; nothing is ranked here.
"""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from broadsheet.errors import Invalid
from broadsheet.trending.formula import HORIZONS
from broadsheet.trending.trending import ORDERS, TopPage
from broadsheet.web.placed import listed
from broadsheet.web.site import Site
from broadsheet.web.voting import ballot

PLACES, MOST_PLACES = 30, 100
TOPICS = 40  # that are offered; any other may stand in the address
LONGEST_TOPIC = 64
ORDER_NAMES = {"next": "What is read next", "past": "How it went"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; `places` is how many are shown."""

    window: str = "day"
    order: str = "next"
    category: str = ""
    places: int = PLACES

    def url(self, path: str = "/trending") -> str:
        """Return the address that asks this, the same for the same question."""
        plain = Asked()
        given = {
            name: str(getattr(self, name)) for name in self.__slots__ if getattr(self, name) != getattr(plain, name)
        }
        return f"{path}?{urlencode(given)}" if given else path

    def over(self, window: str) -> "Asked":
        """Return the same for another window."""
        return replace(self, window=window, places=PLACES)

    def by(self, order: str) -> "Asked":
        """Return the same in the other order."""
        return replace(self, order=order, places=PLACES)

    def of(self, category: str) -> "Asked":
        """Return the same for another category, the empty one for all."""
        return replace(self, category=category, places=PLACES)

    def longer(self) -> "Asked":
        """Return the same with as many places as there are."""
        return replace(self, places=MOST_PLACES)


def read(given: QueryParams) -> Asked:
    """Read the address; raises `Invalid`, naming the field and what may stand there."""
    asked = Asked(
        given.get("window") or "day",
        given.get("order") or "next",
        given.get("category", "").strip(),
        MOST_PLACES if given.get("places") else PLACES,
    )
    if len(asked.category) > LONGEST_TOPIC:
        raise Invalid("This is no category: none has so long a name.", field="category", value=asked.category[:80])
    return asked


def page(site: Site, request: Request) -> Response:
    """Show what trends."""
    asked = read(request.query_params)
    found: TopPage = site.trending.page(asked.window, asked.category, asked.order, asked.places)
    topics = site.trending.topics(asked.window, asked.order)
    offered = list(topics.items())[:TOPICS]
    if asked.category in topics and asked.category not in dict(offered):
        offered.append((asked.category, topics[asked.category]))
    return site.pages.show(
        request,
        "trending.html",
        cached=True,
        placed=listed(_name(asked), [place.paper.id for place in found.places]),
        asked=asked,
        found=found,
        topics=sorted(offered),
        windows=list(HORIZONS),
        orders=[(order, ORDER_NAMES[order]) for order in ORDERS],
        most=MOST_PLACES,
        ballot=ballot(site, request, (place.paper for place in found.places)),
        papers_told=[place.paper for place in found.places],
    )


def _name(asked: Asked) -> str:
    """Return the page's name in the counts of what was seen."""
    return " ".join(filter(None, ("trending", asked.window, asked.order, asked.category)))

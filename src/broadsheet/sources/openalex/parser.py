"""An answer of OpenAlex to its wire shape, an abstract put in order again; what fields mean is the adapter's matter.

An abstract comes as an index from words to places: nobody vouches that the places are few, or places at all.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from broadsheet.outgoing import Reply
from broadsheet.sources.answers import Garbled, json_of
from broadsheet.sources.fields import count, listing, mapping, text
from broadsheet.sources.openalex.wire import Work, WorkPage

LONGEST_ABSTRACT = 50_000  # words


def read(reply: Reply) -> WorkPage:
    """Read one page; raises `Garbled` for anything else."""
    page = mapping(json_of(reply.body, reply.headers.get("content-type", "")))
    if not isinstance(page.get("results"), list):
        raise Garbled("it holds no list of works")
    return WorkPage(tuple(map(_work, page["results"])), text(mapping(page.get("meta")).get("next_cursor")))


def complaint(reply: Reply) -> str:
    """Return what the server says of a request that it refuses; empty where it says nothing."""
    try:
        told = mapping(json_of(reply.body, reply.headers.get("content-type", "")))
    except Garbled:
        return ""
    return text(told.get("message")) or text(told.get("error"))


def abstract_of(inverted: Mapping[str, Any] | None) -> str:
    """Return the words of an inverted abstract in their order."""
    places: dict[int, str] = {}
    for word, found in (inverted or {}).items():
        for place in listing(found):
            if type(place) is int and 0 <= place < LONGEST_ABSTRACT:
                places[place] = word
    return " ".join(places[place] for place in sorted(places))


def _work(entry: object) -> Work:
    told = mapping(entry)
    inverted = told.get("abstract_inverted_index")
    location = mapping(told.get("primary_location"))
    return Work(
        raw=told,
        id=text(told.get("id")),
        doi=text(told.get("doi")),
        title=text(told.get("title")) or text(told.get("display_name")),
        authors=tuple(filter(None, map(_author, listing(told.get("authorships"))))),
        published=text(told.get("publication_date")) or str(count(told.get("publication_year")) or ""),
        inverted=inverted if isinstance(inverted, dict) else None,
        topics=tuple(filter(None, (text(mapping(topic).get("display_name")) for topic in listing(told.get("topics"))))),
        licence=text(location.get("license")),
        venue=text(mapping(location.get("source")).get("display_name")),
        links=tuple(dict.fromkeys(_links(told))),
        citations=count(told.get("cited_by_count")),
        retracted=told.get("is_retracted") is True,
    )


def _author(entry: object) -> str:
    told = mapping(entry)
    return text(mapping(told.get("author")).get("display_name")) or text(told.get("raw_author_name"))


def _links(told: Mapping[str, Any]) -> Iterator[str]:
    for location in (told.get("primary_location"), *listing(told.get("locations"))):
        if link := text(mapping(location).get("landing_page_url")):
            yield link

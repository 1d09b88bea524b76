"""Which identifiers the links of a record give it, beside its own.

How an identifier is read from an address is `papers.identifiers`' matter, whom it merges with `papers.merging`'s.
A wrong identifier merges two works for good, so what is doubtful is left out: it stays a link.
"""

from collections.abc import Iterable

from broadsheet.papers.identifiers import Identifier, from_urls

# DOIs of these repositories name data sets and releases of software at least as often as papers:
# Zenodo, figshare, Mendeley Data, Dryad, Dataverse, OSF.
_DATA = ("10.5281/", "10.6084/", "10.17632/", "10.5061/", "10.7910/", "10.17605/")

LONGEST_LINK = 2048


def links(urls: Iterable[str]) -> tuple[str, ...]:
    """Return those of `urls` that a page may link to: web addresses of printable characters, each once."""
    return tuple(
        dict.fromkeys(
            url
            for url in urls
            if url.startswith(("https://", "http://")) and len(url) <= LONGEST_LINK and url.isprintable()
        )
    )


def with_linked(own: tuple[Identifier, ...], urls: Iterable[str]) -> tuple[Identifier, ...]:
    """Return `own` and what `urls` add to it: a scheme that the record has already is never given a second value.

    The ACL Anthology, for one, lists W18-6482 under the DOI of W18-6481.
    """
    values = tuple(identifier.value for identifier in own)
    others = [url for url in urls if not url.rstrip("/").endswith(values)] if values else urls
    schemes = {identifier.scheme for identifier in own}
    added = [
        found
        for found in from_urls(others)
        if found.scheme not in schemes and not (found.scheme == "doi" and found.value.startswith(_DATA))
    ]
    return (*own, *added)

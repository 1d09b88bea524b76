"""What a paper's page tells of its records: why they are one, what changed, and what since an edition had it.

The facts are `papers`' and `editions`'; here they are only put together for one page.
"""

from dataclasses import dataclass

from broadsheet.editions.edition import Head
from broadsheet.papers.history import History
from broadsheet.papers.merges import Joined
from broadsheet.papers.paper import Paper
from broadsheet.web.site import Site

MOST = 5  # changes told on the page


@dataclass(frozen=True, slots=True)
class Story:
    """`since` is the newest edition that had the paper before its newest change, `what` changed after it."""

    joined: tuple[Joined, ...]
    history: History
    since: Head | None
    what: tuple[str, ...]
    most: int = MOST


def story(site: Site, paper: Paper) -> Story:
    """Return the story of a paper."""
    history = site.histories.of(paper.id)
    since: Head | None = None
    what: tuple[str, ...] = ()
    for head in site.editions.that_had(paper.id) if history.revisions else ():
        later = history.since(head.published_at)
        if later:
            since, what = head, tuple(dict.fromkeys(word for one in reversed(later) for word in one.what))
            break
    return Story(tuple(site.merges.explain(paper.id)), history, since, what)

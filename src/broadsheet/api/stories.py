"""The JSON in which a paper's story leaves Broadsheet: why its records are one, its other titles, and what changed.

Alike in the API and in the command line's `--json`; papers themselves are `shapes`'.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from broadsheet.papers.history import History, Revision
from broadsheet.papers.merges import Joined
from broadsheet.papers.paper import Paper


def story_json(
    paper: Paper, joined: Sequence[Joined], history: History, since: datetime | None = None
) -> dict[str, Any]:
    """Return as JSON why a paper's records are one, what other titles it has, and what changed, newest first."""
    revisions = history.since(since) if since else history.revisions
    return {
        "id": paper.key,
        "records": [record_json(one) for one in joined],
        "other_titles": [{"title": one.title, "sources": list(one.sources)} for one in history.names],
        "changes": [_revision_json(one) for one in revisions],
    }


def record_json(one: Joined) -> dict[str, Any]:
    """Return one record of a paper as JSON, with why it is there; the first has no reason."""
    return {
        "record": one.name,
        "title": one.record.title,
        "published": one.record.published.isoformat() if one.record.published else None,
        "withdrawn": one.record.withdrawn,
        "joins": f"{one.to.source}/{one.to.key}" if one.to else None,
        "by": one.reason.kind if one.reason else None,
        "because": one.reason.words if one.reason else None,
    }


def _revision_json(one: Revision) -> dict[str, Any]:
    def pair(told: tuple[Any, Any] | None) -> dict[str, Any] | None:
        return {"before": told[0], "after": told[1]} if told else None

    return {
        "at": one.at.isoformat(),
        "sources": list(one.sources),
        "version": one.version,
        "version_date": one.dated.isoformat() if one.dated else None,
        "what": list(one.what),
        "title": pair(one.title),
        "abstract": pair(one.abstract),
        "authors": pair(one.authors),
        "withdrawn": one.withdrawn,
    }

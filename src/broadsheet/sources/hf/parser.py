"""Bytes of a daily-papers answer, or of a paper page, to its wire shape; what the fields mean is the adapter's matter.

Every field is optional and distrusted: an odd one is dropped, and only an entry without an id is broken.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from broadsheet.sources.answers import Garbled, json_of
from broadsheet.sources.hf.wire import BrokenPaper, DailyPaper, PaperPage

# As the hub names them; a few old models have no owner.
_REPOSITORY = re.compile(r"\w[\w.-]{0,95}(/\w[\w.-]{0,95})?", re.ASCII)
_LONGEST_ID = 100


def parse(body: bytes, content_type: str = "") -> list[DailyPaper | BrokenPaper]:
    """Parse one page; raises `Garbled` for anything but a JSON list."""
    page = json_of(body, content_type)
    if not isinstance(page, list):
        told = page.get("error") if isinstance(page, dict) else None
        raise Garbled(f"it says “{told:.200}”" if isinstance(told, str) else "it is no list")
    return [_entry(place, entry) for place, entry in enumerate(page, start=1)]


def parse_page(body: bytes, content_type: str = "") -> PaperPage:
    """Parse one paper page; raises `Garbled` for what has neither an id nor a title."""
    page = json_of(body, content_type)
    paper = _object(page)
    paper_id = _text(paper.get("id"))
    if paper_id is None and "title" not in paper:
        raise Garbled("it is no paper page")
    return PaperPage(
        id=(paper_id or "")[:_LONGEST_ID],
        raw=paper,
        title=_text(paper.get("title")),
        published_at=_text(paper.get("publishedAt")),
        models=tuple(_repositories(paper.get("linkedModels"))),
        datasets=tuple(_repositories(paper.get("linkedDatasets"))),
        spaces=tuple(_repositories(paper.get("linkedSpaces"))),
    )


def _repositories(value: object) -> Iterator[str]:
    entries = [_object(entry) for entry in value] if isinstance(value, list) else []
    for entry in sorted(entries, key=lambda entry: -(_count(entry.get("likes")) or 0)):
        name = _text(entry.get("id"))
        if name and _REPOSITORY.fullmatch(name):
            yield name


def _entry(place: int, entry: object) -> DailyPaper | BrokenPaper:
    if not isinstance(entry, dict):
        return BrokenPaper(place, "it is no object")
    paper = _object(entry.get("paper"))
    paper_id = _text(paper.get("id"))
    if paper_id is None:
        return BrokenPaper(place, "it has no paper id")
    authors = paper.get("authors")
    names = (_text(_object(author).get("name")) for author in authors) if isinstance(authors, list) else ()
    return DailyPaper(
        id=paper_id,
        raw=entry,
        title=_text(paper.get("title")) or _text(entry.get("title")),
        summary=_text(paper.get("summary")) or _text(entry.get("summary")),
        authors=tuple(name for name in names if name),
        published_at=_text(paper.get("publishedAt")) or _text(entry.get("publishedAt")),
        submitted_on_daily_at=_text(paper.get("submittedOnDailyAt")),
        upvotes=_count(paper.get("upvotes")),
        comments=_count(entry.get("numComments")),
        github_repo=_text(paper.get("githubRepo")),
        github_stars=_count(paper.get("githubStars")),
        project_page=_text(paper.get("projectPage")),
        withdrawn_at=_text(paper.get("withdrawnAt")),
    )


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _count(value: object) -> int | None:
    """Read a count; true, -1, "12" and 1e300 are none."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 0 <= value < 10**9 else None  # type: ignore[operator,return-value]

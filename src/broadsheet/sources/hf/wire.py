"""What Hugging Face's daily papers and paper pages put on the wire, as far as it is read; nothing is interpreted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class DailyPaper:
    """One entry of the list; a field that is missing, null or of another type is None. `raw` is the entry verbatim."""

    id: str
    raw: Mapping[str, Any]
    title: str | None = None
    summary: str | None = None
    authors: tuple[str, ...] = ()
    published_at: str | None = None
    submitted_on_daily_at: str | None = None
    upvotes: int | None = None
    comments: int | None = None
    github_repo: str | None = None
    github_stars: int | None = None
    project_page: str | None = None
    withdrawn_at: str | None = None


@dataclass(frozen=True, slots=True)
class BrokenPaper:
    """An entry from which not even an id can be read; `place` counts from 1 within its page."""

    place: int
    reason: str


@dataclass(frozen=True, slots=True)
class PaperPage:
    """One paper page: the repositories of the hub whose cards name the paper, as `owner/name`, the most liked first."""

    id: str
    raw: Mapping[str, Any]
    title: str | None = None
    published_at: str | None = None
    models: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    spaces: tuple[str, ...] = ()

"""How dates, counts, names and sums read on a page; plain text in, plain text out.

Times are the instance's, 24 hours; a date reads "5 Feb 2025" and is never told more exactly than it is known.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo
from urllib.parse import quote

from broadsheet.editions.spans import Span
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import DatePrecision, Paper

SCHEMES = {
    "arxiv": "arXiv",
    "doi": "DOI",
    "acl": "ACL",
    "openalex": "OpenAlex",
    "s2": "Semantic Scholar",
    "openreview": "OpenReview",
}
SOURCES = {
    "arxiv": "arXiv",
    "arxiv-rss": "arXiv RSS",
    "hf": "Hugging Face",
    "hf-pages": "Hugging Face paper pages",
    "shelf": "Starter shelf",
    "acl": "ACL Anthology",
    "acl-anthology": "ACL Anthology",
    "biorxiv": "bioRxiv",
    "medrxiv": "medRxiv",
    "openalex": "OpenAlex",
    "semantic-scholar": "Semantic Scholar",
    "openreview": "OpenReview",
    "feeds": "Journal feeds",
    "zotero": "Zotero",
}
ARTEFACTS = {"code": "Code", "model": "Model weights", "data": "Data", "demo": "Demo", "project": "Project page"}


def source_name(source: str) -> str:
    """Name a source as people know it."""
    return SOURCES.get(source, source)


def day(value: date, precision: DatePrecision = "day") -> str:
    """Say a date as exactly as it is known: 5 Feb 2025, Feb 2025 or 2025."""
    if precision == "year":
        return f"{value.year}"
    return f"{value:%b %Y}" if precision == "month" else f"{value.day} {value:%b %Y}"


def short_day(value: date) -> str:
    """Say a day near the one that is shown: Tue 4."""
    return f"{value:%a} {value.day}"


def short_span(value: Span) -> str:
    """Say a day, week or month near the one that is shown: Tue 4, Week 6, Feb 2025."""
    if value.period == "day":
        return short_day(value.start)
    return f"Week {value.start.isocalendar().week}" if value.period == "week" else f"{value.start:%b %Y}"


def machine_day(value: date, precision: DatePrecision = "day") -> str:
    """Write a date for `datetime=` as exactly as it is known."""
    return value.isoformat()[: {"day": 10, "month": 7, "year": 4}[precision]]


def moment(value: datetime, now: datetime, zone: tzinfo) -> str:
    """Say a moment: today 06:10, else 4 Feb 2025 22:40."""
    local = value.astimezone(zone)
    same = local.date() == now.astimezone(zone).date()
    return f"{'today' if same else day(local.date())} {local:%H:%M}"


def count(value: int, one: str, many: str = "") -> str:
    """Say a number with its unit: 1 paper, 1,190 papers, no papers."""
    return f"{value:,} {one}" if value == 1 else f"{f'{value:,}' if value else 'no'} {many or one + 's'}"


def names(authors: Sequence[str], shown: int) -> str:
    """Name `shown` authors and count the others, but never a single one."""
    if not authors:
        return ""
    if len(authors) <= shown + 1:
        return listed(authors)
    return f"{', '.join(authors[:shown])} and {len(authors) - shown:,} others"


def listed(items: Iterable[str]) -> str:
    """Join in words: a, b and c."""
    some = list(items)
    return " and ".join([", ".join(some[:-1]), some[-1]] if len(some) > 1 else some)


def identifier(value: Identifier) -> str:
    """Name an identifier as people write it: arXiv 2501.09522."""
    return f"{SCHEMES.get(value.scheme, value.scheme)} {value.value}"


def paper_path(paper: Paper) -> str:
    """Return the path of a paper's page."""
    return key_path(paper.key)


def key_path(key: str) -> str:
    """Return the path of the page of the paper with this key."""
    return f"/paper/{quote(key, safe=':/')}"


def number(value: float, digits: int = 2) -> str:
    """Print a summand with a true minus sign."""
    return f"{value:.{digits}f}".replace("-", "−")


def is_web_address(url: str) -> bool:
    """Tell whether a browser may be sent to `url`: a source could hand us `javascript:`."""
    return url.startswith(("https://", "http://"))

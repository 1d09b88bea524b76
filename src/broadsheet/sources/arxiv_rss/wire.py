"""What arXiv's RSS 2.0 feeds put on the wire, as plain shapes; nothing is interpreted here."""

from dataclasses import dataclass

ARXIV = "{http://arxiv.org/schemas/atom}"
DC = "{http://purl.org/dc/elements/1.1/}"


@dataclass(frozen=True, slots=True)
class Item:
    """One announced paper; a field that is not there is empty. `guid` is `oai:arXiv.org:2601.00001v2`."""

    guid: str
    xml: str
    title: str = ""
    description: str = ""
    creator: str = ""
    categories: tuple[str, ...] = ()
    announced: str = ""
    kind: str = ""
    doi: str = ""
    journal: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """One day's announcements; `announced` is the day's moment as in mails."""

    announced: str
    items: tuple[Item, ...] = ()

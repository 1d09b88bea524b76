"""What the ACL Anthology's XML holds of a paper, and what lists its files; nothing is interpreted here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Volume:
    """One volume of a collection; `month` is as it is written, such as `July–August`."""

    id: str
    booktitle: str = ""
    month: str = ""
    year: str = ""
    venues: tuple[str, ...] = ()
    journal: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """One author."""

    last: str
    first: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """One `<paper>` of a volume; a field that is not there is empty. `xml` is the element verbatim.

    `code` and `data` are addresses; `withdrawn` is true where the anthology retracted or removed it.
    """

    collection: str
    volume: Volume
    number: str
    xml: str
    title: str = ""
    abstract: str = ""
    authors: tuple[Person, ...] = ()
    url: str = ""
    doi: str = ""
    bibkey: str = ""
    revisions: tuple[tuple[str, str], ...] = ()
    code: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One name in a folder of the anthology's repository, and the hash of what it holds."""

    name: str
    sha: str

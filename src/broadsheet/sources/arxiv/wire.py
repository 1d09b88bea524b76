"""What arXiv's OAI-PMH puts on the wire in the `arXiv` format, as plain shapes; nothing is interpreted here."""

from dataclasses import dataclass, field

OAI = "{http://www.openarchives.org/OAI/2.0/}"
ARXIV = "{http://arxiv.org/OAI/arXiv/}"


@dataclass(frozen=True, slots=True)
class OaiAuthor:
    """One author: `keyname` is the family name."""

    keyname: str
    forenames: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class OaiRecord:
    """One `<record>`; a field that is not there is empty. `xml` is the record verbatim."""

    identifier: str
    datestamp: str
    deleted: bool
    xml: str
    id: str = ""
    created: str = ""
    updated: str = ""
    title: str = ""
    abstract: str = ""
    categories: str = ""
    comments: str = ""
    journal_ref: str = ""
    doi: str = ""
    license: str = ""
    authors: tuple[OaiAuthor, ...] = ()


@dataclass(frozen=True, slots=True)
class OaiError:
    """An `<error>`: a code of the protocol, such as `noRecordsMatch`, and its text."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class OaiPage:
    """One answer to ListRecords; `token` is None or empty on the last page, `response_date` as the server wrote it."""

    response_date: str
    records: tuple[OaiRecord, ...] = ()
    errors: tuple[OaiError, ...] = field(default=())
    token: str | None = None

"""What arXiv's OAI-PMH puts on the wire in the `arXivRaw` format, as plain shapes; nothing is interpreted here.

`arXivRaw` and not `arXiv`: only it tells of versions, when each came and whether it is a withdrawal; in `arXiv` the
date of creation is often that of the newest version.
"""

from dataclasses import dataclass, field

FORM = "arXivRaw"
OAI = "{http://www.openarchives.org/OAI/2.0/}"
RAW = "{http://arxiv.org/OAI/arXivRaw/}"


@dataclass(frozen=True, slots=True)
class OaiVersion:
    """One version: `number` as `v2`, `date` as in mails, `source_type` letters of which `I` marks a withdrawal."""

    number: str
    date: str
    source_type: str = ""


@dataclass(frozen=True, slots=True)
class OaiRecord:
    """One `<record>`; a field that is not there is empty. `authors` is one line, `xml` the record verbatim."""

    identifier: str
    datestamp: str
    deleted: bool
    xml: str
    id: str = ""
    title: str = ""
    authors: str = ""
    abstract: str = ""
    categories: str = ""
    comments: str = ""
    journal_ref: str = ""
    doi: str = ""
    license: str = ""
    versions: tuple[OaiVersion, ...] = ()


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

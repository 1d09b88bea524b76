"""What a reader's OpenID identities prove beside who signs in: an ORCID iD, where ORCID itself is the provider."""

from broadsheet.accounts import store
from broadsheet.database.engine import Database

ORCID = "https://orcid.org"


def orcids_of(database: Database, reader_id: int) -> frozenset[str]:
    """Return the ORCID iDs that a reader signed in with, as bare numbers."""
    with database.read() as connection:
        rows = store.identities(connection, reader_id)
    return frozenset(row.subject.rpartition("/")[2] for row in rows if row.issuer.rstrip("/") == ORCID)

"""Brings a database to this version's schema at start; two processes that start at once take turns.

What changed from version to version stands in `migrations/versions/`.
A database that is newer than the program is refused: writing to it could lose what the newer version keeps.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from broadsheet.database.engine import Database
from broadsheet.errors import Conflict

_HERE = Path(__file__).parent / "migrations"
# Any number will do, as long as nobody else locks it in the same PostgreSQL database.
_ADVISORY_LOCK = 0x62726F6164


def migrate(database: Database) -> str:
    """Apply what is missing and return the revision reached; raises `Conflict` for a database of a newer version."""
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    scripts = ScriptDirectory.from_config(config)
    with database.write() as connection:
        if not database.is_sqlite:  # SQLite's write transaction is the lock already
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        current = revision(connection)
        known = {script.revision for script in scripts.walk_revisions()}
        if current is not None and current not in known:
            raise Conflict(
                f"The database was written by a newer Broadsheet (revision {current}). "
                "Install that version again, or restore a backup made before it.",
                value=current,
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        return revision(connection) or ""


def revision(connection: Connection) -> str | None:
    """Return the revision that the database is at, None where it is empty."""
    return MigrationContext.configure(connection).get_current_revision()

"""Brings a database to this version's schema at start; two processes that start at once take turns.

What changed from version to version stands in `migrations/versions/`, the newest in the file that sorts last.
A database that is newer than the program is refused: writing to it could lose what the newer version keeps.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from broadsheet.database.engine import Database
from broadsheet.errors import Conflict

_HERE = Path(__file__).parent / "migrations"
_NEWEST = max(path.stem for path in (_HERE / "versions").glob("[0-9]*.py"))
# Any number will do, as long as nobody else locks it in the same PostgreSQL database.
_ADVISORY_LOCK = 0x62726F6164


def migrate(database: Database) -> str:
    """Apply what is missing and return the revision reached; raises `Conflict` for a database of a newer version."""
    with database.read() as connection:
        if revision(connection) == _NEWEST:  # as at nearly every start: nobody is waited for and nothing is loaded
            return _NEWEST
    with database.write() as connection:
        if not database.is_sqlite:  # SQLite's write transaction is the lock already
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        _upgrade(connection, revision(connection))
        return revision(connection) or ""


def revision(connection: Connection) -> str | None:
    """Return the revision that the database is at, None where it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _upgrade(connection: Connection, current: str | None) -> None:
    from alembic import command  # loaded at an upgrade alone: it takes a third of a command's start
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_HERE))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise Conflict(
            f"The database was written by a newer Broadsheet (revision {current}). "
            "Install that version again, or restore a backup made before it.",
            value=current,
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")

"""What every table is declared with: names for keys and indexes, one kind of number, and the paper it tells of."""

from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, Table

# SQLite gives rowids only to a column that is INTEGER to the letter.
Id = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def table(name: str, *parts: Any, **options: Any) -> Table:
    """Declare a table of the one schema."""
    return Table(name, metadata, *parts, **options)


def paper_id(**options: Any) -> Column[int]:
    """Return a column that names a paper, whose row goes when the paper does."""
    return Column("paper_id", Id, ForeignKey("paper.id", ondelete="CASCADE"), nullable=False, **options)

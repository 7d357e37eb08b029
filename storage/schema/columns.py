"""The kinds of columns.

SQLite drops the zone of a time without converting it, so times go through one type that takes only aware ones.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect


class UtcTime(sa.TypeDecorator[datetime]):
    """A moment in UTC, to the microsecond; refuses a time without a zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware time into UTC, without its zone where the database keeps none."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored: {value!r}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give back an aware time in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def key(name: str, kind: Any) -> sa.Column[Any]:
    """Return a column of the primary key."""
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def id_column() -> sa.Column[Any]:
    """Return the column of ids that the database counts."""
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)


def text(name: str, *, default: str | None = "") -> sa.Column[Any]:
    """Return a column of text; without a default it may be NULL."""
    return sa.Column(name, sa.Text, nullable=default is None, server_default=default)


def number(name: str) -> sa.Column[Any]:
    """Return a column of numbers, 0 by default."""
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")


def json_list(name: str) -> sa.Column[Any]:
    """Return a column of JSON lists, empty by default."""
    return sa.Column(name, sa.JSON, nullable=False, server_default="[]")


def timestamp(name: str, *, needed: bool = False) -> sa.Column[Any]:
    """Return a column of moments, NULL if unknown unless `needed`."""
    return sa.Column(name, UtcTime, nullable=not needed)


def boolean(name: str, *, default: bool = False) -> sa.Column[Any]:
    """Return a column of truth values."""
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.true() if default else sa.false())

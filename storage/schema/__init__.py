"""The tables; every text from outside is kept as it came, with e-mail addresses masked."""

import sqlalchemy as sa

from storage.schema.columns import UtcTime
from storage.schema.incidents import add_incident_tables
from storage.schema.lives import add_life_tables
from storage.schema.messages import add_message_tables, add_setting_tables
from storage.schema.outbox import STALE, add_outbox_tables
from storage.schema.sections import add_section_tables
from storage.schema.sources import add_source_tables

__all__ = ["STALE", "UtcTime", "build_tables"]

NAMING_CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def build_tables() -> sa.MetaData:
    """Describe all tables anew; nothing is shared between two calls."""
    metadata = sa.MetaData(naming_convention=NAMING_CONVENTION)
    for add_tables in (
        add_source_tables,
        add_incident_tables,
        add_life_tables,
        add_section_tables,
        add_message_tables,
        add_outbox_tables,
        add_setting_tables,
    ):
        add_tables(metadata)
    return metadata

"""A database as an earlier version of Rootwatch left it: the newer steps of its tables are taken back."""

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.pool import NullPool


def take_back_to(database_url: str, revision: str) -> None:
    """Take all steps after this one back; what only they can hold is lost."""
    url = sa.make_url(database_url)
    driver = "sqlite" if url.get_backend_name() == "sqlite" else "postgresql+psycopg"
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    engine = sa.create_engine(url.set(drivername=driver), poolclass=NullPool)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)

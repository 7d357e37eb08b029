"""The address of a database: its driver, how it is shown without its passwords, and the file that it may name."""

import os
import re
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa

from storage.failures import DatabaseUnavailable

SECRET_PARAMETER = re.compile(r"passw|secret|token|key\Z", re.IGNORECASE)


def async_url(text: str) -> sa.URL:
    """Return the URL of a configuration with the asynchronous driver for it. Raises DatabaseUnavailable."""
    try:
        url = sa.make_url(text)
    except sa.exc.ArgumentError as error:
        raise DatabaseUnavailable(
            "database.url is not a database URL; write for example sqlite:///rootwatch.db."
        ) from error
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
    driver = drivers.get(url.drivername.split("+")[0])
    if driver is None:
        raise DatabaseUnavailable(f"Rootwatch stores its data in SQLite or PostgreSQL, not in {url.drivername}.")
    return url.set(drivername=driver)


def safe_url(url: sa.URL) -> str:
    """Return a URL without its passwords, which may also stand in its query."""
    query = {name: "***" if SECRET_PARAMETER.search(name) else value for name, value in url.query.items()}
    return url.set(drivername=url.get_backend_name(), query=query).render_as_string(hide_password=True)


def without_passwords(url: sa.URL, text: str) -> str:
    """Return a driver's message without the passwords of the URL."""
    values = [value for name, value in url.query.items() if SECRET_PARAMETER.search(name)]
    for value in (url.password, *values):
        for secret in (value,) if isinstance(value, str) else value or ():
            text = text.replace(secret, "***") if secret else text
    return text


def create_private_file(path: Path) -> None:
    """Create an SQLite file that only its owner can read; SQLite's own files beside it get the same permissions.

    An existing file keeps its permissions.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if str(path).startswith("file:"):  # a URI, which SQLite reads itself
        return
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))

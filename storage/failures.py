"""Why a database cannot be used, in a sentence for the operator that names the real reason and what to do."""

import errno

import sqlalchemy as sa

# The beginning of a driver's message (SQLite's result codes, PostgreSQL's errors), in lower case, and what it means.
REASONS: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("database is locked", "database table is locked", "database schema is locked"),
        "another program has locked the file (a backup, an open shell); it can be used again when that has ended",
    ),
    (("database or disk is full", "no space left", "could not extend file"), "the disk is full; free some space"),
    (
        ("readonly", "read-only", "permission denied", "operation not permitted"),
        "it is read-only for this user; allow writing to the file and its folder, or to the server's database",
    ),
    (
        ("unable to open database file",),
        "the file cannot be opened; see that its folder exists and may be written, and check database.url",
    ),
    (("disk i/o error", "input/output error"), "the disk reports an error; see whether it is full or damaged"),
    (
        ("file is not a database", "malformed"),
        "the file is damaged, or is no SQLite database; restore a backup, or check database.url",
    ),
    (
        ("terminating connection due to idle-in-transaction timeout",),
        "this process was suspended while it wrote, and the server has undone that; it is tried again",
    ),
    (
        ("terminating connection", "server closed the connection", "the database system is", "connection is bad"),
        "the server is being restarted; it can be used again in a moment",
    ),
    (
        ("deadlock detected", "could not serialize", "lock timeout", "lock not available"),
        "another process changed the same rows at the same moment; it is tried again",
    ),
)
CHECK_URL = "Check database.url in the configuration."


class DatabaseUnavailable(Exception):
    """The database cannot be used; the message is one sentence with the reason and without the password."""


class DatabaseTooNew(DatabaseUnavailable):
    """A newer version of Rootwatch has migrated the database."""


def is_unavailable(error: BaseException) -> bool:
    """Return whether an error says that the database could not be used, rather than that a statement is wrong."""
    if isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError | sa.exc.TimeoutError):
        return True
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    # drivers raise other classes too, for a server that became read-only or a damaged file
    is_about_values = isinstance(error, sa.exc.DataError | sa.exc.IntegrityError)
    return error.connection_invalidated or (not is_about_values and _reason(_first_line(error)) is not None)


def describe_failure(error: BaseException, safe_url: str) -> str:
    """Return the sentence for an error of the driver, or of the file system when a database is opened."""
    message = _first_line(error)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        message = "no space left"
    if reason := _reason(message):
        return f"The database {safe_url} cannot be used: {reason}."
    return f"The database {safe_url} cannot be used: {message.rstrip('.')}. {CHECK_URL}"


def _reason(message: str) -> str | None:
    return next((reason for parts, reason in REASONS if any(part in message.casefold() for part in parts)), None)


def _first_line(error: BaseException) -> str:
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    return lines[0] if lines else type(error).__name__

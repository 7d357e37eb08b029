"""Logging: short lines on standard error, in UTC, without secrets and control characters."""

import logging
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import TextIO
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from bot.config import Settings

REDACTED = "[hidden]"
# httpx logs whole addresses, which may contain a key; APScheduler warns whenever a run takes longer than its interval;
# discord.py logs each reconnection, and at every start that it finds no libraries for voice; the libraries of the
# databases log statements with their values and the rows that they return, so also the text of what is restricted later
LIBRARY_LEVELS = {
    "aiosqlite": logging.WARNING,
    "sqlalchemy": logging.WARNING,
    "psycopg": logging.WARNING,
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "alembic": logging.WARNING,
    "apscheduler": logging.ERROR,
    "discord": logging.WARNING,
    "discord.client": logging.ERROR,
}
# C0 and C1 control characters except the tab and the line break, which tracebacks need
CONTROL_CHARS = {code: "\N{REPLACEMENT CHARACTER}" for code in (*range(32), *range(127, 160)) if code not in {9, 10}}


def tell_operator(sentence: str) -> None:
    """Print a sentence on standard error; that nobody can read it (a broken pipe, a full disk) ends nothing."""
    with suppress(OSError, ValueError):
        print(sentence, file=sys.stderr, flush=True)  # noqa: T201


class RedactingFilter(logging.Filter):
    """Removes the values of secrets from every record, including arguments and tracebacks."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._secrets = _encodings(secrets)

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place; always return True."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            # with a library's faulty format string, log the message but not its arguments, which may contain secrets
            message = str(record.msg)
        record.msg, record.args = self._clean(message), None
        if record.exc_info:
            record.exc_text = self._clean(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None
        if record.stack_info:
            record.stack_info = self._clean(record.stack_info)
        return True

    def _clean(self, text: str) -> str:
        return _replace(text, self._secrets)


class UtcFormatter(logging.Formatter):
    """Formats records as `2024-05-19 00:36:06Z WARNING sources: ...`, with the message on one line."""

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__("%(asctime)sZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's own name)
        """Return the line without the traceback that may follow it."""
        return super().formatMessage(record).replace("\n", " ")

    def format(self, record: logging.LogRecord) -> str:
        """Return the whole entry without control characters."""
        return super().format(record).translate(CONTROL_CHARS)


def collect_secrets(settings: Settings) -> list[str]:
    """Return every secret value: token, key, and the database's passwords as written and percent-decoded."""
    secrets = [secret.reveal() for secret in (settings.discord_token, settings.bugzilla_api_key) if secret is not None]
    try:
        parts = urlsplit(settings.database.url)
        parameters = parse_qsl(parts.query)
        passwords = [parts.password or "", *(value for name, value in parameters if "passw" in name.lower())]
    except ValueError:
        passwords = []
    return [value for value in (*secrets, *passwords, *map(unquote, passwords)) if value]


def redact(text: str, settings: Settings) -> str:
    """Return the text with every secret value hidden, for messages from libraries."""
    return _replace(text, _encodings(collect_secrets(settings)))


def _encodings(secrets: Iterable[str]) -> list[str]:
    """Return the secrets as in texts and percent-encoded, longest first, since one may be a prefix of another."""
    encodings = {text for secret in secrets if secret for text in (secret, quote(secret, safe=""), quote(secret))}
    return sorted(encodings, key=len, reverse=True)


def _replace(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, REDACTED)
    return text


def start_logging(settings: Settings, level: int = logging.WARNING, stream: TextIO | None = None) -> None:
    """Log to standard error (or `stream`) from `level` upwards; may be called again."""
    handler = logging.StreamHandler(sys.stderr if stream is None else stream)
    handler.setFormatter(UtcFormatter())
    handler.addFilter(RedactingFilter(collect_secrets(settings)))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name, library_level in LIBRARY_LEVELS.items():
        logging.getLogger(name).setLevel(max(level, library_level))

"""Logs: short lines on standard error, in UTC, without secrets and without anything that steers a terminal."""

import logging
import sys
import time
from collections.abc import Iterable
from typing import TextIO
from urllib.parse import quote, unquote, urlsplit

from bot.config import Settings

HIDDEN = "[hidden]"
# httpx logs whole addresses, which may hold a key; APScheduler warns whenever a poll outlasts its pace; discord.py logs
# each reconnection, and at every start that it finds no libraries for voice
QUIET = {
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "alembic": logging.WARNING,
    "apscheduler": logging.ERROR,
    "discord": logging.WARNING,
    "discord.client": logging.ERROR,
}
# C0 and C1 control characters but for the tab and the line break, which tracebacks need
CONTROLS = {code: "\N{REPLACEMENT CHARACTER}" for code in (*range(32), *range(127, 160)) if code not in {9, 10}}


class WithoutSecrets(logging.Filter):
    """Takes the secrets' values out of every record, arguments and tracebacks included."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._secrets = _forms(secrets)

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place; none is dropped."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            # a library's faulty format string must not cost the message, nor print its arguments unfiltered
            message = str(record.msg)
        record.msg, record.args = self._clean(message), None
        if record.exc_info:
            record.exc_text = self._clean(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None
        if record.stack_info:
            record.stack_info = self._clean(record.stack_info)
        return True

    def _clean(self, text: str) -> str:
        return _hide(text, self._secrets)


class ShortLines(logging.Formatter):
    """`2024-05-19 00:36:06Z WARNING sources: ...`, the message folded to one line."""

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__("%(asctime)sZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's own name)
        """Return the line without the traceback that may follow it."""
        return super().formatMessage(record).replace("\n", " ")

    def format(self, record: logging.LogRecord) -> str:
        """Return the whole entry, harmless to a terminal."""
        return super().format(record).translate(CONTROLS)


def secrets_of(settings: Settings) -> list[str]:
    """Return every value that must not be shown: token, key, the database's password as written and as meant."""
    secrets = [each.reveal() for each in (settings.discord_token, settings.bugzilla_api_key) if each is not None]
    try:
        password = urlsplit(settings.database.url).password or ""
    except ValueError:
        password = ""
    return [each for each in (*secrets, password, unquote(password)) if each]


def without_secrets(text: str, settings: Settings) -> str:
    """Return the text with every secret's value hidden, for sentences that others wrote."""
    return _hide(text, _forms(secrets_of(settings)))


def _forms(secrets: Iterable[str]) -> list[str]:
    """Return the secrets as they stand in texts and in addresses, the longest first: one may begin another."""
    forms = {form for secret in secrets if secret for form in (secret, quote(secret, safe=""), quote(secret))}
    return sorted(forms, key=len, reverse=True)


def _hide(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return text


def start_logging(settings: Settings, level: int = logging.WARNING, stream: TextIO | None = None) -> None:
    """Send all logs to standard error (or `stream`), from `level` on; may be called again."""
    handler = logging.StreamHandler(sys.stderr if stream is None else stream)
    handler.setFormatter(ShortLines())
    handler.addFilter(WithoutSecrets(secrets_of(settings)))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name, least in QUIET.items():
        logging.getLogger(name).setLevel(max(level, least))

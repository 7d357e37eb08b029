"""Reads single values of Bugzilla's responses: texts, times, persons and flags, each within bounds."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bot.sources.sanitize import sanitize_text, strip_control_chars
from handlers.parsing.people import parse_login
from storage.values.incidents import Flag, Person

MAX_FIELD_LENGTH = 20_000  # characters of a title or whiteboard; Bugzilla's own limit for titles is 255
MAX_ITEMS = 1_000
EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
FLAG = re.compile(r"(?P<name>[^\s,()]{1,64})(?P<status>[?+-])(?:\((?P<requestee>[^()]*)\))?")


class InvalidPayload(Exception):
    """A part of a response is missing or of the wrong type; the message names it."""


def parse_timestamp(value: object) -> datetime:
    """Parse one of Bugzilla's times, which are UTC unless they have an offset. Raises InvalidPayload."""
    try:
        timestamp = datetime.fromisoformat(require_text(value, "a time").strip())
        timestamp = (timestamp if timestamp.tzinfo else timestamp.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidPayload("a time") from None
    if not EARLIEST <= timestamp <= LATEST:
        raise InvalidPayload("a possible time")
    return timestamp


def parse_optional_timestamp(value: object) -> datetime | None:
    """Parse a time; None if it cannot be read."""
    try:
        return parse_timestamp(value)
    except InvalidPayload:
        return None


def parse_person(login: object) -> Person:
    """Parse a login; a person without a name if it is none."""
    return (
        parse_login(strip_control_chars(login[:MAX_FIELD_LENGTH])) if isinstance(login, str) and login else Person("")
    )


def parse_flags(values: object) -> tuple[Flag, ...]:
    """Parse the flags that are set on a bug; what cannot be read is left out.

    https://bmo.readthedocs.io/en/latest/api/core/v1/bug.html#get-bug
    """
    flags = []
    for value in parse_items(values):
        if not isinstance(value, dict):
            continue
        name, status, requestee = value.get("name"), value.get("status"), value.get("requestee")
        set_at = parse_optional_timestamp(value.get("creation_date"))
        if set_at is None or not isinstance(name, str) or status not in ("?", "+", "-"):
            continue
        person = parse_person(requestee) if isinstance(requestee, str) and requestee else None
        flags.append(Flag(parse_text(name), status, person, parse_person(value.get("setter")), set_at))
    return tuple(flags)


def require_text(value: object, name: str) -> str:
    """Return a text; raises InvalidPayload with its name if it is none."""
    if not isinstance(value, str):
        raise InvalidPayload(name)
    return value


def parse_text(value: object) -> str:
    """Return a sanitized text, "" for anything else."""
    return sanitize_text(value[:MAX_FIELD_LENGTH]) if isinstance(value, str) else ""


def parse_items(values: object) -> Sequence[Any]:
    """Return the items of a list, at most MAX_ITEMS; none of anything else."""
    return values[:MAX_ITEMS] if isinstance(values, list) else ()

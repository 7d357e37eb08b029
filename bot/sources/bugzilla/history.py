"""Parses the history of a bug: the changes that belong to the life of an incident, each field and flag by itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot.sources.bugzilla.fields import FLAG, InvalidPayload, parse_items, parse_person, parse_text, parse_timestamp
from storage.values.incidents import Person
from storage.values.lives import Change

MAX_ENTRIES = 20_000  # of one bug; the longest real history has some hundred
FIELDS = MappingProxyType(
    {
        "summary": "summary",
        "short_desc": "summary",
        "whiteboard": "whiteboard",
        "status_whiteboard": "whiteboard",
        "status": "status",
        "bug_status": "status",
        "resolution": "resolution",
        "assigned_to": "assigned_to",
        "component": "component",
        "groups": "groups",
        "bug_group": "groups",
        "flags": "flags",
        "flagtypes.name": "flags",
    }
)
"""The fields that are read, by the names that Bugzilla gives them in histories; changes of others are left out."""

_COMMA = re.compile(r",\s*")


@dataclass(frozen=True, slots=True)
class ParsedHistory:
    """The changes of a bug in the server's order, and what to call those that cannot be read."""

    changes: tuple[Change, ...]
    unreadable: tuple[str, ...] = ()


def parse_history(bug: int, rows: object) -> ParsedHistory:
    """Parse a bug's history as Bugzilla returns it; raises InvalidPayload unless it is a list.

    https://bmo.readthedocs.io/en/latest/api/core/v1/bug.html#bug-history
    """
    if not isinstance(rows, list):
        raise InvalidPayload("the history")
    changes: list[Change] = []
    unreadable = []
    for index, row in enumerate(rows[:MAX_ENTRIES]):
        try:
            time, who, entries = _parse_row(row)
        except InvalidPayload as error:
            unreadable.append(f"change {index} of bug {bug} ({error})")
            continue
        for entry in entries:
            try:
                changes += _parse_entry(entry, time, who)
            except InvalidPayload as error:
                unreadable.append(f"change {index} of bug {bug} ({error})")
    if len(rows) > MAX_ENTRIES:
        unreadable.append(f"all after change {MAX_ENTRIES} of bug {bug} (too many)")
    return ParsedHistory(tuple(changes), tuple(unreadable))


def _parse_row(row: object) -> tuple[datetime, Person, Any]:
    if not isinstance(row, dict) or not isinstance(row.get("changes"), list):
        raise InvalidPayload("its shape")
    return parse_timestamp(row.get("when")), parse_person(row.get("who")), parse_items(row["changes"])


def _parse_entry(entry: object, time: datetime, who: Person) -> Iterator[Change]:
    name = entry.get("field_name") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(name, str):
        raise InvalidPayload("its field")
    field = FIELDS.get(name)
    if field is None:
        return
    removed, added = _parse_value(entry.get("removed")), _parse_value(entry.get("added"))
    match field:
        case "assigned_to":
            yield _assignment(time, who, removed, added)
        case "flags":
            for flag in _split_flags(removed):
                yield _flag_change(time, who, flag, is_set=False)
            for flag in _split_flags(added):
                yield _flag_change(time, who, flag, is_set=True)
        case _:
            yield Change(time, who, field, parse_text(removed), parse_text(added))


def _parse_value(value: object) -> str:
    """Return a value before or after a change; a list of texts counts as its parts with commas."""
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ", ".join(parse_items(value))
    if not isinstance(value, str):
        raise InvalidPayload("its value")
    return value


def _assignment(time: datetime, who: Person, removed: str, added: str) -> Change:
    former, person = parse_person(removed), parse_person(added)
    return Change(
        time,
        who,
        "assigned_to",
        former.name,
        person.name,
        person if added else former if removed else None,
        former if removed else None,
    )


def _split_flags(flags: str) -> list[str]:
    return [flag for flag in parse_items(_COMMA.split(flags)) if flag]


def _flag_change(time: datetime, who: Person, flag: str, *, is_set: bool) -> Change:
    """Return the change of one flag; whom it asks is a name in its text, and a person beside it."""
    parts = FLAG.fullmatch(flag)
    requestee = parse_person(parts["requestee"]) if parts and parts["requestee"] else None
    shown = parse_text(flag)
    if parts and requestee:
        shown = f"{parse_text(parts['name'])}{parts['status']}({requestee.name})"
    return Change(time, who, "flags", "" if is_set else shown, shown if is_set else "", requestee)

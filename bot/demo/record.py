"""The bundled record: incidents and list messages of spring 2024, retold, as they stood at any moment.

Numbers, dates, CAs, tags and states are facts of the public record; titles and reports are retold in other words.
`record/bugs.jsonl` and `record/messages.jsonl` hold one JSON object a line.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

PRODUCT, COMPONENT = "CA Program", "CA Certificate Compliance"
OPEN_STATUSES = frozenset({"UNCONFIRMED", "NEW", "ASSIGNED", "REOPENED"})
COMMENT_IDS_PER_BUG = 1000  # the ids of a bug's comments begin at its number times this, and stay below 2**31


@dataclass(frozen=True, slots=True)
class RecordedComment:
    """A comment; number 0 is the report."""

    number: int
    posted: datetime
    author: str
    text: str


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """The fields of a bug that someone set at a moment, by their names in Bugzilla: whiteboard, status, resolution."""

    when: datetime
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class RecordedBug:
    """A bug with everything that happened to it, oldest first; `links` are lists by their names in Bugzilla."""

    number: int
    summary: str
    created: datetime
    creator: str
    assignee: str
    changes: tuple[RecordedChange, ...]
    comments: tuple[RecordedComment, ...]
    links: dict[str, list[Any]]

    def row_at(self, now: datetime) -> dict[str, Any]:
        """Return the bug as Bugzilla's REST API showed it at a moment, comments included.

        https://bmo.readthedocs.io/en/latest/api/core/v1/bug.html#get-bug
        """
        state = {"whiteboard": "", "status": "UNCONFIRMED", "resolution": ""}
        resolved, last_change = None, self.created
        for change in self.changes:
            if change.when > now:
                break
            was_open = state["status"] in OPEN_STATUSES
            state |= change.fields
            last_change = max(last_change, change.when)
            if state["status"] in OPEN_STATUSES:
                resolved = None
            elif was_open:
                resolved = change.when
        comments = [comment for comment in self.comments if comment.posted <= now]
        last_change = max([last_change, *(comment.posted for comment in comments)])
        return {
            "id": self.number,
            "summary": self.summary,
            **state,
            "is_open": state["status"] in OPEN_STATUSES,
            "creation_time": format_time(self.created),
            "last_change_time": format_time(last_change),
            "cf_last_resolved": format_time(resolved) if resolved else None,
            "creator": self.creator,
            "assigned_to": self.assignee,
            "product": PRODUCT,
            "component": COMPONENT,
            "duplicates": [],
            "dupe_of": None,
            **self.links,
            "comment_count": len(comments),
            "comments": [self._comment_row(comment) for comment in comments],
            "history": self._history_at(now),
        }

    def _history_at(self, now: datetime) -> list[dict[str, Any]]:
        """Return the changes until a moment, as Bugzilla shows them; the record does not say who made them."""
        state = {"whiteboard": "", "status": "UNCONFIRMED", "resolution": ""}
        rows = []
        for change in self.changes:
            if change.when > now:
                break
            changes = [
                {"field_name": name, "removed": state.get(name, ""), "added": value}
                for name, value in change.fields.items()
                if state.get(name, "") != value
            ]
            state |= change.fields
            rows.append({"when": format_time(change.when), "who": "", "changes": changes})
        return rows

    def _comment_row(self, comment: RecordedComment) -> dict[str, Any]:
        time = format_time(comment.posted)
        return {
            "id": self.number * COMMENT_IDS_PER_BUG + comment.number,
            "bug_id": self.number,
            "count": comment.number,
            "creator": comment.author,
            "creation_time": time,
            "time": time,
            "text": comment.text,
            "is_private": False,
        }


@dataclass(frozen=True, slots=True)
class RecordedMessage:
    """A message of a mailing list, with its number in the list's archive."""

    number: int
    list: str
    posted: datetime
    author: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Record:
    """All bugs by ascending number, and all messages by time."""

    bugs: tuple[RecordedBug, ...]
    messages: tuple[RecordedMessage, ...]

    def moments(self) -> list[datetime]:
        """Return when anything became public, oldest first."""
        moments = {message.posted for message in self.messages}
        for bug in self.bugs:
            moments |= {bug.created, *(change.when for change in bug.changes)}
            moments |= {comment.posted for comment in bug.comments}
        return sorted(moments)


def load_record(folder: Traversable | None = None) -> Record:
    """Read the record from a folder, by default the bundled one."""
    folder = folder or files(__package__) / "record"
    bugs = sorted(map(parse_bug, _read_lines(folder / "bugs.jsonl")), key=lambda bug: bug.number)
    messages = sorted(map(_parse_message, _read_lines(folder / "messages.jsonl")), key=lambda message: message.posted)
    return Record(tuple(bugs), tuple(messages))


def parse_bug(row: dict[str, Any]) -> RecordedBug:
    """Return one line of `bugs.jsonl` as a value; a bug of tests has the same form."""
    changes = [
        RecordedChange(parse_time(change["when"]), {name: text for name, text in change.items() if name != "when"})
        for change in row.get("history", ())
    ]
    comments = [
        RecordedComment(number, parse_time(comment["time"]), comment["author"], comment["text"])
        for number, comment in enumerate(sorted(row["comments"], key=lambda comment: parse_time(comment["time"])))
    ]
    return RecordedBug(
        row["id"],
        row["summary"],
        parse_time(row["created"]),
        row["creator"],
        row.get("assigned_to") or row["creator"],
        tuple(sorted(changes, key=lambda change: change.when)),
        tuple(comments),
        {name: list(row.get(name, ())) for name in ("depends_on", "blocks", "see_also", "groups")},
    )


def parse_time(text: str) -> datetime:
    """Return a time in ISO 8601, which is UTC unless it has an offset."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def format_time(moment: datetime) -> str:
    """Return a time as Bugzilla writes it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _parse_message(row: dict[str, Any]) -> RecordedMessage:
    return RecordedMessage(
        row["number"], row["list"], parse_time(row["posted"]), row["author"], row["subject"], row["body"]
    )


def _read_lines(file: Traversable) -> Iterator[dict[str, Any]]:
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)

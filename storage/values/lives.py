"""The life of an incident: its changes, and its comments with every version of their text that was read.

Times are UTC. No e-mail address is in these values: a person is a name and a domain.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from storage.values.incidents import Flag, Person

_FLAG = re.compile(r"(?P<name>[^()]*)(?P<status>[?+-])(?:\(|\Z)")


@dataclass(frozen=True, slots=True)
class Change:
    """One changed field of a bug, as `/history` gives it.

    `removed` and `added` are texts with every login shortened to its name, "needinfo?(alice)" for instance. `person` is
    whom a change of the assignee or of a flag names (who was added, else who was removed), None for other fields.
    `removed_person` is the former assignee, for changes of the assignee only. A change of flags is about one flag: it
    either removes or adds it.
    """

    time: datetime
    who: Person
    field: str
    removed: str
    added: str
    person: Person | None = None
    removed_person: Person | None = None


@dataclass(frozen=True, slots=True)
class CommentVersion:
    """A text of a comment, and since when it is known.

    The first version is known since the comment was posted: it may have been edited before it was first read, and
    counts as it was read. A later one is known since the reading that found it. If a reading found only that text was
    taken away, the earlier versions have the text of the later one.
    """

    known_since: datetime
    text: str


@dataclass(frozen=True, slots=True)
class LifeComment:
    """A comment with the versions of its text, oldest first."""

    number: int
    author: Person
    posted: datetime
    versions: tuple[CommentVersion, ...]

    @property
    def text(self) -> str:
        """The newest text."""
        return self.versions[-1].text


@dataclass(frozen=True, slots=True)
class Life:
    """What is known of a bug's life until a moment: its changes and comments, oldest first.

    `summary` to `assignee` and `flags` are the state at that moment. `component` is the name of the component ("" for a
    bug that has left the watched one for an unknown one), and `restricted` whether the bug is in any group. The numbers
    of changes (`h2`) are their positions in `changes`.
    """

    bug: int
    summary: str
    whiteboard: str
    status: str
    resolution: str
    component: str
    restricted: bool
    created: datetime
    creator: Person
    assignee: Person
    changes: tuple[Change, ...]
    comments: tuple[LifeComment, ...]
    flags: tuple[Flag, ...] = ()

    def at(self, moment: datetime) -> "Life":
        """Return the life as it was known at a moment: later changes are undone, later comments and texts left out."""
        state = {
            "summary": self.summary,
            "whiteboard": self.whiteboard,
            "status": self.status,
            "resolution": self.resolution,
            "component": self.component,
            "groups": "" if not self.restricted else "restricted",
        }
        assignee = self.assignee
        for change in reversed(self.changes):
            if change.time <= moment:
                break
            if change.field in state:
                state[change.field] = change.removed
            if change.field == "assigned_to":
                assignee = change.removed_person or Person(change.removed)
        changes = tuple(change for change in self.changes if change.time <= moment)
        comments = (_comment_at(comment, moment) for comment in self.comments if comment.posted <= moment)
        return replace(
            self,
            summary=state["summary"],
            whiteboard=state["whiteboard"],
            status=state["status"],
            resolution=state["resolution"],
            component=state["component"],
            restricted=bool(state["groups"]),
            assignee=assignee,
            changes=changes,
            comments=tuple(comments),
            flags=self._flags_at(moment, changes),
        )

    def _flags_at(self, moment: datetime, changes: Sequence[Change]) -> tuple[Flag, ...]:
        """Return the flags that were set at a moment, `changes` being those until then."""
        flags: dict[str, list[Flag]] = {}
        for flag in self.flags:
            flags.setdefault(flag.text, []).append(flag)
        added_by = {change.added: change for change in changes if change.field == "flags" and change.added}
        for change in reversed(self.changes[len(changes) :]):
            if change.field != "flags":
                continue
            if flags.get(change.added):
                flags[change.added].pop()
            if change.removed:
                flag = _removed_flag(change, added_by.get(change.removed), self)
                flags.setdefault(change.removed, []).append(flag)
        standing = (flag for same in flags.values() for flag in same)
        return tuple(sorted((flag for flag in standing if flag.set_at <= moment), key=lambda flag: flag.set_at))


def _removed_flag(change: Change, added_by: Change | None, life: Life) -> Flag:
    """Return the flag that a change removed; one that no earlier change added was set when the bug was filed."""
    parts = _FLAG.match(change.removed)
    name, status = (parts["name"], parts["status"]) if parts else (change.removed, "")
    setter, set_at = (added_by.who, added_by.time) if added_by else (life.creator, life.created)
    return Flag(name, status, change.person, setter, set_at)


def _comment_at(comment: LifeComment, moment: datetime) -> LifeComment:
    # The first version stands even where it was read only later: it is what the comment is known to have said.
    known = tuple(version for version in comment.versions if version.known_since <= moment)
    return replace(comment, versions=known or comment.versions[:1])

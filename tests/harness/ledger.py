"""What has happened in the world so far, whatever the bot has seen of it: the measure of what it must have said."""

from dataclasses import dataclass, field
from typing import Literal

from tests.harness.markers import marker
from tests.harness.script import Action

BugState = Literal["public", "hidden", "moved", "deleted"]
AFTER: dict[str, BugState] = {
    "file hidden": "hidden",
    "file elsewhere": "moved",
    "hide": "hidden",
    "move": "moved",
    "delete": "deleted",
    "show": "public",
    "return": "public",
}


@dataclass(slots=True)
class BugRecord:
    """One bug: its number in Bugzilla, the round that filed it, where it is, and the marker of its present title."""

    id: int
    round: int
    state: BugState
    title_marker: str
    was_always_public: bool
    is_late: bool
    last_round: int


@dataclass(slots=True)
class Ledger:
    """The bugs, list messages and questions of a run; items are numbered as in the schedule."""

    bugs: dict[int, BugRecord] = field(default_factory=dict)
    posts: dict[str, int] = field(default_factory=dict)  # link of a message or an entry: round
    questions: dict[int, int] = field(default_factory=dict)  # number asked for: round
    surely_answered: dict[int, int] = field(default_factory=dict)  # those asked of a connected bot without faults
    votes: dict[str, set[bool]] = field(default_factory=dict)  # what each member may have voted
    deleted_messages: set[tuple[str, str]] = field(default_factory=set)  # channel, link of the alert
    deleted_channels: set[str] = field(default_factory=set)
    events: int = 0

    def record_bug(self, action: Action, number: int, round_number: int) -> None:
        """Record that a bug was filed, under this number."""
        self.events += 1
        state = AFTER.get(action.kind, "public")
        self.bugs[action.item] = BugRecord(
            number,
            round_number,
            state,
            marker("t", action.item, 0),
            state == "public",
            action.kind == "file late",
            round_number,
        )

    def record_change(self, action: Action, round_number: int) -> None:
        """Record what happened to a bug."""
        self.events += 1
        bug = self.bugs[action.item]
        bug.last_round = round_number
        if action.kind == "rename":
            bug.title_marker = marker("t", action.item, action.version)
        if state := AFTER.get(action.kind):
            bug.state, bug.was_always_public = state, False

    def record_post(self, link: str, round_number: int) -> None:
        """Record a message to the list, or an entry of the feed."""
        self.events += 1
        self.posts[link] = round_number

    def record_question(self, number: int, round_number: int, *, is_sure: bool) -> None:
        """Record a question; `is_sure`: the bot was connected and no fault was there, so it must be answered."""
        self.events += 1
        self.questions[number] = round_number
        if is_sure:
            self.surely_answered[number] = round_number

    def record_vote(self, member: str, in_favour: bool) -> None:
        """Record a vote; it may be lost with the process that was to count it."""
        self.events += 1
        self.votes.setdefault(member, set()).add(in_favour)

    @property
    def unreadable(self) -> dict[int, BugRecord]:
        """The bugs of which nothing may be readable."""
        return {item: bug for item, bug in self.bugs.items() if bug.state in ("hidden", "deleted")}

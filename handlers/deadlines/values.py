"""A clock at a moment, and its shape in JSON."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from handlers.deadlines.rules import Rule

_COMMENT_REFERENCE = re.compile(r"c([0-9]{1,6})$")

State = Literal["due", "overdue", "met", "unknown"]


@dataclass(frozen=True, slots=True)
class Mark:
    """What sets or ends a clock: a comment ("c3") or a change of the bug ("h2"), with its time."""

    time: datetime
    reference: str

    @property
    def day(self) -> date:
        """The day, UTC."""
        return self.time.date()


@dataclass(frozen=True, slots=True)
class Deadline:
    """A clock of a bug at a moment.

    `due` is a day, whose end still belongs to the CA, or a moment where the limit is in hours; None: there is no date.
    `because` names comments ("c3") and changes ("h2": the third of `Life.changes`), `of` the question ("c3q1") or the
    action item ("a1"). `late_days`: by how many days a met clock was late and an overdue one is, else None.
    `why_ambiguous` says what the published rules leave open, None if they decide. `last_word` is the number of the CA's
    last comment.
    """

    bug: int
    rule: Rule
    due: date | datetime | None
    state: State
    since: date | datetime | None
    because: tuple[str, ...]
    of: str | None = None
    late_days: int | None = None
    why_ambiguous: str | None = None
    last_word: int | None = None

    @property
    def ambiguous(self) -> bool:
        """Whether the published rules do not decide this clock."""
        return self.why_ambiguous is not None

    def as_unknown(self) -> "Deadline":
        """Return the clock as one of which it is not certain whether it still runs."""
        return replace(self, state="unknown", late_days=None)

    @property
    def rests_on_words(self) -> bool:
        """Whether the CA has commented since, so that it is a reading of its words that nothing ended this clock.

        Only questions and action items end by what a comment says; of other clocks it is false.
        """
        asked_in = _COMMENT_REFERENCE.match(self.because[0]) if self.of and self.because else None
        return asked_in is not None and self.last_word is not None and self.last_word > int(asked_in[1])


def deadline_json(deadline: Deadline, ca: str | None) -> dict[str, Any]:
    """Return the JSON object of a clock, as `rootwatch deadlines --json` prints it; `ca` is the owner's name."""
    return {
        "bug": deadline.bug,
        "ca": ca,
        "rule": deadline.rule.id,
        "due": _json_time(deadline.due),
        "state": deadline.state,
        "since": _json_time(deadline.since),
        "because": list(deadline.because),
        "of": deadline.of,
        "late_days": deadline.late_days,
        "ambiguous": deadline.ambiguous,
        "source": deadline.rule.source,
        "why": deadline.why_ambiguous,
        "strength": deadline.rule.strength,
        "last_word": deadline.last_word,
    }


def add_days(day: date, days: int) -> date:
    """Return a day so many days later, the last day of the calendar at most: due dates come from third parties."""
    return day + timedelta(days=days) if day <= date.max - timedelta(days=days) else date.max


def unique(*references: str) -> tuple[str, ...]:
    """Return references in their order, without repetition and without empty ones."""
    return tuple(dict.fromkeys(filter(None, references)))


def _json_time(value: date | datetime | None) -> str | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if value else None

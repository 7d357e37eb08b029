"""What the clocks of one bug need, without the texts of its comments, so that many bugs can stay in memory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from handlers.acts.values import Acts as ReadActs
from handlers.deadlines.compute import compute_deadlines
from handlers.deadlines.history import MissedClock, missed_clocks
from handlers.deadlines.inputs import Acts
from handlers.deadlines.timeline import CLOSED_STATUSES, replay
from handlers.deadlines.values import Deadline
from handlers.lives.clock_inputs import to_acts
from handlers.lives.reading import LifeReading, read_life
from handlers.parsing.owners import OwnerDirectory
from storage.values.lives import Change, CommentVersion, Life, LifeComment

ALL_TIME = datetime.max.replace(tzinfo=UTC)
MAX_SUBJECT_LENGTH = 200


@dataclass(frozen=True, slots=True)
class ClockLife:
    """The life of a bug without texts, what its comments do, and the words of its questions and action items.

    `subjects` are by their names ("c3q1", "a1"), shortened. `known_until` is when the newest thing that was read became
    known (UTC): at that moment and later the clocks need nothing else.
    """

    life: Life
    acts: Acts
    subjects: Mapping[str, str]
    known_until: datetime

    def deadlines(self, as_of: datetime, component: str, *, include_all: bool = False) -> tuple[Deadline, ...]:
        """Return the clocks at a moment, as `compute_deadlines` does."""
        return compute_deadlines(self.life, self.acts, as_of, include_all=include_all, component=component)

    def missed(self, as_of: datetime, component: str) -> tuple[MissedClock, ...]:
        """Return the clocks that were missed until a moment."""
        return missed_clocks(self.life, self.acts, as_of, component=component)

    @property
    def is_open(self) -> bool:
        """Whether the bug is open now."""
        return self.life.status not in CLOSED_STATUSES

    def posted(self, comment: int) -> datetime | None:
        """Return when a comment was posted, None if there is none of this number."""
        return next((entry.posted for entry in self.life.comments if entry.number == comment), None)

    def change(self, index: int) -> Change | None:
        """Return a change by its position, None if there is none."""
        return self.life.changes[index] if 0 <= index < len(self.life.changes) else None


def read_clock_life(life: Life, owners: OwnerDirectory, as_of: datetime = ALL_TIME) -> ClockLife:
    """Read a life as known at a moment for its clocks. Linear, never raises."""
    return to_clock_life(read_life(life, owners, as_of))


def to_clock_life(reading: LifeReading) -> ClockLife:
    """Return what the clocks need of a reading."""
    life = reading.life
    moments = [*(change.time for change in life.changes), *_known_since(life.comments)]
    return ClockLife(
        replace(life, comments=tuple(map(_without_text, life.comments)), flags=()),
        to_acts(reading),
        dict(_subjects(reading.acts)),
        max(moments, default=life.created),
    )


def may_have_clocks(life: Life, as_of: datetime, component: str) -> bool:
    """Return whether clocks can run on a bug at a moment, by its changes alone, before any text is read."""
    if as_of < life.created:
        return False
    state = None
    for step in replay(life, Acts(), as_of):
        state = step.state
    return state is not None and state.has_clocks(component)


def _subjects(acts: ReadActs) -> Iterable[tuple[str, str]]:
    yield from ((question.id, question.text[:MAX_SUBJECT_LENGTH]) for question in acts.questions)
    yield from ((name, item.text[:MAX_SUBJECT_LENGTH]) for name, item in acts.items.items())


def _without_text(comment: LifeComment) -> LifeComment:
    return replace(comment, versions=(CommentVersion(comment.posted, ""),))


def _known_since(comments: Iterable[LifeComment]) -> Iterable[datetime]:
    return (version.known_since for comment in comments for version in comment.versions)

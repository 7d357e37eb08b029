"""What an open incident waits for that is not the CA's turn: a closing, the end of a last call, a first look."""

from dataclasses import dataclass
from datetime import datetime

from handlers.deadlines.inputs import Acts
from handlers.deadlines.timeline import BugState, Step, replay
from handlers.lives.clock_life import ClockLife
from handlers.parsing.owners import OwnerDirectory
from handlers.parsing.reporters import affiliation
from storage.values.lives import Life


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a bug waits for at a moment; None where it does not.

    `closure_asked` is since when closing is asked for without a last call or a question; `closure_comment` is the
    comment that asks, None if the flag does. `close_on_set` is when the date of a last call was set.
    """

    closure_asked: datetime | None = None
    closure_comment: int | None = None
    close_on_set: datetime | None = None
    looked_at: bool = False


def find_waiting(life: ClockLife, owners: OwnerDirectory, as_of: datetime) -> Waiting:
    """Return what a bug waits for at a moment that is not before its filing."""
    steps = tuple(replay(life.life, life.acts, as_of))
    state = steps[-1].state
    asked_at, comment = (None, None) if state.whiteboard.close_on else _closure_asked(steps)
    return Waiting(
        asked_at,
        comment,
        state.close_on_set.time if state.close_on_set else None,
        was_looked_at(life.life, life.acts, owners, as_of),
    )


def was_looked_at(life: Life, acts: Acts, owners: OwnerDirectory, as_of: datetime) -> bool:
    """Return whether somebody of a root program wrote in a bug, or changed anything of it, until a moment."""
    posted = {comment.number: comment.posted for comment in life.comments}
    if any(comment.role == "program" and posted.get(comment.number, as_of) <= as_of for comment in acts.comments):
        return True
    return any(
        affiliation(change.who, owners, change.time.date())[0] == "root program"
        for change in life.changes
        if change.time <= as_of
    )


def _closure_asked(steps: tuple[Step, ...]) -> tuple[datetime | None, int | None]:
    """Return since when closing is asked for, by words or by the flag, and the comment if it was by words.

    Words stand until a question, an announcement of closing, a last call, a cleared flag or a reopening; the flag,
    which guidelines 3.1 made the sure sign, until it is cleared.
    """
    request: Step | None = None
    before = steps[0].state
    for step in steps:
        if _ends_request(step, before):
            request = None
        if request is None and step.comment and step.comment.by_ca and step.comment.asks_closing:
            request = step
        before = step.state
    flag = before.flag_set if before.flag_stands and not before.predates_reopening(before.flag_set) else None
    if flag and (request is None or flag.time < request.time):
        return flag.time, None
    return (request.time, request.comment.number) if request and request.comment else (None, None)


def _ends_request(step: Step, before: BugState) -> bool:
    state, comment = step.state, step.comment
    if (before.flag_stands and not state.flag_stands) or state.reopened is not before.reopened:
        return True
    if before.whiteboard.close_on and not state.whiteboard.close_on:
        return True
    is_question = comment and comment.questions and not comment.by_ca and comment.role != "automation"
    return bool(is_question or (comment and comment.announces_closing))

"""Clocks that seem to run on although the CA has written since: what its words say is not certain enough to accuse."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from handlers.deadlines.inputs import CommentActs
from handlers.deadlines.values import Deadline, Mark


def without_doubtful(deadlines: Iterable[Deadline], comments: Iterable[tuple[CommentActs, Mark]]) -> Iterator[Deadline]:
    """Yield clocks, as unknown instead of overdue where words of the CA that were not understood may have ended them.

    That is any comment after a question, and one after the due day of an action item, before which nobody tells that it
    is done. All other clocks end by what Bugzilla records.
    """
    words = [(entry, mark) for entry, mark in comments if entry.by_ca]
    last = max(words, key=lambda word: word[1].time, default=None)
    for deadline in deadlines:
        is_doubtful = deadline.state == "overdue" and deadline.of and last and _may_have_ended(deadline, *last)
        yield deadline.as_unknown() if is_doubtful else deadline


def _may_have_ended(deadline: Deadline, last: CommentActs, mark: Mark) -> bool:
    if deadline.rule.kind == "question":
        return replace(deadline, last_word=last.number).rests_on_words
    return isinstance(deadline.due, date) and mark.day > deadline.due

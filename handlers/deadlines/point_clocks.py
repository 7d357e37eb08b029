"""The clocks of one duty each: the first disclosure, the full report, each question, an audit report.

They are computed from their start on, whether they run or are met: callers decide what is listed.
"""

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from handlers.acts.values import AnswerKind
from handlers.deadlines.inputs import FULL_FORMS, CommentActs
from handlers.deadlines.rules import Rule, Rules
from handlers.deadlines.values import Deadline, Mark, State, add_days, unique

_CLOSED = "asked while the bug was closed: whether reopening it starts a week is not said"
_FORM = "posted in a form that must not be used any more: whether that is the full report is not said"
_ATTACHMENT = "an attachment of the CA, or a comment without text, may hold the full report"
_LONGEST = timedelta(days=36_500)


@dataclass(frozen=True, slots=True)
class PointClocks:
    """Computes the clocks of a bug at a moment from its comments until then, oldest first, each with its mark.

    `asked_closed` holds the numbers of the comments that were written while the bug was closed.
    """

    rules: Rules
    bug: int
    filed: Mark
    comments: tuple[tuple[CommentActs, Mark], ...]
    asked_closed: Collection[int]
    moment: datetime

    def all(self) -> Iterator[Deadline]:
        """Yield the clocks that have started."""
        if self.comments:
            yield from self._disclosure()
            yield from self._full_report()
            yield from self._audit_report()
            yield from self._questions()

    def _first_word(self) -> Mark | None:
        """Return the CA's first disclosure: a first word or a report, else the filing if it is the CA's."""
        for comment, mark in self.comments:
            if comment.by_ca and (comment.discloses or comment.report):
                return mark
        return self.filed if self.comments[0][0].by_ca else None

    def _awareness(self) -> Mark | None:
        """Return when the CA became aware: the earliest of its newest report's word and a filing by somebody else."""
        reports = [
            Mark(comment.report.aware, mark.reference)
            for comment, mark in self.comments
            if comment.by_ca and comment.report and comment.report.aware
        ]
        known = reports[-1:] if self.comments[0][0].by_ca else [*reports[-1:], self.filed]
        return min(known, key=lambda mark: mark.time, default=None)

    def _disclosure(self) -> Iterator[Deadline]:
        aware, word = self._awareness(), self._first_word()
        rule = self.rules.in_force("disclosure", aware.day) if aware else None
        if aware is None or rule is None:
            return
        due = aware.time + min(timedelta(hours=rule.hours), _LONGEST)
        end = word.time if word else self.moment
        late_days = max(0, math.ceil((end - due) / timedelta(days=1)))
        because = unique(aware.reference, word.reference if word else "")
        state: State = "met" if word else "overdue" if late_days else "due"
        yield Deadline(self.bug, rule, due, state, aware.time, because, late_days=_late(state, late_days))

    def _full_report(self) -> Iterator[Deadline]:
        word = self._first_word()
        starts = {"filing": self.filed, "disclosure": word}
        for rule in self.rules.of_kind("full-report"):
            start = starts[rule.counted_from]
            if start is None or not rule.in_force(start.day):
                continue
            reports = [(entry, mark) for entry, mark in self.comments if entry.by_ca and _is_full_report(entry)]
            # A report in a form that was not allowed counts, but less surely than one that came in the right form.
            allowed = any(entry.report and entry.report.allowed for entry, _ in reports)
            end = reports[0][1] if reports else None
            why = _FORM if reports and not allowed else None
            if not reports and any(entry.by_ca and entry.attachment_only for entry, _ in self.comments):
                why = _ATTACHMENT
            due = add_days(start.day, rule.days)
            if not reports and rule.open_start and self.moment.date() <= due and self._is_late_from_earlier(rule):
                why = why or rule.open_start
            yield self._clock(rule, due, start, end, None, why)
            return

    def _is_late_from_earlier(self, rule: Rule) -> bool:
        """Return whether the full report would be late if its days began with the incident or with awareness."""
        days = [entry.report.began for entry, _ in self.comments if entry.report and entry.report.began]
        aware = self._awareness()
        earliest = min([*days, aware.day] if aware else days, default=None)
        return earliest is not None and add_days(earliest, rule.days) < self.moment.date()

    def _audit_report(self) -> Iterator[Deadline]:
        for entry, mark in self.comments:
            letter = entry.report.audit_letter if entry.by_ca and entry.report else None
            rule = self.rules.in_force("audit-report", letter) if letter else None
            if letter and rule:
                end = next(
                    (other for comment, other in self.comments if comment.by_ca and _is_full_report(comment)), None
                )
                start = Mark(datetime.combine(letter, time(), UTC), mark.reference)
                yield self._clock(rule, add_days(letter, rule.days), start, end, None, rule.open_always or None)
                return

    def _questions(self) -> Iterator[Deadline]:
        answers = self._answers()
        for entry, mark in self.comments:
            if entry.by_ca or entry.role == "automation":
                continue
            rule = self.rules.in_force("question", mark.day)
            if rule and entry.number in self.asked_closed:
                for question in entry.questions:
                    if not {"full", "withdrawn"} & answers.get(question, {}).keys():
                        because = (mark.reference,)
                        yield Deadline(self.bug, rule, None, "unknown", None, because, question, None, _CLOSED)
            elif rule:
                for question in entry.questions:
                    yield self._question(rule, question, mark, answers.get(question, {}))

    def _question(self, rule: Rule, question: str, asked: Mark, answers: Mapping[AnswerKind, Mark]) -> Deadline:
        enough: list[AnswerKind] = ["full", "withdrawn", "date"] if rule.date_answers else ["full", "withdrawn"]
        ends = [answers[kind] for kind in enough if kind in answers]
        end = min(ends, key=lambda answer: answer.time, default=None)
        why = rule.open_date or None if "date" in answers and end is None else None
        return self._clock(rule, add_days(asked.day, rule.days), asked, end, question, why)

    def _answers(self) -> Mapping[str, Mapping[AnswerKind, Mark]]:
        """Return the first answer of each kind to each question; only a withdrawal may come from others than the CA."""
        answers: dict[str, dict[AnswerKind, Mark]] = {}
        for entry, mark in self.comments:
            for answer in entry.answers:
                if entry.by_ca or answer.kind == "withdrawn":
                    answers.setdefault(answer.question, {}).setdefault(answer.kind, mark)
        return answers

    def _clock(self, rule: Rule, due: date, start: Mark, end: Mark | None, of: str | None, why: str | None) -> Deadline:
        late_days = max(0, ((end.day if end else self.moment.date()) - due).days)
        state: State = "met" if end else "overdue" if late_days else "due"
        because = unique(start.reference, end.reference if end else "")
        return Deadline(self.bug, rule, due, state, start.time, because, of, _late(state, late_days), why)


def _is_full_report(comment: CommentActs) -> bool:
    return comment.report is not None and comment.report.form in FULL_FORMS


def _late(state: State, days: int) -> int | None:
    return days if state == "met" else days or None

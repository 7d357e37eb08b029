"""Read what the comments of a bug do, from its life as known at a moment and the facts of its reports."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from handlers.acts.addressees import Asker
from handlers.acts.answer_matching import Reply
from handlers.acts.answers import find_answers, passes_over
from handlers.acts.figures import figures_of_report, has_no_news, read_figures
from handlers.acts.item_words import ItemState, is_to_revoke, parse_status
from handlers.acts.items import find_item_changes
from handlers.acts.questions import find_questions, find_repetitions
from handlers.acts.repetitions import reopened_questions
from handlers.acts.report_margins import outside_form, remediation
from handlers.acts.roles import comment_roles
from handlers.acts.statements import CommentText, Statement, read_statements
from handlers.acts.terms import normalize
from handlers.acts.updates import (
    announces_closing,
    asked_next_update,
    asks_closure,
    audit_letter_day,
    discloses,
    update_stands_for,
)
from handlers.acts.values import (
    ActionItem,
    Acts,
    Answer,
    CommentActs,
    ItemChange,
    Question,
    ReportFacts,
    RevocationFigures,
    Role,
)
from handlers.acts.withdrawals import find_withdrawals
from handlers.parsing.not_incidents import TAGS
from handlers.parsing.owners import OwnerDirectory, normalize_name
from handlers.parsing.titles import parse_title
from handlers.parsing.whiteboard import parse_whiteboard
from storage.values.incidents import Person
from storage.values.lives import Life, LifeComment

_DELAY = re.compile(
    r"revocation[- ]delay|delayed[- ]revocation|\b(?:delay|late|delayed|overdue)\b.{0,40}\brevo(?:cation|k)"
    r"|\b(?:failure|failed|not)\b.{0,20}\brevoke\b.{0,40}\b(?:in time|within|timely)",
    re.IGNORECASE,
)
_MAX_OPEN, _MAX_WORDINGS, _MAX_ANSWERED = 60, 3, 1_000
_SAID_BEFORE = 20_000  # sentences that are remembered to know a repetition


def read_acts(
    life: Life,
    owners: OwnerDirectory,
    reports: Mapping[int, ReportFacts] = MappingProxyType({}),
    known_cas: Collection[str] = (),
) -> Acts:
    """Return what each comment of a life does, oldest first.

    `reports` are the facts of its report comments, by number; action items without a report are not known. For a past
    moment give `life.at(moment)`. `known_cas` names CA owners that the directory lacks. Linear, never raises.
    """
    roles = comment_roles(life, owners, reports, known_cas)
    reader = _Reader(life, roles, reports, parse_title(life.summary, owners).ca)
    return Acts(tuple(reader.read(comment) for comment in life.comments), MappingProxyType(reader.items))


def is_delay(life: Life) -> bool:
    """Return whether a bug is about a delayed revocation, by its title and tags."""
    return bool(_DELAY.search(life.summary) or _DELAY.search(life.whiteboard))


def is_incident(life: Life) -> bool:
    """Return whether a bug is an incident, and none that collects others or only tells something."""
    tags = parse_whiteboard(life.whiteboard).tags
    return not any(tag in tags for tag in TAGS)


class _Reader:
    """Walks through the comments and knows what is open before each."""

    def __init__(
        self, life: Life, roles: Mapping[int, Role], reports: Mapping[int, ReportFacts], owner: str | None
    ) -> None:
        self.items: dict[str, ActionItem] = {}
        self._roles = roles
        self._reports = reports
        self._authors = {comment.number: comment.author for comment in life.comments}
        self._by_ca = frozenset(number for number, role in roles.items() if role == "ca")
        self._ca_names = frozenset(
            name
            for name in (
                normalize_name(owner or ""),
                *(normalize_name(self._authors[number].name) for number in self._by_ca),
            )
            if name
        )
        self._is_delay = is_delay(life)
        self._is_incident = is_incident(life)
        self._open: list[Question] = []
        self._answered: dict[str, Question] = {}
        self._states: dict[str, ItemState] = {}
        self._begun: set[int] = set()
        self._put_off_until: dict[str, date] = {}
        self._asked: set[str] = set()
        self._others: set[str] = set()
        self._figures: RevocationFigures | None = None
        self._is_disclosed = False

    def read(self, comment: LifeComment) -> CommentActs:
        """Return what the next comment does."""
        role = self._roles.get(comment.number, "community")
        text = read_statements(comment.text)
        if role == "ca":
            return self._read_ca(comment, text)
        return self._read_other(comment, text, role)

    def _read_other(self, comment: LifeComment, text: CommentText, role: Role) -> CommentActs:
        asked_by = {question.comment: self._authors.get(question.comment) for question in self._open}
        withdrawn = find_withdrawals(
            comment.number,
            text,
            role,
            [(question, asked_by[question.comment] == comment.author) for question in self._open],
        )
        self._close(withdrawn)
        questions: tuple[Question, ...] = ()
        if self._is_incident:
            replies_to_other = any(self._is_other(number, comment.author) for number in text.replies_to)
            answered = tuple(self._answered.values())
            asker = Asker(
                comment.number,
                role,
                frozenset(self._others),
                replies_to_other,
                self._asked,
                self._ca_names,
                tuple(self._open[:_MAX_OPEN]),
                answered,
            )
            self._reopen(reopened_questions(text, answered))
            questions = find_questions(text, asker)
            self._remember(find_repetitions(text, asker))
        self._open += questions
        if len(self._asked) < _SAID_BEFORE:
            self._asked |= {normalize(question.text) for question in questions}
        self._others.add(comment.author.name.casefold())
        return CommentActs(
            comment.number,
            role,
            questions=questions,
            answers=withdrawn,
            last_call=role == "program" and announces_closing(text),
        )

    def _remember(self, repetitions: Mapping[str, str]) -> None:
        """Add to the open questions the words in which they were asked once more."""
        self._open = [
            replace(question, again=(*question.again[:_MAX_WORDINGS], repetitions[question.id]))
            if question.id in repetitions
            else question
            for question in self._open
        ]

    def _is_other(self, number: int, author: Person) -> bool:
        return self._roles.get(number) != "ca" and self._authors.get(number) not in {author, None}

    def _read_ca(self, comment: LifeComment, text: CommentText) -> CommentActs:
        day = comment.posted.date()
        report = self._reports.get(comment.number)
        in_form = bool(report and not report.is_first_word)
        outside = outside_form(text, report) if report and in_form else text.own
        is_disclosure = self._is_incident and not self._is_disclosed and (in_form or discloses(outside, text))
        figures = None
        if self._is_delay:
            is_form = bool(report and (report.is_full or report.is_closure))
            figures = read_figures(text, day, self._figures, is_report=is_form)
            if report and report.form == "3-full" and figures is None:
                figures = figures_of_report(text, report.actions)
            self._figures = figures or self._figures
        item_statements = [*outside, *remediation(text)] if report and report.is_closure else outside
        changes = self._item_changes(text, comment, item_statements, figures)
        reply = Reply(
            comment.number,
            text,
            day,
            outside,
            bool(report and report.is_full),
            tuple(state.item.text for state in self._states.values() if state.is_open),
            bool(changes),
            self._by_ca,
            frozenset(self._begun),
            MappingProxyType(dict(self._put_off_until)),
            figures is not None,
        )
        self._is_disclosed = self._is_disclosed or is_disclosure
        answers = find_answers(reply, self._open)
        self._close(answers)
        self._put_off_until |= {answer.question: answer.until for answer in answers if answer.until}
        if passes_over(reply):
            self._begun |= {question.comment for question in self._open}
        return CommentActs(
            comment.number,
            "ca",
            is_disclosure,
            answers=answers,
            new_items=self._new_items(report, day),
            items=changes,
            figures=figures,
            no_news=has_no_news(text),
            update_for=update_stands_for(text, day),
            asks_next_update=asked_next_update(text, day),
            closure_asked=bool(report and report.is_closure) or asks_closure(text),
            audit_letter=audit_letter_day(text, day) if in_form else None,
        )

    def _close(self, answers: Sequence[Answer]) -> None:
        closed = {answer.question for answer in answers if answer.kind in {"full", "withdrawn"}}
        begun = closed | {answer.question for answer in answers if answer.kind == "part"}
        self._begun |= {question.comment for question in self._open if question.id in begun}
        if len(self._answered) < _MAX_ANSWERED:
            self._answered |= {question.id: question for question in self._open if question.id in closed}
        self._open = [question for question in self._open if question.id not in closed]

    def _reopen(self, questions: Sequence[Question]) -> None:
        """Take back that questions were answered, since whoever asks says so."""
        for question in questions:
            del self._answered[question.id]
        self._open += questions

    def _new_items(self, report: ReportFacts | None, day: date) -> tuple[ActionItem, ...]:
        new = [item for item in (report.actions if report else ()) if item.id not in self._states]
        for item in new:
            self._states[item.id] = ItemState(item, item.due, parse_status(item.status), day)
            self.items[item.id] = item
        return tuple(new)

    def _item_changes(
        self,
        text: CommentText,
        comment: LifeComment,
        outside: Sequence[Statement],
        figures: RevocationFigures | None,
    ) -> tuple[ItemChange, ...]:
        day = comment.posted.date()
        changes = find_item_changes(text, day, list(self._states.values()), outside)
        changes += self._end_of_revocation(figures, day, {change.item for change in changes})
        for change in changes:
            state = self._states[change.item]
            self._states[change.item] = replace(
                state, due=change.due or state.due, status=change.status or state.status
            )
        return changes

    def _end_of_revocation(
        self, figures: RevocationFigures | None, day: date, changed: Collection[str]
    ) -> tuple[ItemChange, ...]:
        """Return the completion of the item to revoke once nothing is left to."""
        if figures is None or figures.left != 0:
            return ()
        is_open = [state for state in self._states.values() if state.is_open and is_to_revoke(state.item.text)]
        on = figures.estimate if figures.estimate and figures.estimate <= day else day
        return tuple(ItemChange(state.item.id, "complete", on) for state in is_open[:1] if state.item.id not in changed)

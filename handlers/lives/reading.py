"""Reads the life of an incident as known at a moment: its reports, and what each comment does."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from handlers.acts.read import read_acts
from handlers.acts.roles import comment_roles
from handlers.acts.values import ActionItem, Acts, ReportFacts, Role
from handlers.parsing.owners import OwnerDirectory
from handlers.reports.figures import figure_history
from handlers.reports.lives import read_reports
from handlers.reports.values import Figure, Report
from storage.values.lives import Life

# Forms that clocks and answers treat alike.
FORM_KINDS = {"1.0-first": "first", "2.0-first": "first", "1.0-audit": "2.0-audit"}
NOBODY: Container[int] = ()


@dataclass(frozen=True, slots=True)
class LifeReading:
    """What is read from a life, which is the life as known at the moment of the reading.

    `reports` are in the order of their comments; `acts` says of each comment who wrote it as what, and what it asks,
    answers and changes.
    """

    life: Life
    reports: tuple[Report, ...]
    acts: Acts

    @property
    def roles(self) -> dict[int, Role]:
        """The role of each comment's author, by the comment's number."""
        return {comment.comment: comment.role for comment in self.acts.comments}

    def read_figures(self) -> tuple[Figure, ...]:
        """Return each count of certificates that moves in the bug's life; this reads its comments again."""
        return figure_history(self.life, frozenset(number for number, role in self.roles.items() if role == "ca"))


def read_life(life: Life, owners: OwnerDirectory, as_of: datetime) -> LifeReading:
    """Return what is read from a life as known at a moment; nothing later is used. Linear, never raises."""
    known = life.at(as_of)
    reports = _read_reports(known, owners)
    acts = read_acts(known, owners, {report.comment: to_facts(report) for report in reports})
    return LifeReading(known, reports, acts)


def to_facts(report: Report) -> ReportFacts:
    """Return what reading the comments needs of a report."""
    form = FORM_KINDS.get(report.form, report.form)
    actions = (
        ActionItem(
            action.id,
            action.item,
            action.due,
            action.due_text or "",
            action.status or "",
            action.criteria or "",
            action.letter,
        )
        for action in report.actions
    )
    return ReportFacts(form, tuple(actions), report.commitments)


def _read_reports(life: Life, owners: OwnerDirectory) -> tuple[Report, ...]:
    """Return the reports of a life.

    Who posts a report by form is known as the CA by it, and a first word in prose is one only if the CA wrote it: so
    the forms are read first, then the roles, then what the CA wrote until its first report, and all of it again if
    that makes a difference.
    """
    by_form = read_reports(life, NOBODY)
    roles = comment_roles(life, owners, {report.comment: to_facts(report) for report in by_form})
    by_ca = frozenset(number for number, role in roles.items() if role == "ca")
    if not by_ca or (by_form and min(by_ca) > by_form[0].comment):
        return by_form
    last = by_form[0].comment if by_form else life.comments[-1].number
    beginning = replace(life, comments=tuple(comment for comment in life.comments if comment.number <= last))
    changes = _forms(read_reports(beginning, by_ca)) != _forms(by_form[:1])
    return read_reports(life, by_ca) if changes else by_form


def _forms(reports: Sequence[Report]) -> list[tuple[int, str]]:
    return [(report.comment, report.form) for report in reports]

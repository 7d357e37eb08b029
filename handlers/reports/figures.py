"""The counts of affected certificates over the life of a bug: each with its comment, and where they do not agree.

They are read from preliminary and full reports, from what the CA writes between them, and from the words of a third
party that opened the bug. A closure report carries none. Bugs about a delayed revocation have none either: theirs are
the four numbers of its updates.
"""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from handlers.reports.counting import Count
from handlers.reports.elements import read_elements
from handlers.reports.lives import ca_comment_numbers
from handlers.reports.numbers import find_remaining, find_total
from handlers.reports.reading import is_delay_report, read_report
from handlers.reports.updates import find_more, find_totals_in_update, says_corrected
from handlers.reports.values import Figure, FigureName, Report
from storage.values.lives import Life, LifeComment

_NAMES: tuple[FigureName, ...] = ("total", "remaining_valid")
_NUMBER = re.compile(r"(?<![\w.:/-])[0-9]{1,9}(?![\w.:/-])")


@dataclass(frozen=True, slots=True)
class FigureFlag:
    """Where a count moves from one comment to a later one, or two counts of one comment contradict each other."""

    kind: Literal["moves", "contradicts"]
    figure: FigureName
    comment: int
    before: int
    after: int
    explained: bool = False


def figure_history(life: Life, by_ca: Container[int] | None = None) -> tuple[Figure, ...]:
    """Return each count of a figure that moves in a bug's life, by figure and time; none of one that stays the same.

    What repeats the last value is left out.
    """
    figures = all_figures(life, by_ca)
    return tuple(
        figure for name in _NAMES for figure in _until_last_change([each for each in figures if each.figure == name])
    )


def all_figures(life: Life, by_ca: Container[int] | None = None) -> tuple[Figure, ...]:
    """Return every count of certificates that the bug's comments give, in the order of their time."""
    if is_delay_report(f"{life.summary} {life.whiteboard}"):
        return ()
    ca_comments = ca_comment_numbers(life) if by_ca is None else by_ca
    timed: list[tuple[datetime, int, Figure]] = []
    has_report = False
    for comment in life.comments:
        is_ca = comment.number in ca_comments
        if not is_ca and comment.number:
            continue
        for version in comment.versions:
            edited = None if version is comment.versions[0] else version.known_since
            report = read_report(
                version.text, comment.posted, comment=comment.number, by_ca_first=is_ca and not has_report
            )
            known = {each.figure: each.value for _, _, each in timed}
            by = None if is_ca or report else "third party"
            for figure in _figures_in(comment, version.text, report, known, has_report=has_report):
                if edited is None or _is_changed(figure, [each for _, _, each in timed]):
                    timed.append((edited or comment.posted, comment.number, replace(figure, edited=edited, by=by)))
            has_report = has_report or report is not None
    return tuple(figure for _, _, figure in sorted(timed, key=lambda each: each[:2]))


def figure_flags(figures: Sequence[Figure], reports: Sequence[Report] = ()) -> tuple[FigureFlag, ...]:
    """Return where a count moves, and where the counts of one report cannot both be right."""
    flags: list[FigureFlag] = []
    last: dict[FigureName, Figure] = {}
    for figure in figures:
        before = last.get(figure.figure)
        if before is not None and before.value != figure.value:
            flags.append(
                FigureFlag("moves", figure.figure, figure.comment, before.value, figure.value, figure.explained)
            )
        last[figure.figure] = figure
    return (*flags, *(flag for report in reports for flag in contradictions(report)))


def contradictions(report: Report) -> Iterator[FigureFlag]:
    """Yield the counts of a report that contradict each other: more left than affected, another total in its prose."""
    if report.total is None or report.form == "3-closure":
        return
    total = report.total.value
    if report.remaining_valid is not None and report.remaining_valid.value > total:
        yield FigureFlag("contradicts", "remaining_valid", report.comment, total, report.remaining_valid.value)
    if report.form != "3-full":
        return
    described = find_total(report.description)
    if described and described.value > total and not described.about and not report.total.about:
        yield FigureFlag("contradicts", "total", report.comment, total, described.value)


def _is_changed(figure: Figure, earlier: Sequence[Figure]) -> bool:
    """Return whether an edit changed a count; "all are still valid" says no number of its own."""
    own = {each.value for each in earlier if (each.figure, each.comment) == (figure.figure, figure.comment)}
    totals = {each.value for each in earlier if each.figure == "total"}
    return figure.value not in own and (figure.figure == "total" or figure.value not in totals)


def _figures_in(
    comment: LifeComment, text: str, report: Report | None, known: dict[FigureName, int], *, has_report: bool
) -> Iterator[Figure]:
    """Yield the counts that one text of a comment gives."""
    if report is not None:
        if report.form != "3-closure":
            yield from _named(comment.number, report.total, report.remaining_valid)
        return
    prose = _prose(text)
    total = find_totals_in_update(prose) if has_report else find_totals_in_update(prose) or find_total(prose)
    if total and total.value == 0 and has_report:
        total = None
    more = find_more(prose) if total is None and has_report else None
    if more and "total" in known:
        total = Count(known["total"] + more)
    current = total.value if total else known.get("total")
    explained = says_corrected(prose)
    left = find_remaining(prose, current) if has_report or (total and total.value) else None
    if left is None and current is not None:
        left = _by_subtraction(prose, current)
    for figure in _named(comment.number, total, left):
        yield replace(figure, explained=explained and figure.figure == "total")


def _named(comment: int, total: Count | None, left: Count | None) -> Iterator[Figure]:
    if total:
        yield Figure("total", comment, total.value, total.about)
    if left:
        yield Figure("remaining_valid", comment, left.value, left.about)


def _by_subtraction(prose: str, total: int) -> Count | None:
    """Return what is left where prose says how many are revoked and names the difference as well."""
    numbers = {int(match.group()) for match in _NUMBER.finditer(prose)}
    for match in re.finditer(
        r"(?<![\w.:/-])([0-9]{1,9}) (?:of them |certificates )?(?:are|were|have been) revoked", prose
    ):
        left = total - int(match[1])
        if left > 0 and left in numbers:
            return Count(left)
    return None


def _prose(text: str) -> str:
    return "\n".join(element.whole for element in read_elements(text) if element.kind == "line" and not element.quoted)


def _until_last_change(figures: Sequence[Figure]) -> tuple[Figure, ...]:
    """Return the figures until the last that changes something, none if nothing changes."""
    changes = [
        position
        for position in range(1, len(figures))
        if figures[position].edited
        or (figures[position].value, figures[position].about)
        != (figures[position - 1].value, figures[position - 1].about)
    ]
    if not changes:
        return ()
    # What a correction says is shown again where the next report confirms it.
    is_corrected = figures[changes[-1]].explained
    return tuple(figures[: changes[-1] + (2 if is_corrected else 1)])

"""Read the reports of a bug's life, oldest first, and which of them has the last word on each part."""

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from handlers.parsing.not_incidents import TAGS as NOT_INCIDENT_TAGS
from handlers.reports.amendments import ReportText, amend, is_amendment
from handlers.reports.reading import is_delay_report, read_report
from handlers.reports.values import Report, ReportField
from storage.values.lives import Life, LifeComment

_SHARED_DOMAINS = frozenset(
    ("gmail.com", "mozilla.com", "mozilla.org", "mozilla.tld", "google.com", "apple.com", "outlook.com", "yahoo.com")
)
# Third parties may post a preliminary report, never one of these.
_CA_FORMS = frozenset(("seven", "2.0", "1.0-audit", "2.0-audit", "3-full", "3-closure"))
_WORD = re.compile(r"\w+")


def read_reports(life: Life, by_ca: Container[int] | None = None) -> tuple[Report, ...]:
    """Return the reports of a bug as known at the end of the life that is given (see `Life.at`), oldest first.

    `by_ca` holds the numbers of the CA's comments; without it, see `ca_comment_numbers`. An action item keeps its
    number in later reports.
    """
    ca_comments = ca_comment_numbers(life) if by_ca is None else by_ca
    is_delay = is_delay_report(f"{life.summary} {life.whiteboard}")
    is_other = any(tag in life.whiteboard.casefold() for tag in NOT_INCIDENT_TAGS)
    reports: list[Report] = []
    numbers: dict[str, str] = {}
    for comment in life.comments:
        is_first = not reports and comment.number in ca_comments and not is_other
        report = read_report(
            comment.text, comment.posted, bug=life.bug, comment=comment.number, by_ca_first=is_first, is_delay=is_delay
        )
        full = next((each for each in reversed(reports) if each.form in _CA_FORMS), None)
        if report is None or (full and is_amendment(comment.text, comment.posted, full)):
            continue
        if report.form == "3-preliminary" and comment.number not in ca_comments:
            report = replace(report, missing=tuple(name for name in report.missing if name != "source"))
        actions = tuple(replace(item, id=number_action(item.item, numbers)) for item in report.actions)
        reports.append(replace(report, actions=actions, names_reporter=_names_reporter(report, comment, life)))
    return tuple(reports)


@dataclass(frozen=True, slots=True)
class Awareness:
    """When the CA became aware of an incident, UTC, and whence that is known: "filed" or a comment, "c0"."""

    time: datetime
    source: str


def awareness(life: Life, reports: Sequence[Report], by_ca: Container[int] | None = None) -> Awareness | None:
    """Return when the CA became aware, as far as the life tells: a third party's filing, or what its reports say.

    The earliest report that gives a time counts, unless the filing came before that time; a mere day does not count.
    """
    ca_comments = ca_comment_numbers(life) if by_ca is None else by_ca
    exact = (report for report in reports if report.identified and "identified" not in report.day_only)
    reported = next((Awareness(report.identified, f"c{report.comment}") for report in exact if report.identified), None)
    if 0 in ca_comments or (reported and reported.time < life.created):
        return reported
    return Awareness(life.created, "filed")


def current_report(life: Life, reports: Sequence[Report], by_ca: Container[int] | None = None) -> Report | None:
    """Return the newest full report with the parts that the CA posted again since; None without a full report."""
    full = next((report for report in reversed(reports) if report.form in ("3-full", "2.0", "seven")), None)
    if full is None:
        return None
    ca_comments = ca_comment_numbers(life) if by_ca is None else by_ca
    texts = {comment.number: comment.text for comment in life.comments}
    amendments = [
        ReportText(comment.number, comment.posted, comment.text)
        for comment in life.comments
        if comment.number > full.comment
        and comment.number in ca_comments
        and is_amendment(comment.text, comment.posted, full)
    ]
    if not amendments:
        return full
    is_delay = is_delay_report(f"{life.summary} {life.whiteboard}")
    amended = amend(full, texts[full.comment], amendments, is_delay=is_delay)
    numbers = {_action_key(item.item): item.id for report in reports for item in report.actions}
    return replace(
        amended, actions=tuple(replace(item, id=number_action(item.item, numbers)) for item in amended.actions)
    )


def current_fields(reports: Sequence[Report]) -> Mapping[str, ReportField]:
    """Return each part as the newest report says it that fills it, with that report's comment; "N/A" counts.

    Closure summaries are left out: their "description" is another one.
    """
    newest: dict[str, ReportField] = {}
    for report in reports:
        if report.form != "3-closure":
            newest.update({name: field for name, field in report.fields.items() if field.is_filled})
    return newest


def number_action(item: str, numbers: dict[str, str]) -> str:
    """Return an action item's number, "a1" ...: its old one if `numbers` has it, else the next, noted there."""
    return numbers.setdefault(_action_key(item), f"a{len(numbers) + 1}")


def _action_key(item: str) -> str:
    return " ".join(_WORD.findall(item.casefold()))


def ca_comment_numbers(life: Life) -> frozenset[int]:
    """Return the comments of the CA: of whoever was assigned or posted a report by form, and of their domains.

    This is a plain reading from the bug alone, for callers that know no roles.
    """
    people = {life.assignee, *(change.person for change in life.changes if change.field == "assigned_to")}
    people.update(comment.author for comment in life.comments if _is_own_report(comment))
    domains = {person.domain for person in people if person and person.domain and not _is_shared(person.domain)}
    return frozenset(
        comment.number
        for comment in life.comments
        if comment.author.domain in domains or comment.author == life.assignee
    )


def _is_shared(domain: str) -> bool:
    """Return whether people of several organisations, or of root programs, write from a domain."""
    return domain.removesuffix(".invalid") in _SHARED_DOMAINS


def _is_own_report(comment: LifeComment) -> bool:
    report = read_report(comment.text, comment.posted)
    return report is not None and report.form in _CA_FORMS


def _names_reporter(report: Report, comment: LifeComment, life: Life) -> bool:
    """Return whether a report names the third party that filed the bug."""
    filer = life.creator
    if not filer.name or filer.domain == comment.author.domain or filer == life.assignee:
        return False
    name = re.compile(rf"(?<![\w-]){re.escape(filer.name)}(?![\w-])")
    return any(name.search(text) for text in (report.description, *(field.text for field in report.fields.values())))

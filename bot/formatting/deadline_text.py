"""Clocks in words, the same in both chats: what is due or appears overdue, and by which rule.

Nothing is ever said to be violated: the public record does not tell what was agreed elsewhere.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from bot.formatting.links import BugUrl
from bot.formatting.pieces import BugNumber, PageLink, Piece, ThirdPartyText, join_pieces
from bot.formatting.wording import MONTHS, count_of, describe_unread, limit_to_read, long_day
from handlers.results.deadlines import Cause, DeadlineList, ListedDeadline
from handlers.results.incidents import Owner

MAX_TITLE_LENGTH, MAX_SHORT_TITLE, MAX_SUBJECT_LENGTH = 60, 20, 40
NOT_A_VERDICT = "a reading, no verdict"
# Short names by the rule's kind, for one and for several; a kind of a later edition is called by its duty.
NAMES: Mapping[str, tuple[str, str]] = {
    "question": ("answer to a question", "answers to {} questions"),
    "full-report": ("full report", ""),
    "disclosure": ("first disclosure", ""),
    "next-update": ("update on the agreed date", ""),
    "weekly": ("weekly update", ""),
    "revocation-must": ("figures of the revocation, weekly", ""),
    "revocation-should": ("figures of the revocation, every 3 days", ""),
    "action-due": ("action item", "{} action items"),
    "action-report": ("word on an action item", "word on {} action items"),
    "audit-report": ("audit incident report", ""),
    "closure-flag": ("flag that asks for closing", ""),
    "last-call": ("end of the last call", ""),
    "closure-waits": ("last call by a moderator", ""),
}
STRENGTHS: Mapping[str, str] = {
    "must": "must",
    "should": "should",
    "expected": "expected",
    "asked": "asked for",
    "own word": "the CA's own date",
    "must where a root store asks": "must where a root store asks",
}
FIELDS: Mapping[str, str] = {
    "whiteboard": "the whiteboard",
    "status": "the status",
    "summary": "the title",
    "flags": "a flag",
    "flagtypes.name": "a flag",
    "component": "the component",
    "groups": "the groups",
    "resolution": "the resolution",
}
SOURCES = (
    ("CCADB Incident Reporting Guidelines", "guidelines"),
    ("Mozilla wiki CA/Responding_To_An_Incident", "Mozilla wiki"),
)

Pieces = tuple[Piece, ...]
Escape = Callable[[str], str]


def deadlines_headline(listed: DeadlineList, escape: Escape) -> str:
    """Return the answer in one line: how many clocks appear overdue, and how many are due."""
    statement = f"{list_subject(listed.bug, listed.owners, escape)}: {_counts(listed)}"
    return statement if listed.rows else limit_to_read(statement, listed.unread)


def list_subject(bug: int | None, owners: Sequence[Owner], escape: Escape) -> str:
    """Return whose clocks or promises a list holds: a CA's, a bug's, or everybody's."""
    if owners:
        return escape(owners[0].name)
    return f"Bug {bug}" if bug is not None else "All CAs"


def _counts(listed: DeadlineList) -> str:
    counts = listed.counts
    if not (counts.overdue or counts.due):
        unknown = f"; {count_of(counts.unknown, 'clock')} not certain" if counts.unknown else ""
        return f"no clock is running{unknown}"
    overdue = f"{count_of(counts.overdue, 'clock')} {'appears' if counts.overdue == 1 else 'appear'} overdue"
    if counts.overdue and counts.open_overdue == counts.overdue:
        overdue += ", left open by the rules"
    elif counts.open_overdue:
        overdue += f" ({counts.open_overdue:,} left open by the rules)"
    elif not counts.overdue:
        overdue = "nothing appears overdue"
    if listed.days is not None:
        within = f"{count_of(listed.row_count, 'clock')} due within {count_of(listed.days, 'day')}"
        return f"{within}; {overdue}"
    return overdue + (f", {counts.due:,} due" if counts.due else "")


def deadline_subject(row: ListedDeadline, *, shows_owner: bool) -> Pieces:
    """Return the incident of a clock: its number, CA and title."""
    incident = row.incident
    owner: Pieces = (ThirdPartyText(incident.ca, 40), ": ") if shows_owner and incident.ca else ()
    return (BugNumber(incident.bug.id), " ", *owner, ThirdPartyText(incident.title, MAX_TITLE_LENGTH))


def short_subject(row: ListedDeadline, *, shows_owner: bool) -> Pieces:
    """Return the incident of a clock in few words: its number, and its CA or else the beginning of its title."""
    incident = row.incident
    name = incident.ca if shows_owner and incident.ca else incident.title
    return (BugNumber(incident.bug.id), " ", ThirdPartyText(name, MAX_SHORT_TITLE))


def deadline_statement(row: ListedDeadline, as_of: datetime) -> Pieces:
    """Return what is due and when, or since when it appears overdue, with the words of the question or item."""
    deadline = row.deadline
    name = clock_name(deadline.rule.kind, deadline.rule.duty, row.count)
    text = f"{name} {_state(row, as_of)}"
    if not row.subject or row.count > 1:
        return (text,)
    return (text, ": “", ThirdPartyText(row.subject, MAX_SUBJECT_LENGTH), "”")


def deadline_sources(row: ListedDeadline, as_of: datetime, bug_url: BugUrl) -> Pieces:
    """Return what set a clock, the CA's last word and the rule in all its words."""
    deadline, bug = row.deadline, row.incident.bug.id
    parts: list[Pieces] = []
    if row.cause:
        on = f", {short_day(row.cause.time, as_of)}"
        parts.append(("set by ", *_cause(row.cause, bug, bug_url), on))
    if deadline.last_word is None:
        parts.append(("no word of the CA yet",))
    else:
        on = f", {short_day(row.last_word_at, as_of)}" if row.last_word_at else ""
        parts.append(("the CA’s last word ", BugNumber(bug, deadline.last_word), on))
    parts.append(_whole_rule(row))
    return join_pieces(parts, " · ")


def short_sources(row: ListedDeadline, as_of: datetime, bug_url: BugUrl) -> Pieces:
    """Return the rule, what set a clock and when the CA wrote last, each in few words with its link.

    Where the CA's last word set the clock it is named once.
    """
    deadline, bug = row.deadline, row.incident.bug.id
    parts: list[Pieces] = [_short_rule(row)]
    if row.cause and (row.cause.comment is None or row.cause.comment != deadline.last_word):
        parts.append(("set by ", *_cause(row.cause, bug, bug_url)))
    if deadline.last_word is None:
        parts.append(("no word of the CA yet",))
    elif row.last_word_at:
        word = PageLink(short_day(row.last_word_at, as_of), f"{bug_url(bug)}#c{deadline.last_word}")
        parts.append(("CA’s last word ", word))
    return join_pieces(parts, " · ")


def deadline_openness(row: ListedDeadline) -> str:
    """Return what the rules leave open about a clock, "" if they decide."""
    why = row.deadline.why_ambiguous
    return f"Open: {why}" if why else ""


def short_line(row: ListedDeadline, as_of: datetime, bug_url: BugUrl) -> Pieces:
    """Return a clock in one line, for the card of its incident."""
    cause: Pieces = (" · ", *_cause(row.cause, row.incident.bug.id, bug_url)) if row.cause else ()
    notes = [STRENGTHS.get(row.deadline.rule.strength, ""), "left open by the rules" if row.deadline.ambiguous else ""]
    text = "".join(f" · {note}" for note in notes if note and note != "must")
    return (*sentence(deadline_statement(row, as_of)), *cause, text)


def sentence(pieces: Pieces) -> Pieces:
    """Return pieces with a capital letter at the beginning, if our own words are there."""
    first = pieces[0]
    return (f"{first[:1].upper()}{first[1:]}", *pieces[1:]) if isinstance(first, str) else pieces


def describe_rows(listed: DeadlineList) -> str:
    """Return which rows this page shows, what could not be read, and that this is no verdict."""
    parts = [position(listed.page, listed.page_size, len(listed.rows), listed.row_count, listed.page_count)]
    if listed.counts.unknown and listed.scope != "all":
        parts.append(f"{listed.counts.unknown:,} not certain")
    parts.append(describe_unread(listed.unread) if listed.rows else "")
    return " · ".join(part for part in (*parts, NOT_A_VERDICT) if part)


def position(page: int, page_size: int, shown: int, total: int, page_count: int) -> str:
    """Return which rows a page shows, such as "1–6 of 59"; "" if it shows all."""
    first = page * page_size + 1
    return f"{first:,}–{first + shown - 1:,} of {total:,}" if page_count > 1 else ""


def clock_name(kind: str, duty: str, count: int) -> str:
    """Return the short name of a clock, or of several of the same kind."""
    single, several = NAMES.get(kind, (duty, ""))
    return (several or f"{{}} × {single}").format(count) if count > 1 else single


def short_day(when: date | datetime, as_of: datetime) -> str:
    """Return a day in words, with its year only if that is not the year of `as_of`."""
    return f"{when.day} {MONTHS[when.month - 1]}" if when.year == as_of.year else long_day(when)


def history_url(bug: int, bug_url: BugUrl) -> str:
    """Return the page with the changes of a bug."""
    return bug_url(bug).replace("show_bug.cgi", "show_activity.cgi")


def _state(row: ListedDeadline, as_of: datetime) -> str:
    deadline = row.deadline
    due = deadline.due
    match deadline.state:
        case "overdue" if due is not None:
            return f"{'appears' if row.count == 1 else 'appear'} overdue since {_overdue_since(due, as_of)}"
        case "due" if due is not None:
            return f"due {_moment(due, as_of)}{_distance(due, as_of)}"
        case "met":
            late = f", {count_of(deadline.late_days, 'day')} late" if deadline.late_days else ""
            return f"met{late}"
        case "unknown" if due is not None:
            return f"due {_moment(due, as_of)}; whether what the CA wrote since ended it is not certain"
        case "unknown":
            return "of unknown date"
    return f"awaited since {short_day(deadline.since, as_of)}" if deadline.since else "awaited"


def _overdue_since(due: date | datetime, as_of: datetime) -> str:
    """Return the first moment of being overdue: a whole due day still belongs to the CA."""
    if isinstance(due, datetime):
        return _moment(due, as_of)
    return short_day(due + timedelta(days=1) if due < date.max else due, as_of)


def _moment(due: date | datetime, as_of: datetime) -> str:
    if isinstance(due, datetime):
        at = due.astimezone(UTC)
        return f"{short_day(at, as_of)}, {at:%H:%M} UTC"
    return short_day(due, as_of)


def _distance(due: date | datetime, as_of: datetime) -> str:
    day = due.astimezone(UTC).date() if isinstance(due, datetime) else due
    days = (day - as_of.astimezone(UTC).date()).days
    return {0: " (today)", 1: " (tomorrow)"}.get(days, f" (in {days:,} days)" if days > 1 else "")


def _cause(cause: Cause, bug: int, bug_url: BugUrl) -> Pieces:
    if cause.comment is not None:
        return (BugNumber(bug, cause.comment),)
    return (PageLink(FIELDS.get(cause.changed_field, "a change"), history_url(bug, bug_url)),)


def _whole_rule(row: ListedDeadline) -> Pieces:
    rule = row.deadline.rule
    text = ", ".join(word for word in (rule.duty, *_limit_and_strength(row)) if word)
    return (PageLink(rule.source, rule.link, 200), f": {text}")


def _short_rule(row: ListedDeadline) -> Pieces:
    rule = row.deadline.rule
    words = _limit_and_strength(row)
    if rule.strength == "own word":
        return tuple(words)
    text = ", ".join(word for word in words if word)
    return (*short_source(rule.source, rule.link), f": {text}" if text else "")


def _limit_and_strength(row: ListedDeadline) -> list[str]:
    rule = row.deadline.rule
    limit = count_of(rule.days, "day") if rule.days else count_of(rule.hours, "hour") if rule.hours else ""
    return [limit, STRENGTHS.get(rule.strength, "" if rule.strength == "practice" else rule.strength)]


def short_source(source: str, link: str) -> Pieces:
    """Return a rule's source in few words with its link."""
    text = source
    for name, short in SOURCES:
        text = text.replace(name, short)
    text = text.partition(";")[0].partition(",")[0].partition(" (")[0]
    return (PageLink(text, link),) if link else (text,)

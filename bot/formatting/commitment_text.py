"""Promises in words, the same in both chats: what was promised, by whom and when, and what became of it.

What is missing is said of the public record, never of the CA: that nothing was told is not that nothing was done.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from bot.formatting.deadline_text import list_subject, position, short_day
from bot.formatting.links import BugUrl
from bot.formatting.pieces import BugNumber, PageLink, Piece, ThirdPartyText, join_pieces
from bot.formatting.wording import count_of, describe_unread, limit_to_read
from handlers.results.commitments import CommitmentList, ListedCommitment

MAX_TITLE_LENGTH, MAX_PROMISE_LENGTH, MAX_SHORT_PROMISE, MAX_AUTHOR_LENGTH = 60, 200, 56, 30
KINDS = {"action-item": "action item", "prose": "promise", "closure-commitment": "commitment at closing"}

Pieces = tuple[Piece, ...]
Escape = Callable[[str], str]


def commitments_headline(listed: CommitmentList, escape: Escape) -> str:
    """Return the answer in one line: how many promises there are, and what became of them."""
    counts = listed.counts
    subject = list_subject(listed.bug, listed.owners, escape)
    if not counts.total:
        return limit_to_read(f"{subject}: no promise was found", listed.unread)
    past = f" ({counts.past:,} past the date)" if counts.past else ""
    parts = [
        f"{counts.open:,} open{past}" if counts.open else "",
        f"{counts.done:,} done" if counts.done else "",
        f"{counts.late:,} done late" if counts.late else "",
        f"{counts.never:,} closed without a word" if counts.never else "",
        f"{counts.canceled:,} canceled" if counts.canceled else "",
        f"{counts.unknown:,} unknown" if counts.unknown else "",
    ]
    scope = {"open": "; of these the open ones", "broken": "; of these the broken ones"}.get(listed.scope, "")
    if scope and not listed.row_count:
        scope = f"; none is {listed.scope}"
    statement = f"{subject}: {count_of(counts.total, 'promise')}, {', '.join(filter(None, parts))}{scope}"
    return statement if listed.rows else limit_to_read(statement, listed.unread)


def commitment_subject(row: ListedCommitment, *, shows_owner: bool) -> Pieces:
    """Return the incident of a promise: its number, CA and title."""
    incident = row.incident
    owner: Pieces = (ThirdPartyText(incident.ca, 40), ": ") if shows_owner and incident.ca else ()
    return (BugNumber(incident.bug.id), " ", *owner, ThirdPartyText(incident.title, MAX_TITLE_LENGTH))


def commitment_words(row: ListedCommitment, limit: int = MAX_PROMISE_LENGTH) -> Pieces:
    """Return the words of a promise."""
    intention = "" if row.commitment.firm else " (an intention)"
    return ("“", ThirdPartyText(row.commitment.text, limit), "”", intention)


def short_commitment(row: ListedCommitment, as_of: datetime, bug_url: BugUrl) -> Pieces:
    """Return who promised it when, its date and what became of it; days are links to the comments that tell them."""
    commitment, bug = row.commitment, row.incident.bug.id

    def link(text: str, comment: int | None) -> Piece:
        return PageLink(text, f"{bug_url(bug)}#c{comment}") if comment is not None else text

    author = ThirdPartyText(row.author or "the CA", MAX_AUTHOR_LENGTH)
    origin: Pieces = (author, ", ", link(short_day(row.made_at, as_of), commitment.comment))
    # a year that the day before it names is not said again
    last_due = commitment.last_due
    due = f"due {short_day(last_due, row.made_at)}" if last_due else "no date"
    moved: Pieces = ()
    if commitment.changes:
        times = "once" if len(commitment.changes) == 1 else f"{len(commitment.changes)} times"
        moved = (" (", link(f"moved {times}", commitment.changes[-1].comment), ")")
    ended = commitment.done_on or row.told_at
    at: Pieces = (" ", link(_day_after(ended, last_due, row.made_at), commitment.told_in)) if ended else ()
    elsewhere: Pieces = (", told in ", BugNumber(commitment.of_bug)) if commitment.of_bug is not None else ()
    late = f", {count_of(commitment.late_days, 'day')} late" if commitment.late_days else ""
    match commitment.became:
        case "open":
            end: Pieces = (", not told done" if row.is_broken else ", open",)
        case "never":
            end = (", closed without a word",)
        case "unknown":
            end = (", its end is not told",)
        case "canceled":
            end = (", canceled", *at)
        case _:
            end = (", done", *at, late, *elsewhere)
    return (*origin, " · ", due, *moved, *end)


def commitment_outcome(row: ListedCommitment, as_of: datetime) -> str:
    """Return when it was due and what became of it, without what third parties wrote."""
    commitment = row.commitment
    due = commitment.last_due
    by = f"due {short_day(due, as_of)}" if due else "without a date"
    if commitment.changes:
        by += f" (moved {'once' if len(commitment.changes) == 1 else f'{len(commitment.changes)} times'})"
    late = f", {count_of(commitment.late_days, 'day')} late" if commitment.late_days else ""
    done = f" on {short_day(commitment.done_on, as_of)}" if commitment.done_on else ""
    match commitment.became:
        case "open" if row.is_broken and due:
            return f"{by}, not told done since ({count_of((as_of.date() - due) // timedelta(days=1), 'day')})"
        case "never":
            return f"{by}, the bug was closed without a word on it"
        case "unknown":
            return f"{by}, what became of it is not to be told from the bug"
        case "open":
            return f"{by}, open"
        case "canceled":
            return f"{by}, canceled"
    return f"{by}, done{done}{late}"


def commitment_sources(row: ListedCommitment, as_of: datetime) -> Pieces:
    """Return who promised it where and when, and where its later dates and its end were told, each with its link."""
    commitment, bug = row.commitment, row.incident.bug.id
    kind = KINDS[commitment.kind]
    parts: list[Pieces] = [
        (
            f"{kind} by ", ThirdPartyText(row.author or "the CA", MAX_AUTHOR_LENGTH), " in ",
            BugNumber(bug, commitment.comment), f", {short_day(row.made_at, as_of)}",
        )
    ]  # fmt: skip
    if commitment.changes:
        parts.append(("moved in ", BugNumber(bug, commitment.changes[-1].comment)))
    if commitment.told_in is not None and commitment.told_in != commitment.comment:
        on = f", {short_day(row.told_at, as_of)}" if row.told_at else ""
        parts.append(("told in ", BugNumber(bug, commitment.told_in), on))
    if commitment.of_bug is not None:
        parts.append(("told in ", BugNumber(commitment.of_bug)))
    return join_pieces(parts, " · ")


def _day_after(day: date, due: date | None, made_at: datetime) -> str:
    reference = datetime.combine(due, time(), UTC) if due else made_at
    return short_day(day, reference)


def describe_commitments(listed: CommitmentList) -> str:
    """Return which rows this page shows, what could not be read, and what the answer rests on."""
    parts = [position(listed.page, listed.page_size, len(listed.rows), listed.row_count, listed.page_count)]
    parts.append(describe_unread(listed.unread) if listed.rows else "")
    return " · ".join(part for part in (*parts, "read by a program from the public comments") if part)

"""The queue of moderators in words, the same in both chats."""

from datetime import datetime

from bot.formatting.deadline_text import history_url, position, short_day
from bot.formatting.links import BugUrl
from bot.formatting.pieces import BugNumber, PageLink, Piece, ThirdPartyText
from bot.formatting.wording import count_of, describe_unread, limit_to_read
from handlers.results.queue import Queue, QueueEntry, QueueReason, Why

MAX_TITLE_LENGTH, MAX_SHORT_TITLE, MAX_SUBJECT_LENGTH = 60, 15, 48
NAMES: dict[Why, str] = {
    "closure-asked": "closing asked for",
    "last-call": "last call",
    "question": "questions unanswered",
    "no-tags": "no tags",
    "not-looked-at": "never looked at",
}

Pieces = tuple[Piece, ...]


def queue_headline(queue: Queue) -> str:
    """Return the answer in one line: how many incidents need a word, and why."""
    if not queue.entry_count:
        return limit_to_read("Nothing needs a word today", queue.unread)
    needs = "needs" if queue.entry_count == 1 else "need"
    counts = " · ".join(f"{NAMES[why]} {count:,}" for why, count in queue.counts)
    return f"{count_of(queue.entry_count, 'incident')} {needs} a word: {counts}"


def entry_subject(entry: QueueEntry, limit: int = MAX_TITLE_LENGTH) -> Pieces:
    """Return an incident of the queue: its number, CA and title."""
    incident = entry.incident
    owner: Pieces = (ThirdPartyText(incident.ca, 40), ": ") if incident.ca else ()
    return (BugNumber(incident.bug.id), " ", *owner, ThirdPartyText(incident.title, limit))


def reason_line(reason: QueueReason, bug: int, as_of: datetime, bug_url: BugUrl) -> Pieces:
    """Return why an incident is in the queue and since when, with the link to what says so."""
    since = f"since {short_day(reason.since, as_of)}{_days(reason, as_of)}"
    history = PageLink("history", history_url(bug, bug_url))
    match reason.why:
        case "closure-asked":
            source: Piece = BugNumber(bug, reason.comment) if reason.comment is not None else history
            return (f"Closing asked for {since} · ", source)
        case "last-call" if reason.until:
            day = short_day(reason.until, as_of)
            left = (reason.until - as_of.date()).days
            if left < 0:
                return (f"Last call ended {day} ({count_of(-left, 'day')}): it may be closed · ", history)
            distance = f"in {count_of(left, 'day')}" if left else "today"
            return (f"Last call ends {day} ({distance}) · ", history)
        case "question":
            name = "Question" if reason.count == 1 else f"{reason.count} questions"
            words: Pieces = (": “", ThirdPartyText(reason.subject, MAX_SUBJECT_LENGTH), "”") if reason.subject else ()
            return (f"{name} unanswered {since}", *words, " · ", BugNumber(bug, reason.comment or 0))
        case "no-tags":
            return (f"No tag {since}",)
    return (f"Never looked at by a root program {since}",)


def describe_queue(queue: Queue) -> str:
    """Return which incidents this page shows, and what could not be read."""
    parts = [position(queue.page, queue.page_size, len(queue.entries), queue.entry_count, queue.page_count)]
    parts.append(describe_unread(queue.unread))
    return " · ".join(part for part in (*parts, "what waits longest first") if part)


def _days(reason: QueueReason, as_of: datetime) -> str:
    days = (as_of.date() - reason.since.date()).days
    return f" ({count_of(days, 'day')})" if days > 0 else " (today)"

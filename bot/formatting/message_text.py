"""The lines of lists of mails, the same in both chats; each chat passes the function that makes others' text safe."""

from collections.abc import Callable

from bot.formatting.periods import describe_period
from bot.formatting.wording import count_of, long_day
from handlers.results.messages import ListedMessage, MessageList
from storage.values.messages import MessageFilter

MAX_SUBJECT_LENGTH = 120
MAX_NAMED_BUGS = 2  # each with its title

Escape = Callable[[str, int], str]  # a text and the longest it may become


def messages_headline(page: MessageList, escape: Escape) -> str:
    """Return the answer in one line: how many mails there are, and about what."""
    filters = page.filter
    days = describe_period(filters.since, filters.until)
    period = f" {days}" if days else ""
    if filters.thread is not None:
        return f"{escape(filters.thread, MAX_SUBJECT_LENGTH)}: {_count(page.total)}{period} in this thread"
    return f"{_count(page.total)}{_about(filters, escape)}{period}"


def describe_message(listed: ListedMessage, escape: Escape) -> str:
    """Return when a mail was posted and by whom, and how many its thread has."""
    message = listed.message
    size = f"{count_of(listed.thread_size, 'mail')} in its thread" if listed.thread_size > 1 else ""
    day = long_day(message.posted) if message.posted else "without a date"
    return " · ".join(fact for fact in (day, escape(message.author, 80), size) if fact)


def _about(filters: MessageFilter, escape: Escape) -> str:
    if filters.ca is not None:
        return f" naming {escape(filters.ca, 80)}"
    return f" naming bug {filters.bug}" if filters.bug is not None else ""


def _count(total: int) -> str:
    return count_of(total, "mail") if total else "No mail"

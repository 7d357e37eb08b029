"""What became of an alert, in words, the same in both chats."""

from collections.abc import Callable
from datetime import datetime

from bot.formatting.wording import long_moment
from handlers.results.alerts import AlertStatus
from storage.values.outbox import KIND_NAMES, Route

MESSAGE_URL = "https://discord.com/channels/{community}/{channel}/{message}"

Moment = Callable[[datetime], str]


def describe_alert_status(
    status: AlertStatus, show_moment: Moment = long_moment, escape: Callable[[str], str] = str
) -> str:
    """Return a sentence on what became of an alert, without the channel and without a link.

    `show_moment` makes text of a moment, `escape` makes a reason safe for the chat.
    """
    reason = escape(status.reason)
    match status.state:
        case "sent":
            where = "in a message about several incidents" if status.in_catch_up else "as a message of its own"
            on = f" on {show_moment(status.at)}" if status.at else ""
            return f"Sent {where}{on}." if status.message else f"Sent{on}; deleted since."
        case "waiting":
            since = show_moment(status.at) if status.at else "a while"
            why = f": {reason}" if reason else ", and is sent next"
            again = f"; tried again at {show_moment(status.next_at)}" if reason and status.next_at else ""
            return f"Waiting since {since}{why}{again}."
        case "failed":
            return f"Not sent: {reason or 'Discord refused it'}."
        case _:
            return f"Not sent: {reason}."


def describe_kinds(route: Route) -> str:
    """Return what a watched channel is sent, such as "new incidents and list messages"."""
    return " and ".join(KIND_NAMES.get(kind, kind) for kind in route.kinds)


def message_url(status: AlertStatus) -> str:
    """Return the link to the message of an alert, "" if there is none."""
    if status.message is None or status.community is None:
        return ""
    return MESSAGE_URL.format(community=status.community, channel=status.channel, message=status.message)

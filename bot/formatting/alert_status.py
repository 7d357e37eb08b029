"""What became of an alert, in words, the same in both chats."""

from datetime import UTC, datetime

from handlers.results.alerts import AlertStatus

MESSAGE_URL = "https://discord.com/channels/{community}/{channel}/{message}"


def describe_alert_status(status: AlertStatus) -> str:
    """Return a sentence on what became of an alert, without the channel and without a link."""
    match status.state:
        case "sent":
            where = "in a message about several incidents" if status.in_catch_up else "as a message of its own"
            return f"Sent {where}{_on(status.at)}." if status.message else f"Sent{_on(status.at)}; deleted since."
        case "waiting":
            reason = f": {status.reason}" if status.reason else ", and is sent next"
            again = f"; tried again at {_minute(status.next_at)}" if status.reason and status.next_at else ""
            return f"Waiting since {_minute(status.at)}{reason}{again}."
        case "failed":
            return f"Not sent: {status.reason or 'Discord refused it'}."
        case _:
            return f"Not sent: {status.reason}."


def message_url(status: AlertStatus) -> str:
    """Return the link to the message of an alert, "" if there is none."""
    if status.message is None or status.community is None:
        return ""
    return MESSAGE_URL.format(community=status.community, channel=status.channel, message=status.message)


def _on(moment: datetime | None) -> str:
    return f" on {_minute(moment)}" if moment else ""


def _minute(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else "a while"

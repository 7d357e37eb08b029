"""Whether the bot is connected to Discord's gateway, for `status`."""

from datetime import UTC, datetime, timedelta

from bot.formatting.wording import long_moment
from storage.values.tasks import TaskState

GRACE = timedelta(minutes=1)  # a connection that comes back within this time was not lost


class GatewayState:
    """Follows the events of the client, and the failures of those who run it."""

    def __init__(self) -> None:
        self._error = ""
        self._since = datetime.now(UTC)
        self._disconnected_at: datetime | None = self._since

    async def on_connected(self) -> None:
        """Note that the client is connected."""
        self._error, self._disconnected_at, self._since = "", None, datetime.now(UTC)

    async def on_disconnected(self) -> None:
        """Note that the client has lost its connection; it reconnects by itself."""
        if self._disconnected_at is None:
            self._disconnected_at = datetime.now(UTC)

    def fail(self, sentence: str) -> bool:
        """Note that the client ended; return whether that is news since it was last connected."""
        is_news = not self._error
        self._error, self._since = sentence, datetime.now(UTC)
        return is_news

    def state(self) -> TaskState:
        """Return whether the bot hears Discord."""
        error, since = self._error, self._since
        if not error and self._disconnected_at is not None and datetime.now(UTC) - self._disconnected_at > GRACE:
            since = self._disconnected_at
            error = f"not connected to Discord since {long_moment(since)}"
        return TaskState("gateway", not error, error, since)

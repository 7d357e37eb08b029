"""The demonstration's time: the bot's "now" is a moment of the season.

Rootwatch reads the time as `datetime.now(UTC)` wherever it needs it. For the demonstration alone that name stands for a
class whose `now` is the season's: votes then end, updates become due, and ages are counted as in spring 2024. Libraries
keep the real time, and so does the monotonic clock by which Rootwatch measures waits.
"""

import importlib
import pkgutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Self

PACKAGES = ("bot", "handlers", "storage")
NOT_IMPORTED = ("bot.__main__", "bot.demo", "storage.migrations")  # run on import, or read no time


class DemoClock:
    """A clock that runs on from the moment to which it was set last (UTC)."""

    def __init__(self, moment: datetime) -> None:
        self._moment, self._set_at = moment, time.monotonic()

    def now(self) -> datetime:
        """Return the demonstration's time (UTC)."""
        return self._moment + timedelta(seconds=time.monotonic() - self._set_at)

    def move_to(self, moment: datetime) -> None:
        """Set the clock; it never goes back, since Discord's message ids could not."""
        self._moment, self._set_at = max(moment, self.now()), time.monotonic()

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Have all modules of Rootwatch read this clock until the end of the block."""
        import_all_modules()
        replacement = _datetime_of(self)
        modules = [module for name, module in sys.modules.items() if name.partition(".")[0] in PACKAGES]
        patched = [module for module in modules if vars(module).get("datetime") is datetime]
        patched = [module for module in patched if not module.__name__.startswith("bot.demo")]
        for module in patched:
            vars(module)["datetime"] = replacement
        try:
            yield
        finally:
            for module in patched:
                vars(module)["datetime"] = datetime


def import_all_modules() -> None:
    """Import what Rootwatch otherwise imports when it is needed, so that no module is missed."""
    for package in PACKAGES:
        paths = importlib.import_module(package).__path__
        for module in pkgutil.walk_packages(paths, f"{package}."):
            if not module.name.startswith(NOT_IMPORTED):
                importlib.import_module(module.name)


def _datetime_of(clock: DemoClock) -> type[datetime]:
    """Return a stand-in for `datetime` whose `now` is the clock's; all that it makes are plain datetimes."""

    class InstancesOfDatetime(type):
        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, datetime)

    class DemoDatetime(datetime, metaclass=InstancesOfDatetime):
        def __new__(cls, *args: Any, **fields: Any) -> Self:
            return datetime(*args, **fields)  # type: ignore[return-value]  # noqa: DTZ001 (the caller gives the zone)

        @classmethod
        def now(cls, tz: tzinfo | None = UTC) -> Self:
            return clock.now().astimezone(tz)  # type: ignore[return-value]

    return DemoDatetime

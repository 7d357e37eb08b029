"""Runs the bot until a signal ends it, in terms: one while it is active, another after another process took over."""

import asyncio
import logging
import os
import signal
import threading

from bot.app import App, build
from bot.logs import tell_operator
from storage.database import DatabaseUnavailable
from storage.failures import DatabaseTooNew

STOP_SECONDS = 4.5  # of the 5 within which SIGTERM must end the program
REOPEN_SECONDS = 2.0
PRINT_SECONDS = 0.2
TOO_LONG = "Stopping took too long (a database or a server does not answer); ended at once."

log = logging.getLogger(__name__)


async def run_until_stopped(app: App) -> int:
    """Run the bot until SIGTERM or SIGINT; return the exit code.

    After a term in which another process took over, a new program stands by: nothing that the old one has in memory is
    still known to be true. Raises DatabaseUnavailable if the database cannot be opened at the start, or was migrated by
    a newer version.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _stop, stopping)
    while (code := await app.run(stopping)) is None:
        await app.close()
        app = await _reopened(app, stopping)
    await app.close()
    return code


async def _reopened(app: App, stopping: asyncio.Event) -> App:
    """Return a new program with an open database, or any once `stopping` is set."""
    while True:
        successor = build(app.settings)
        try:
            await successor.database.open()
        except DatabaseTooNew:
            raise
        except DatabaseUnavailable as error:
            log.warning("standing by without the database: %s", error)
        else:
            return successor
        if stopping.is_set():
            return successor
        await asyncio.sleep(REOPEN_SECONDS)


def _stop(stopping: asyncio.Event) -> None:
    """Begin to stop, and end the process for certain soon: a database or a server may not answer."""
    stopping.set()
    timer = threading.Timer(STOP_SECONDS, _end_process)
    timer.daemon = True
    timer.start()


def _end_process() -> None:
    """End the process as a kill does, after which nothing is lost or sent twice either."""
    # in a thread of its own, for a pipe that nobody reads blocks whoever writes to it
    printing = threading.Thread(target=tell_operator, args=(TOO_LONG,), daemon=True)
    printing.start()
    printing.join(PRINT_SECONDS)
    os._exit(0)

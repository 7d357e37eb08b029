"""The command `rootwatch demo`: what it needs, and its failures as one sentence each."""

import asyncio
import importlib.util
import logging
import socket
from collections.abc import Callable

from bot.demo.server import LOOPBACK

log = logging.getLogger(__name__)

PREVIEW_MODULES = ("simcord", "markdown_it", "linkify_it", "regex", "PIL")  # aiohttp comes with discord.py
NOT_INSTALLED = (
    "The demonstration needs simcord with its preview, which is not installed here ({missing} is missing): "
    "`pip install 'rootwatch[demo]'`, or `make demo` in a clone of Rootwatch."
)
PORT_IN_USE = "Port {port} of this machine cannot be used ({reason}): choose another with --port, or leave --port out."


def run(port: int, print_error: Callable[[str], int], *, opens_browser: bool) -> int:
    """Run the demonstration until it is stopped; return the exit code. With port 0 a free one is taken."""
    missing = [name for name in PREVIEW_MODULES if importlib.util.find_spec(name) is None]
    if missing:
        return print_error(NOT_INSTALLED.format(missing=missing[0]))
    if reason := _port_trouble(port):
        return print_error(PORT_IN_USE.format(port=port, reason=reason))
    from bot.demo.program import run_demo

    try:
        asyncio.run(run_demo(port, opens_browser=opens_browser))
    except Exception as error:
        log.debug("the traceback", exc_info=error)
        cause = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
        return print_error(f"The demonstration failed: {type(cause).__name__}: {cause}"[:500])
    return 0


def _port_trouble(port: int) -> str:
    """Return why a port of loopback cannot be used, "" if it can."""
    with socket.socket() as probe:
        # as the preview's own server does: a port on which only old connections end is free
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            return error.strerror or "it is in use"
    return ""

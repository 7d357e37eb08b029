"""Runs one command of the command line.

Exit codes: 0 success, 1 failure (one sentence on standard error), 2 wrong usage, 130 interrupted.
"""

import argparse
import asyncio
import io
import logging
import os
import sys
from collections.abc import Sequence

from bot.cli.output import print_error
from bot.cli.parser import read_arguments
from bot.cli.program_commands import check, run_bot
from bot.config import ConfigError, Settings, forget_secrets, load
from bot.logs import redact, start_logging

INTERRUPTED = 130

log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    args = read_arguments(arguments)
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a character that the terminal's encoding lacks becomes a question mark, not an error
            stream.reconfigure(errors="replace")
    try:
        if args.standalone:
            return int(args.standalone(args))
        settings = load(args.config)
        forget_secrets()
        start_logging(settings, logging.DEBUG if args.verbose else args.log_level)
        return asyncio.run(_execute(settings, args))
    except ConfigError as error:
        return print_error(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # the reader went away (as `head` does); flushing the buffered output must not fail at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


async def _execute(settings: Settings, args: argparse.Namespace) -> int:
    from bot.app import build
    from bot.formatting.hints import error_lines
    from handlers.errors import UserError
    from storage.database import DatabaseUnavailable

    app = build(settings)
    try:
        # `check` opens the database itself, since a failure is one of its results; so does the bot
        if args.command not in {check, run_bot}:
            await app.open()
        return int(await args.command(app, args))
    except UserError as error:
        return print_error("\n".join(error_lines(error, "rootwatch ")))
    except DatabaseUnavailable as error:
        return print_error(str(error))
    except (BrokenPipeError, ConfigError):
        raise
    except Exception as error:
        log.debug("the traceback", exc_info=error)
        return print_error(redact(f"Rootwatch failed: {type(error).__name__}: {error}"[:500], settings))
    finally:
        await app.close()

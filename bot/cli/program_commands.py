"""The commands that run the program, feed it, or tell how it is."""

import argparse
import sys
from typing import TYPE_CHECKING

from bot.cli.output import print_error, show, write, write_json

if TYPE_CHECKING:  # it loads every library that Rootwatch has
    from bot.app import App


async def sync(app: "App", args: argparse.Namespace) -> int:
    """Poll every source once."""
    from bot.terminal.json_output import sync_document
    from bot.terminal.progress import show_progress

    with show_progress(sys.stderr) as progress:
        result = await app.poll(progress, insist=args.now)
    bugzilla = result.bugzilla
    sources = {"bugzilla": bugzilla, **result.lists}
    if args.json:
        write_json(sync_document(result))
    else:
        write(
            f"bugzilla: {bugzilla.seen:,} seen, {bugzilla.new:,} new, {bugzilla.changed:,} changed, "
            f"{bugzilla.missing:,} gone"
        )
        for name, poll in result.lists.items():
            write(f"{name}: {poll.seen:,} seen, {poll.new:,} new")
    for name, poll in sources.items():
        for sentence in filter(None, (poll.error, poll.warning)):
            print_error(f"{name}: {sentence}")
    return 1 if result.failed else 0


async def confirm_gone(app: "App", args: argparse.Namespace) -> int:
    """Withdraw bugs that an operator says are gone."""
    from bot.confirm_gone import confirm_gone

    result = await confirm_gone(app.poller, args.bugs)
    if args.json:
        return write_json({"confirmed": list(result.confirmed), "left": result.left})
    write(f"{len(result.confirmed):,} confirmed, {result.left:,} left")
    return 0


async def show_status(app: "App", args: argparse.Namespace) -> int:
    """Show how fresh each source is, and the last problems."""
    from bot.terminal.json_output import status_document

    status = await app.use_cases.status.status()
    return write_json(status_document(status)) if args.json else show(app, status)


async def check(app: "App", args: argparse.Namespace) -> int:
    """Show what of configuration, database, sources, token and permissions works."""
    from bot.terminal.layout import sanitize

    results = await app.check()
    if args.json:
        write_json({"checks": [{"name": name, "ok": ok, "sentence": message} for name, ok, message in results]})
    else:
        for name, ok, message in results:
            write(f"{'ok  ' if ok else 'FAIL'}  {name}: {sanitize(message)}")
    return 0 if all(ok for _, ok, _ in results) else 1


async def chat(app: "App", args: argparse.Namespace) -> int:  # noqa: ARG001 (one signature for all)
    """Answer chat commands of this terminal."""
    from bot.terminal.repl import run_repl

    return await run_repl(app, app.settings.discord.prefix)


async def run_bot(app: "App", args: argparse.Namespace) -> int:  # noqa: ARG001 (one signature for all)
    """Run the Discord bot."""
    from bot.running import run_until_stopped

    return await run_until_stopped(app)

"""The command line: reads what is asked, lets the program answer, and keeps standard output for the answer alone.

Exit codes: 0 done, 1 could not (one sentence on standard error), 2 wrong usage, 130 interrupted.
"""

import argparse
import asyncio
import io
import json
import logging
import os
import re
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from bot.config import ConfigError, Settings, load
from bot.logs import start_logging, without_secrets

if TYPE_CHECKING:  # they load every library that Rootwatch has
    from bot.app import App
    from handlers.results import Actor

INTERRUPTED = 130
ROWS_ON_A_TERMINAL = 40

Command = Callable[["App", argparse.Namespace], Awaitable[int]]

log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    asked = read_arguments(arguments)
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # what a terminal's encoding cannot hold is to be a question mark there, not the end
            stream.reconfigure(errors="replace")
    try:
        settings = load(asked.config)
        start_logging(settings, logging.DEBUG if asked.verbose else asked.log_level)
        return asyncio.run(_run(settings, asked))
    except ConfigError as refusal:
        return _refuse(str(refusal))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # the reader went away (as `head` does); what Python still holds back must not fail at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; ends the program with 2 where it is wrong."""
    # the parser's own defaults would reach the shared options of the commands, and undo what stands before them
    defaults = argparse.Namespace(config=None, verbose=False, json=False, log_level=logging.WARNING)
    return build_parser().parse_args(arguments, defaults)


def build_parser() -> argparse.ArgumentParser:
    """Build the parser; options common to all commands may stand before or after the command."""
    # SUPPRESS: the value of an option before the command is not to be overwritten by a default after it
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", metavar="FILE", default=argparse.SUPPRESS, help="the configuration (TOML)")
    common.add_argument("-v", "--verbose", action="store_true", default=argparse.SUPPRESS, help="log everything")
    common.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="one JSON document")
    parser = argparse.ArgumentParser(
        "rootwatch", description="Follows the compliance incidents of certification authorities.", parents=[common]
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def add(name: str, command: Command, words: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=words, description=words, parents=[common])
        added.set_defaults(command=command)
        return added

    add("sync", _sync, "Poll every source once, to the end")
    incidents = add("incidents", _incidents, "Incidents of one CA or of all, newest first")
    incidents.add_argument("ca", nargs="*", metavar="CA", help="a CA owner under any of its names; none: all")
    incidents.add_argument("--section", metavar="KEY", default="", help="only those in this section")
    incidents.add_argument("--open", action="store_true", help="only open ones")
    incidents.add_argument("--limit", type=_count, metavar="N", help="show the newest N")
    incident = add("incident", _incident, "One incident with the reasons for its sections")
    incident.add_argument("bug", metavar="BUG", help="a bug's number or link")
    similar = add("similar", _similar, "Earlier incidents like one, and the table of related incidents for a report")
    similar.add_argument("bug", metavar="BUG", help="a bug's number or link")
    similar.add_argument("--limit", type=_count, metavar="N", help="show the best N")
    add("sections", _sections, "All sections")
    addsection = add("addsection", _addsection, "Propose a section, common to all communities")
    addsection.add_argument("--accept", action="store_true", help="accept it at once; that counts as judged")
    preview = add("preview", _preview, "What a section would hold, one that there is or one only thought of")
    preview.add_argument("--against", metavar="BUGS", default="", help="bugs that do not belong, as 4,5")
    preview.add_argument("--limit", type=_count, metavar="N", help="show the best N")
    for proposing in (addsection, preview):
        proposing.add_argument("name", nargs="+", metavar="NAME", help="the section's name")
        proposing.add_argument("--bugs", metavar="BUGS", default="", help="example bugs, as 1,2,3")
        proposing.add_argument("--describe", metavar="TEXT", default="", help="what it is about, in a line")
    summary = add("summary", _summary, "Numbers and a few sentences, each with its sources")
    summary.add_argument("subject", nargs="+", metavar="CA|BUG|SECTION", help="what to sum up")
    for dated in (incidents, summary):
        dated.add_argument("--since", type=_day, metavar="D", help="opened on this day (UTC) or later")
        dated.add_argument("--until", type=_day, metavar="D", help="opened on this day (UTC) or earlier")
    add("status", _status, "How fresh each source is, and what went wrong last")
    add("check", _check, "Try configuration, database, sources, token and permissions")
    add("chat", _chat, "Take the chat's own lines from this terminal or a pipe")
    add("run", _discord, "Run the Discord bot").set_defaults(log_level=logging.INFO)
    return parser


async def _run(settings: Settings, asked: argparse.Namespace) -> int:
    from bot.app import build
    from handlers.results import UserError
    from storage.database import DatabaseUnavailable

    app = build(settings)
    try:
        # the check opens the database itself: that it cannot is one of its verdicts; so does the bot
        if asked.command not in {_check, _discord}:
            await app.open()
        return int(await asked.command(app, asked))
    except (UserError, DatabaseUnavailable) as refusal:
        return _refuse(str(refusal))
    except (BrokenPipeError, ConfigError):
        raise
    except Exception as error:
        log.debug("the traceback", exc_info=error)
        return _refuse(without_secrets(f"Rootwatch failed: {type(error).__name__}: {error}"[:500], settings))
    finally:
        await app.close()


async def _sync(app: "App", asked: argparse.Namespace) -> int:
    from bot.terminal.json_output import sync_document
    from bot.terminal.progress import show_progress

    with show_progress(sys.stderr) as progress:
        report = await app.poll(progress)
    found = report.bugzilla
    sources = {"bugzilla": found, **report.lists}
    if asked.json:
        _write_json(sync_document(report))
    else:
        _write(f"bugzilla: {found.seen:,} seen, {found.new:,} new, {found.changed:,} changed, {found.missing:,} gone")
        for name, each in report.lists.items():
            _write(f"{name}: {each.seen:,} seen, {each.new:,} new")
    for name, each in sources.items():
        if each.error:
            _refuse(f"{name}: {each.error}")
    return 1 if report.failed else 0


async def _incidents(app: "App", asked: argparse.Namespace) -> int:
    from bot.terminal.json_output import incidents_document

    answer = await app.answers.incidents(
        " ".join(asked.ca),
        section=asked.section,
        open_="yes" if asked.open else "",
        since=asked.since or "",
        until=asked.until or "",
    )
    if asked.json:
        return _write_json(incidents_document(answer, app.answers.bug_url, asked.limit))
    limit = asked.limit or (ROWS_ON_A_TERMINAL if sys.stdout.isatty() else None)
    _show(app, replace(answer, incidents=answer.incidents[:limit]))
    if limit is not None and limit < answer.total and asked.limit is None:
        _refuse(f"The newest {limit} are shown; --limit {answer.total} shows all.")
    return 0


async def _incident(app: "App", asked: argparse.Namespace) -> int:
    from bot.terminal.json_output import detail_document

    detail, why = await app.answers.incident(asked.bug), await app.answers.explain(asked.bug)
    if not asked.json:
        return _show(app, detail, why)
    return _write_json(detail_document(detail, why, await app.answers.related(asked.bug), app.answers.bug_url))


async def _similar(app: "App", asked: argparse.Namespace) -> int:
    from bot.terminal.json_output import similar_document

    answer = await app.answers.related(asked.bug)
    if asked.json:
        return _write_json(similar_document(answer, asked.limit))
    return _show(app, replace(answer, echoes=answer.echoes[: asked.limit]))


async def _sections(app: "App", asked: argparse.Namespace) -> int:
    from bot.terminal.json_output import sections_document

    answer = await app.answers.sections(_operator())
    return _write_json(sections_document(answer)) if asked.json else _show(app, answer)


async def _addsection(app: "App", asked: argparse.Namespace) -> int:
    from bot.terminal.json_output import proposal_document
    from bot.terminal.progress import show_progress

    proposal = await app.answers.member_sections.addsection(
        _operator(), name=" ".join(asked.name), bugs=asked.bugs, description=asked.describe, accept=asked.accept
    )
    with show_progress(sys.stderr) as progress:
        await app.go_through(progress)
    section = (await app.answers.section(proposal.section.key)).section
    return _write_json(proposal_document(section, proposal)) if asked.json else _show(app, proposal)


async def _preview(app: "App", asked: argparse.Namespace) -> int:
    from bot.terminal.json_output import preview_document

    preview = await app.answers.member_sections.preview(
        _operator(), name=" ".join(asked.name), bugs=asked.bugs, against=asked.against, description=asked.describe
    )
    if asked.json:
        return _write_json(preview_document(preview, asked.limit))
    return _show(app, replace(preview, matches=preview.matches[: asked.limit]))


def _operator() -> "Actor":
    from handlers.results import OPERATOR

    return OPERATOR


async def _summary(app: "App", asked: argparse.Namespace) -> int:
    from bot.terminal.json_output import summary_document

    answer = await app.answers.summary(" ".join(asked.subject), asked.since or "", asked.until or "")
    return _write_json(summary_document(answer)) if asked.json else _show(app, answer)


async def _status(app: "App", asked: argparse.Namespace) -> int:
    from bot.terminal.json_output import status_document

    answer = await app.answers.status()
    return _write_json(status_document(answer)) if asked.json else _show(app, answer)


async def _check(app: "App", asked: argparse.Namespace) -> int:
    from bot.terminal.render.incidents import clean

    verdicts = await app.check()
    if asked.json:
        _write_json({"checks": [{"name": name, "ok": good, "sentence": said} for name, good, said in verdicts]})
    else:
        for name, good, said in verdicts:
            _write(f"{'ok  ' if good else 'FAIL'}  {name}: {clean(said)}")
    return 0 if all(good for _, good, _ in verdicts) else 1


async def _chat(app: "App", asked: argparse.Namespace) -> int:  # noqa: ARG001 (one signature for all)
    from bot.terminal.repl import chat

    return await chat(app, app.settings.discord.prefix)


async def _discord(app: "App", asked: argparse.Namespace) -> int:  # noqa: ARG001 (one signature for all)
    return await app.run()


def _day(text: str) -> str:
    """Check a date and return it as it stands."""
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is no date; write it as YYYY-MM-DD, for example 2024-05-19")


def _count(text: str) -> int:
    if re.fullmatch(r"[0-9]{1,9}", text) and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")


def _show(app: "App", *shown: object) -> int:
    from bot.terminal.render.incidents import look_for, render

    look = look_for(sys.stdout, app.answers.bug_url)
    _write("\n\n".join(render(each, look) for each in shown))
    return 0


def _write(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _write_json(document: dict[str, Any]) -> int:
    # escapes in ASCII: it can be read whatever the locale is, and steers no terminal
    _write(json.dumps(document, ensure_ascii=True, indent=2 if sys.stdout.isatty() else None))
    return 0


def _refuse(sentence: str) -> int:
    """Say one sentence on standard error; control characters within what somebody typed stay harmless."""
    sys.stderr.write("".join(each if each.isprintable() else " " for each in sentence) + "\n")
    return 1

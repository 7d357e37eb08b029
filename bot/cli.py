"""The command line: parses the arguments and runs one command; only the command's result goes to standard output.

Exit codes: 0 success, 1 failure (one sentence on standard error), 2 wrong usage, 130 interrupted.
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

from bot.config import ConfigError, Settings, forget_secrets, load
from bot.logs import redact, start_logging

if TYPE_CHECKING:  # they load every library that Rootwatch has
    from bot.app import App

INTERRUPTED = 130
DEFAULT_TERMINAL_ROWS = 40
MAX_PORT = 65535
DEMO_SUMMARY = "The bot in a simulated Discord in the browser, on a bundled record, without network, token or account"
CHECK_SUMMARY = "Check a draft of an incident report; reads nothing but the file, and nothing leaves this machine"

EXPLAIN_SUMMARY = "What a tag, a clock or a form of reports is, in two sentences with its source"

Command = Callable[["App", argparse.Namespace], Awaitable[int]]

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
        return _print_error(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # the reader went away (as `head` does); flushing the buffered output must not fail at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line; exit with 2 if it is wrong."""
    # defaults set by the parser would be applied again by each subparser, and override options before the command
    defaults = argparse.Namespace(config=None, verbose=False, json=False, log_level=logging.WARNING, standalone=None)
    return build_parser().parse_args(arguments, defaults)


def build_parser() -> argparse.ArgumentParser:
    """Build the parser; options common to all commands may stand before or after the command."""
    # SUPPRESS: a subparser's default must not override an option given before the command
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", metavar="FILE", default=argparse.SUPPRESS, help="the configuration (TOML)")
    common.add_argument("-v", "--verbose", action="store_true", default=argparse.SUPPRESS, help="log everything")
    common.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="one JSON document")
    parser = argparse.ArgumentParser(
        "rootwatch", description="Follows the compliance incidents of certification authorities.", parents=[common]
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def add(name: str, command: Command, summary: str) -> argparse.ArgumentParser:
        command_parser = commands.add_parser(name, help=summary, description=summary, parents=[common])
        command_parser.set_defaults(command=command)
        return command_parser

    sync = add("sync", _sync, "Poll every source once, completely")
    sync.add_argument("--now", action="store_true", help="poll even a source that asked for fewer requests")
    confirm_gone = add("confirm-gone", _confirm_gone, "Confirm that bugs missing from Bugzilla are gone")
    confirm_gone.add_argument("bugs", nargs="*", metavar="BUG", help="a bug's number or link; none: all missing ones")
    incidents = add("incidents", _incidents, "Incidents of one CA or of all, newest first")
    incidents.add_argument("ca", nargs="*", metavar="CA", help="a CA owner under any of its names; none: all")
    incidents.add_argument("--section", metavar="KEY", default="", help="only those in this section")
    incidents.add_argument("--open", action="store_true", help="only open ones")
    incidents.add_argument("--limit", type=_positive_int, metavar="N", help="show the newest N")
    messages = add("list", _list, "Mails of the lists, newest first")
    messages.add_argument(
        "about", nargs="*", metavar="ABOUT", help="a CA, a bug, a month like 2024-05, or a subject; none: all"
    )
    messages.add_argument("--limit", type=_positive_int, metavar="N", help="show the newest N")
    messages.add_argument("--since", type=_iso_date, metavar="D", help="posted on this day (UTC) or later")
    messages.add_argument("--until", type=_iso_date, metavar="D", help="posted on this day (UTC) or earlier")
    _add_incident_commands(add)
    add("sections", _sections, "All sections")
    addsection = add("addsection", _addsection, "Propose a section, common to all communities")
    addsection.add_argument("--accept", action="store_true", help="accept it at once; no labelling is needed then")
    preview = add("preview", _preview, "What a section would contain, an existing or a possible one")
    preview.add_argument("--against", metavar="BUGS", default="", help="bugs that do not belong, as 4,5")
    preview.add_argument("--limit", type=_positive_int, metavar="N", help="show the best N")
    for subparser in (addsection, preview):
        subparser.add_argument("name", nargs="+", metavar="NAME", help="the section's name")
        subparser.add_argument("--bugs", metavar="BUGS", default="", help="example bugs, as 1,2,3")
        subparser.add_argument("--describe", metavar="TEXT", default="", help="what it is about, in a line")
    summary = add("summary", _summary, "Numbers and a few sentences, each with its sources")
    summary.add_argument("subject", nargs="+", metavar="CA|BUG|SECTION", help="what to summarise")
    for dated_parser in (incidents, summary):
        dated_parser.add_argument("--since", type=_iso_date, metavar="D", help="opened on this day (UTC) or later")
        dated_parser.add_argument("--until", type=_iso_date, metavar="D", help="opened on this day (UTC) or earlier")
    add("status", _status, "How fresh each source is, and the last problems")
    add("check", _check, "Try configuration, database, sources, token and permissions")
    add("chat", _chat, "Read chat commands from this terminal or a pipe")
    add("run", _run_bot, "Run the Discord bot").set_defaults(log_level=logging.INFO)
    _add_standalone(commands, common)
    return parser


def _add_standalone(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the commands that need neither configuration nor database."""
    check_report = commands.add_parser("check-report", help=CHECK_SUMMARY, description=CHECK_SUMMARY, parents=[common])
    check_report.add_argument("file", metavar="FILE", help="the draft; - for standard input")
    check_report.add_argument("--as-of", type=_iso_date, metavar="D", help="the day of posting (UTC); none: today")
    check_report.set_defaults(standalone=_check_report)
    explain = commands.add_parser("explain", help=EXPLAIN_SUMMARY, description=EXPLAIN_SUMMARY, parents=[common])
    explain.add_argument(
        "term", nargs="+", metavar="TERM", help="such as leaf-revocation-delay, last call, full report"
    )
    explain.set_defaults(standalone=_explain)
    demo = commands.add_parser("demo", help=DEMO_SUMMARY, description=DEMO_SUMMARY)
    demo.add_argument("--port", type=_port, metavar="N", default=0, help="the port on this machine; 0: a free one")
    demo.add_argument("--no-browser", action="store_true", help="print the address without opening it")
    demo.set_defaults(standalone=_demo)


def _add_incident_commands(add: Callable[[str, Command, str], argparse.ArgumentParser]) -> None:
    incident = add("incident", _incident, "One incident with the reasons for its sections")
    incident.add_argument("bug", metavar="BUG", help="a bug's number or link")
    deadlines = add("deadlines", _deadlines, "What is due and what appears overdue, what counts most first")
    deadlines.add_argument("ca", nargs="*", metavar="CA", help="a CA owner under any of its names; none: all")
    deadlines.add_argument("--bug", metavar="N", help="only of this bug")
    deadlines.add_argument("--as-of", metavar="TIME", help="at a past moment, with what was known then")
    deadlines.add_argument("--all", action="store_true", help="also what is met or unknown")
    history = add("history", _history, "The clocks that a CA missed in the past, by year and rule, beside all CAs")
    history.add_argument("ca", nargs="+", metavar="CA", help="a CA owner under any of its names")
    commitments = add("commitments", _commitments, "What CAs promised, by when, and what became of it")
    commitments.add_argument("ca", nargs="*", metavar="CA", help="a CA owner, then open or broken if wanted; none: all")
    commitments.add_argument("--bug", metavar="N", help="only of this bug")
    commitments.add_argument("--as-of", metavar="TIME", help="at a past moment, with what was known then")
    add("queue", _queue, "What needs a word of a moderator today, what waits longest first")
    related = add("similar", _related, "Earlier incidents like one, and the table of related incidents for a report")
    related.add_argument("bug", metavar="BUG", help="a bug's number or link")
    related.add_argument("--limit", type=_positive_int, metavar="N", help="show the best N")


async def _execute(settings: Settings, args: argparse.Namespace) -> int:
    from bot.app import build
    from bot.formatting.hints import error_lines
    from handlers.errors import UserError
    from storage.database import DatabaseUnavailable

    app = build(settings)
    try:
        # `check` opens the database itself, since a failure is one of its results; so does the bot
        if args.command not in {_check, _run_bot}:
            await app.open()
        return int(await args.command(app, args))
    except UserError as error:
        return _print_error("\n".join(error_lines(error, "rootwatch ")))
    except DatabaseUnavailable as error:
        return _print_error(str(error))
    except (BrokenPipeError, ConfigError):
        raise
    except Exception as error:
        log.debug("the traceback", exc_info=error)
        return _print_error(redact(f"Rootwatch failed: {type(error).__name__}: {error}"[:500], settings))
    finally:
        await app.close()


async def _sync(app: "App", args: argparse.Namespace) -> int:
    from bot.terminal.json_output import sync_document
    from bot.terminal.progress import show_progress

    with show_progress(sys.stderr) as progress:
        result = await app.poll(progress, insist=args.now)
    bugzilla = result.bugzilla
    sources = {"bugzilla": bugzilla, **result.lists}
    if args.json:
        _write_json(sync_document(result))
    else:
        _write(
            f"bugzilla: {bugzilla.seen:,} seen, {bugzilla.new:,} new, {bugzilla.changed:,} changed, "
            f"{bugzilla.missing:,} gone"
        )
        for name, poll in result.lists.items():
            _write(f"{name}: {poll.seen:,} seen, {poll.new:,} new")
    for name, poll in sources.items():
        for sentence in filter(None, (poll.error, poll.warning)):
            _print_error(f"{name}: {sentence}")
    return 1 if result.failed else 0


async def _confirm_gone(app: "App", args: argparse.Namespace) -> int:
    from bot.confirm_gone import confirm_gone

    result = await confirm_gone(app.poller, args.bugs)
    if args.json:
        return _write_json({"confirmed": list(result.confirmed), "left": result.left})
    _write(f"{len(result.confirmed):,} confirmed, {result.left:,} left")
    return 0


async def _incidents(app: "App", args: argparse.Namespace) -> int:
    from bot.terminal.json_output import incidents_document
    from handlers.actor import OPERATOR
    from handlers.queries.filters import IncidentQuery, parse_query

    options = IncidentQuery("", args.section, "open" if args.open else None, args.since, args.until)
    query = parse_query(" ".join(args.ca)).with_options(options)
    incidents = await app.use_cases.incidents.list(OPERATOR, query)
    if args.json:
        return _write_json(incidents_document(incidents, app.use_cases.bug_url, args.limit))
    limit = args.limit or (DEFAULT_TERMINAL_ROWS if sys.stdout.isatty() else None)
    _show(app, replace(incidents, incidents=incidents.incidents[:limit]))
    if limit is not None and limit < incidents.counts.total and args.limit is None:
        _print_error(f"The newest {limit} are shown; --limit {incidents.counts.total} shows all.")
    return 0


async def _list(app: "App", args: argparse.Namespace) -> int:
    from bot.terminal.json_output import messages_document
    from handlers.actor import OPERATOR
    from handlers.queries.message_filters import parse_message_query

    flags = [f"{name}:{day}" for name, day in (("since", args.since), ("until", args.until)) if day]
    query = parse_message_query(" ".join([*args.about, *flags]))
    messages = await app.use_cases.messages.list(OPERATOR, query)
    limit = args.limit if args.json or args.limit or not sys.stdout.isatty() else DEFAULT_TERMINAL_ROWS
    messages = replace(messages, messages=messages.messages[:limit])
    return _write_json(messages_document(messages)) if args.json else _show(app, messages)


async def _incident(app: "App", args: argparse.Namespace) -> int:
    from bot.terminal.json_output import detail_document
    from bot.terminal.life_document import life_document
    from handlers.actor import OPERATOR
    from handlers.parsing.bug_references import require_bug_number
    from handlers.queries.deadline_filters import DeadlineQuery
    from handlers.results.deadlines import IncidentCard

    bug, incidents = require_bug_number(args.bug), app.use_cases.incidents
    detail, explanation = await incidents.detail(OPERATOR, bug), await incidents.explain(OPERATOR, bug)
    if not args.json:
        clocks = await app.use_cases.deadlines.list(OPERATOR, DeadlineQuery(bug=bug))
        return _show(app, IncidentCard(detail, clocks), explanation)
    related = await incidents.related(OPERATOR, bug)
    document = detail_document(detail, explanation, related, app.use_cases.bug_url)
    life = await app.use_cases.deadlines.life(OPERATOR, bug)
    return _write_json(document | life_document(life, detail.incident.ca))


async def _deadlines(app: "App", args: argparse.Namespace) -> int:
    from bot.terminal.life_document import deadlines_document
    from handlers.actor import OPERATOR
    from handlers.parsing.bug_references import require_bug_number
    from handlers.queries.deadline_filters import parse_deadline_query, parse_moment

    query = parse_deadline_query(" ".join(args.ca))
    if args.bug is not None:
        query = replace(query, bug=require_bug_number(args.bug))
    if args.as_of is not None:
        query = replace(query, as_of=parse_moment(args.as_of))
    if args.all:
        query = replace(query, scope="all")
    deadlines = await app.use_cases.deadlines.list(OPERATOR, query)
    return _write_json(deadlines_document(deadlines)) if args.json else _show(app, deadlines)


async def _history(app: "App", args: argparse.Namespace) -> int:
    from bot.terminal.life_document import history_document
    from handlers.actor import OPERATOR

    history = await app.use_cases.missed_clocks.history(OPERATOR, " ".join(args.ca))
    return _write_json(history_document(history)) if args.json else _show(app, history)


async def _commitments(app: "App", args: argparse.Namespace) -> int:
    from bot.terminal.commitment_document import commitments_document
    from handlers.actor import OPERATOR
    from handlers.parsing.bug_references import require_bug_number
    from handlers.queries.commitment_filters import parse_commitment_query
    from handlers.queries.deadline_filters import parse_moment

    query = parse_commitment_query(" ".join(args.ca))
    if args.bug is not None:
        query = replace(query, bug=require_bug_number(args.bug))
    if args.as_of is not None:
        query = replace(query, as_of=parse_moment(args.as_of))
    commitments = await app.use_cases.commitments.list(OPERATOR, query)
    return _write_json(commitments_document(commitments)) if args.json else _show(app, commitments)


async def _queue(app: "App", args: argparse.Namespace) -> int:
    from bot.terminal.queue_document import queue_document
    from handlers.actor import OPERATOR

    queue = await app.use_cases.queue.list(OPERATOR)
    return _write_json(queue_document(queue)) if args.json else _show(app, queue)


async def _related(app: "App", args: argparse.Namespace) -> int:
    from bot.terminal.json_output import related_document
    from handlers.actor import OPERATOR
    from handlers.parsing.bug_references import require_bug_number

    everything = await app.use_cases.incidents.related(OPERATOR, require_bug_number(args.bug))
    related = replace(everything, limit=args.limit)
    if args.json:
        return _write_json(related_document(related))
    return _show(app, related)


async def _sections(app: "App", args: argparse.Namespace) -> int:
    from bot.terminal.json_output import sections_document
    from handlers.actor import OPERATOR

    sections = await app.use_cases.sections.list(OPERATOR)
    return _write_json(sections_document(sections)) if args.json else _show(app, sections)


async def _addsection(app: "App", args: argparse.Namespace) -> int:
    from bot.terminal.json_output import proposal_document
    from bot.terminal.progress import show_progress
    from handlers.actor import OPERATOR

    proposal = await app.use_cases.custom_sections.propose(
        OPERATOR, name=" ".join(args.name), bugs=args.bugs, description=args.describe, accept=args.accept
    )
    with show_progress(sys.stderr) as progress:
        await app.backfill_sections(progress)
    section = (await app.use_cases.sections.detail(OPERATOR, proposal.section.key)).section
    return _write_json(proposal_document(section, proposal)) if args.json else _show(app, proposal)


async def _preview(app: "App", args: argparse.Namespace) -> int:
    from bot.terminal.json_output import preview_document
    from handlers.actor import OPERATOR

    preview = await app.use_cases.custom_sections.preview(
        OPERATOR, name=" ".join(args.name), bugs=args.bugs, against=args.against, description=args.describe
    )
    if args.json:
        return _write_json(preview_document(preview, args.limit))
    return _show(app, replace(preview, matches=preview.matches[: args.limit]))


async def _summary(app: "App", args: argparse.Namespace) -> int:
    from bot.terminal.summary_document import summary_document
    from handlers.actor import OPERATOR
    from handlers.queries.filters import IncidentQuery, parse_query

    query = parse_query(" ".join(args.subject)).with_options(IncidentQuery(since=args.since, until=args.until))
    summary = await app.use_cases.summaries.summarize(OPERATOR, query)
    return _write_json(summary_document(summary)) if args.json else _show(app, summary)


async def _status(app: "App", args: argparse.Namespace) -> int:
    from bot.terminal.json_output import status_document

    status = await app.use_cases.status.status()
    return _write_json(status_document(status)) if args.json else _show(app, status)


async def _check(app: "App", args: argparse.Namespace) -> int:
    from bot.terminal.layout import sanitize

    results = await app.check()
    if args.json:
        _write_json({"checks": [{"name": name, "ok": ok, "sentence": message} for name, ok, message in results]})
    else:
        for name, ok, message in results:
            _write(f"{'ok  ' if ok else 'FAIL'}  {name}: {sanitize(message)}")
    return 0 if all(ok for _, ok, _ in results) else 1


async def _chat(app: "App", args: argparse.Namespace) -> int:  # noqa: ARG001 (one signature for all)
    from bot.terminal.repl import run_repl

    return await run_repl(app, app.settings.discord.prefix)


async def _run_bot(app: "App", args: argparse.Namespace) -> int:  # noqa: ARG001 (one signature for all)
    from bot.running import run_until_stopped

    return await run_until_stopped(app)


def _demo(args: argparse.Namespace) -> int:
    """Run the demonstration, which reads no configuration and no secrets."""
    from bot.demo.command import run

    forget_secrets()
    start_logging(Settings(), logging.DEBUG if args.verbose else logging.ERROR)
    return run(args.port, _print_error, opens_browser=not args.no_browser)


def _check_report(args: argparse.Namespace) -> int:
    """Check a draft, which reads no configuration and no secrets."""
    from bot.terminal.report_check import DraftUnreadable, run

    forget_secrets()
    try:
        return run(args.file, args.as_of, _write, _write_json, as_json=args.json)
    except DraftUnreadable as error:
        return _print_error(str(error))


def _explain(args: argparse.Namespace) -> int:
    """Explain a term, which needs neither configuration nor database."""
    from bot.formatting.hints import error_lines
    from bot.terminal.layout import sanitize
    from bot.terminal.render.explanations import explanation_document, explanation_lines
    from handlers.errors import UserError
    from handlers.queries.explanations import Explanations

    try:
        explanation = Explanations().explain(" ".join(args.term))
    except UserError as error:
        return _print_error("\n".join(error_lines(error, "rootwatch ")))
    if args.json:
        return _write_json(explanation_document(explanation))
    _write("\n".join(map(sanitize, explanation_lines(explanation))))
    return 0


def _port(text: str) -> int:
    if re.fullmatch(r"[0-9]{1,5}", text) and int(text) <= MAX_PORT:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a port; write a number between 0 and {MAX_PORT}")


def _iso_date(text: str) -> date:
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not a date; write it as YYYY-MM-DD, for example 2024-05-19")


def _positive_int(text: str) -> int:
    if re.fullmatch(r"[0-9]{1,9}", text) and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")


def _show(app: "App", *results: object) -> int:
    from bot.terminal.layout import style_for
    from bot.terminal.render.dispatch import render

    style = style_for(sys.stdout, app.use_cases.bug_url)
    _write("\n\n".join(render(result, style) for result in results))
    return 0


def _write(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _write_json(document: dict[str, Any]) -> int:
    # ASCII with escapes is readable in every locale and contains no control characters
    _write(json.dumps(document, ensure_ascii=True, indent=2 if sys.stdout.isatty() else None))
    return 0


def _print_error(message: str) -> int:
    """Print a message on standard error without control characters, and return the exit code of a failure."""
    sys.stderr.write("".join(char if char.isprintable() else " " for char in message) + "\n")
    return 1

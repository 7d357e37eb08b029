"""The commands and their options."""

import argparse
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from bot.cli import incident_commands, program_commands, section_commands, standalone_commands
from bot.cli.argument_types import iso_date, port, positive_int

if TYPE_CHECKING:  # it loads every library that Rootwatch has
    from bot.app import App

DEMO_SUMMARY = "The bot in a simulated Discord in the browser, on a bundled record, without network, token or account"
CHECK_SUMMARY = "Check a draft of an incident report; reads nothing but the file, and nothing leaves this machine"
EXPLAIN_SUMMARY = "What a tag, a clock or a form of reports is, in two sentences with its source"

Command = Callable[["App", argparse.Namespace], Awaitable[int]]


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

    sync = add("sync", program_commands.sync, "Poll every source once, completely")
    sync.add_argument("--now", action="store_true", help="poll even a source that asked for fewer requests")
    confirm_gone = add(
        "confirm-gone", program_commands.confirm_gone, "Confirm that bugs missing from Bugzilla are gone"
    )
    confirm_gone.add_argument("bugs", nargs="*", metavar="BUG", help="a bug's number or link; none: all missing ones")
    incidents = add("incidents", incident_commands.list_incidents, "Incidents of one CA or of all, newest first")
    incidents.add_argument("ca", nargs="*", metavar="CA", help="a CA owner under any of its names; none: all")
    incidents.add_argument("--section", metavar="KEY", default="", help="only those in this section")
    incidents.add_argument("--open", action="store_true", help="only open ones")
    incidents.add_argument("--limit", type=positive_int, metavar="N", help="show the newest N")
    messages = add("list", incident_commands.list_messages, "Mails of the lists, newest first")
    messages.add_argument(
        "about", nargs="*", metavar="ABOUT", help="a CA, a bug, a month like 2024-05, or a subject; none: all"
    )
    messages.add_argument("--limit", type=positive_int, metavar="N", help="show the newest N")
    messages.add_argument("--since", type=iso_date, metavar="D", help="posted on this day (UTC) or later")
    messages.add_argument("--until", type=iso_date, metavar="D", help="posted on this day (UTC) or earlier")
    _add_incident_commands(add)
    add("sections", section_commands.list_sections, "All sections")
    addsection = add("addsection", section_commands.propose_section, "Propose a section, common to all communities")
    addsection.add_argument("--accept", action="store_true", help="accept it at once; no labelling is needed then")
    preview = add(
        "preview", section_commands.preview_section, "What a section would contain, an existing or a possible one"
    )
    preview.add_argument("--against", metavar="BUGS", default="", help="bugs that do not belong, as 4,5")
    preview.add_argument("--limit", type=positive_int, metavar="N", help="show the best N")
    for subparser in (addsection, preview):
        subparser.add_argument("name", nargs="+", metavar="NAME", help="the section's name")
        subparser.add_argument("--bugs", metavar="BUGS", default="", help="example bugs, as 1,2,3")
        subparser.add_argument("--describe", metavar="TEXT", default="", help="what it is about, in a line")
    summary = add("summary", incident_commands.summarize, "Numbers and a few sentences, each with its sources")
    summary.add_argument("subject", nargs="+", metavar="CA|BUG|SECTION", help="what to summarise")
    for dated_parser in (incidents, summary):
        dated_parser.add_argument("--since", type=iso_date, metavar="D", help="opened on this day (UTC) or later")
        dated_parser.add_argument("--until", type=iso_date, metavar="D", help="opened on this day (UTC) or earlier")
    add("status", program_commands.show_status, "How fresh each source is, and the last problems")
    add("check", program_commands.check, "Try configuration, database, sources, token and permissions")
    add("chat", program_commands.chat, "Read chat commands from this terminal or a pipe")
    add("run", program_commands.run_bot, "Run the Discord bot").set_defaults(log_level=logging.INFO)
    _add_standalone(commands, common)
    return parser


def _add_standalone(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the commands that need neither configuration nor database."""
    check_report = commands.add_parser("check-report", help=CHECK_SUMMARY, description=CHECK_SUMMARY, parents=[common])
    check_report.add_argument("file", metavar="FILE", help="the draft; - for standard input")
    check_report.add_argument("--as-of", type=iso_date, metavar="D", help="the day of posting (UTC); none: today")
    check_report.set_defaults(standalone=standalone_commands.check_report)
    explain = commands.add_parser("explain", help=EXPLAIN_SUMMARY, description=EXPLAIN_SUMMARY, parents=[common])
    explain.add_argument(
        "term", nargs="+", metavar="TERM", help="such as leaf-revocation-delay, last call, full report"
    )
    explain.set_defaults(standalone=standalone_commands.explain)
    demo = commands.add_parser("demo", help=DEMO_SUMMARY, description=DEMO_SUMMARY)
    demo.add_argument("--port", type=port, metavar="N", default=0, help="the port on this machine; 0: a free one")
    demo.add_argument("--no-browser", action="store_true", help="print the address without opening it")
    demo.set_defaults(standalone=standalone_commands.demo)


def _add_incident_commands(add: Callable[[str, Command, str], argparse.ArgumentParser]) -> None:
    incident = add("incident", incident_commands.show_incident, "One incident with the reasons for its sections")
    incident.add_argument("bug", metavar="BUG", help="a bug's number or link")
    deadlines = add(
        "deadlines", incident_commands.list_deadlines, "What is due and what appears overdue, what counts most first"
    )
    deadlines.add_argument("ca", nargs="*", metavar="CA", help="a CA owner under any of its names; none: all")
    deadlines.add_argument("--all", action="store_true", help="also what is met or unknown")
    history = add(
        "history",
        incident_commands.show_history,
        "The clocks that a CA missed in the past, by year and rule, beside all CAs",
    )
    history.add_argument("ca", nargs="+", metavar="CA", help="a CA owner under any of its names")
    commitments = add(
        "commitments", incident_commands.list_commitments, "What CAs promised, by when, and what became of it"
    )
    commitments.add_argument("ca", nargs="*", metavar="CA", help="a CA owner, then open or broken if wanted; none: all")
    for past_parser in (deadlines, commitments):
        past_parser.add_argument("--bug", metavar="N", help="only of this bug")
        past_parser.add_argument("--as-of", metavar="TIME", help="at a past moment, with what was known then")
    add("queue", incident_commands.show_queue, "What needs a word of a moderator today, what waits longest first")
    related = add(
        "similar",
        incident_commands.show_related,
        "Earlier incidents like one, and the table of related incidents for a report",
    )
    related.add_argument("bug", metavar="BUG", help="a bug's number or link")
    related.add_argument("--limit", type=positive_int, metavar="N", help="show the best N")

"""The commands that answer about incidents and mails."""

import argparse
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from bot.cli.output import print_error, show, write_json

if TYPE_CHECKING:  # they load every library that Rootwatch has
    from bot.app import App
    from handlers.queries.commitment_filters import CommitmentQuery
    from handlers.queries.deadline_filters import DeadlineQuery

Query = TypeVar("Query", "DeadlineQuery", "CommitmentQuery")

DEFAULT_TERMINAL_ROWS = 40


async def list_incidents(app: "App", args: argparse.Namespace) -> int:
    """List incidents."""
    from bot.terminal.json_output import incidents_document
    from handlers.actor import OPERATOR
    from handlers.queries.filters import IncidentQuery, parse_query

    options = IncidentQuery("", args.section, "open" if args.open else None, args.since, args.until)
    query = parse_query(" ".join(args.ca)).with_options(options)
    incidents = await app.use_cases.incidents.list(OPERATOR, query)
    if args.json:
        return write_json(incidents_document(incidents, app.use_cases.bug_url, args.limit))
    limit = args.limit or (DEFAULT_TERMINAL_ROWS if sys.stdout.isatty() else None)
    show(app, replace(incidents, incidents=incidents.incidents[:limit]))
    if limit is not None and limit < incidents.counts.total and args.limit is None:
        print_error(f"The newest {limit} are shown; --limit {incidents.counts.total} shows all.")
    return 0


async def list_messages(app: "App", args: argparse.Namespace) -> int:
    """List mails."""
    from bot.terminal.json_output import messages_document
    from handlers.actor import OPERATOR
    from handlers.queries.message_filters import parse_message_query

    flags = [f"{name}:{day}" for name, day in (("since", args.since), ("until", args.until)) if day]
    query = parse_message_query(" ".join([*args.about, *flags]))
    messages = await app.use_cases.messages.list(OPERATOR, query)
    limit = args.limit if args.json or args.limit or not sys.stdout.isatty() else DEFAULT_TERMINAL_ROWS
    messages = replace(messages, messages=messages.messages[:limit])
    return write_json(messages_document(messages)) if args.json else show(app, messages)


async def show_incident(app: "App", args: argparse.Namespace) -> int:
    """Show one incident with its clocks."""
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
        return show(app, IncidentCard(detail, clocks), explanation)
    related = await incidents.related(OPERATOR, bug)
    document = detail_document(detail, explanation, related, app.use_cases.bug_url)
    life = await app.use_cases.deadlines.life(OPERATOR, bug)
    return write_json(document | life_document(life, detail.incident.ca))


async def list_deadlines(app: "App", args: argparse.Namespace) -> int:
    """List what is due and overdue."""
    from bot.terminal.life_document import deadlines_document
    from handlers.actor import OPERATOR
    from handlers.queries.deadline_filters import parse_deadline_query

    query = _with_bug_and_moment(parse_deadline_query(" ".join(args.ca)), args)
    if args.all:
        query = replace(query, scope="all")
    deadlines = await app.use_cases.deadlines.list(OPERATOR, query)
    return write_json(deadlines_document(deadlines)) if args.json else show(app, deadlines)


async def show_history(app: "App", args: argparse.Namespace) -> int:
    """Show the clocks that a CA missed."""
    from bot.terminal.life_document import history_document
    from handlers.actor import OPERATOR

    history = await app.use_cases.missed_clocks.history(OPERATOR, " ".join(args.ca))
    return write_json(history_document(history)) if args.json else show(app, history)


async def list_commitments(app: "App", args: argparse.Namespace) -> int:
    """List promises."""
    from bot.terminal.commitment_document import commitments_document
    from handlers.actor import OPERATOR
    from handlers.queries.commitment_filters import parse_commitment_query

    query = _with_bug_and_moment(parse_commitment_query(" ".join(args.ca)), args)
    commitments = await app.use_cases.commitments.list(OPERATOR, query)
    return write_json(commitments_document(commitments)) if args.json else show(app, commitments)


async def show_queue(app: "App", args: argparse.Namespace) -> int:
    """Show what needs a word of a moderator."""
    from bot.terminal.queue_document import queue_document
    from handlers.actor import OPERATOR

    queue = await app.use_cases.queue.list(OPERATOR)
    return write_json(queue_document(queue)) if args.json else show(app, queue)


async def show_related(app: "App", args: argparse.Namespace) -> int:
    """Show earlier incidents like one."""
    from bot.terminal.json_output import related_document
    from handlers.actor import OPERATOR
    from handlers.parsing.bug_references import require_bug_number

    everything = await app.use_cases.incidents.related(OPERATOR, require_bug_number(args.bug))
    related = replace(everything, limit=args.limit)
    if args.json:
        return write_json(related_document(related))
    return show(app, related)


async def summarize(app: "App", args: argparse.Namespace) -> int:
    """Summarise a CA, a bug or a section."""
    from bot.terminal.summary_document import summary_document
    from handlers.actor import OPERATOR
    from handlers.queries.filters import IncidentQuery, parse_query

    query = parse_query(" ".join(args.subject)).with_options(IncidentQuery(since=args.since, until=args.until))
    summary = await app.use_cases.summaries.summarize(OPERATOR, query)
    return write_json(summary_document(summary)) if args.json else show(app, summary)


def _with_bug_and_moment(query: Query, args: argparse.Namespace) -> Query:
    """Return a query with the options --bug and --as-of."""
    from handlers.parsing.bug_references import require_bug_number
    from handlers.queries.deadline_filters import parse_moment

    if args.bug is not None:
        query = replace(query, bug=require_bug_number(args.bug))
    if args.as_of is not None:
        query = replace(query, as_of=parse_moment(args.as_of))
    return query

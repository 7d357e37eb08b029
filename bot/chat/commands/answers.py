"""The answers of the commands that only read, for the commands themselves and for the buttons that ask the same."""

import io
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

import discord

from bot.chat.components.ask_button import build_bug_view
from bot.chat.components.commitment_pages import build_commitment_page
from bot.chat.components.deadline_pages import build_deadline_page, build_history_page
from bot.chat.components.message_pages import build_message_page
from bot.chat.components.pagination import build_page
from bot.chat.components.related_view import ALL_COMMAND, TABLE_COMMAND, build_related_view
from bot.chat.components.summary_view import SECTIONS_COMMAND, SOURCES_COMMAND, build_summary_view
from bot.chat.context import Context, Interaction, actor_from, prefix_of, use_cases
from bot.chat.delivery.proposal_messages import build_section_view
from bot.chat.render.deadlines import card_clock_lines
from bot.chat.render.explanations import render_explanation_of_term
from bot.chat.render.incidents import (
    render_card_headline,
    render_explanation,
    render_explanation_headline,
    render_incident,
)
from bot.chat.render.message import Answer
from bot.chat.render.related import render_related
from bot.chat.render.sections import render_section
from bot.chat.render.summaries import render_sources, render_summary, render_summary_sections
from bot.formatting.related_table import related_rows
from handlers.errors import UserError
from handlers.parsing.bug_references import require_bug_number
from handlers.queries.commitment_filters import parse_commitment_query
from handlers.queries.deadline_filters import DeadlineQuery, parse_deadline_query
from handlers.queries.filters import IncidentQuery, parse_query
from handlers.queries.message_filters import parse_message_query
from handlers.results.related import RelatedIncidents
from handlers.results.summaries import GroupSummary

Source = Context | Interaction

TABLE_TEXT = "Related incidents of the two years before, to paste into a report:"


async def build_answer(source: Source, command: str, argument: str) -> Answer:
    """Return the answer of a command that only reads; raises UserError if a button names one that is no more."""
    build = ANSWERS.get(command)
    if build is None:
        raise UserError("This button is of an older version; please ask again.")
    return await build(source, argument)


async def incidents_answer(source: Source, text: str) -> Answer:
    """Return the first page of the incidents that a typed query finds."""
    return await build_page(source, parse_query(text), 0)


async def list_answer(source: Source, text: str) -> Answer:
    """Return the first page of the mails that a typed query finds."""
    return await build_message_page(source, parse_message_query(text), 0)


async def incident_answer(source: Source, bug: str) -> Answer:
    """Return one incident."""
    cases = use_cases(source)
    detail = await cases.incidents.detail(actor_from(source), require_bug_number(bug))
    number = detail.incident.bug.id
    clocks = await cases.deadlines.list(actor_from(source), DeadlineQuery(bug=number))
    lines = card_clock_lines(clocks, cases.bug_url)
    view = build_bug_view(number, cases.bug_url(number), has_clocks=bool(lines))
    return Answer(render_card_headline(detail), render_incident(detail, cases.bug_url, lines), view)


async def deadlines_answer(source: Source, text: str) -> Answer:
    """Return the first page of the clocks that a typed query asks for."""
    return await build_deadline_page(source, parse_deadline_query(text), 0)


async def history_answer(source: Source, ca: str) -> Answer:
    """Return the first page of the clocks that a CA missed."""
    return await build_history_page(source, ca, 0)


async def commitments_answer(source: Source, text: str) -> Answer:
    """Return the first page of the promises that a typed query asks for."""
    return await build_commitment_page(source, parse_commitment_query(text), 0)


async def explain_answer(source: Source, term: str) -> Answer:
    """Return what a tag, a clock or a form is."""
    cases = use_cases(source)
    return render_explanation_of_term(cases.explanations.explain(term), cases.bug_url)


async def why_answer(source: Source, bug: str) -> Answer:
    """Return how an incident's sections were found."""
    cases = use_cases(source)
    explanation = await cases.incidents.explain(actor_from(source), require_bug_number(bug))
    embed = render_explanation(explanation, cases.bug_url, prefix_of(source))
    return Answer(render_explanation_headline(explanation), embed)


async def similar_answer(source: Source, bug: str) -> Answer:
    """Return the earlier incidents that one refers to or resembles, with the buttons below them."""
    related = await _related(source, bug)
    answer = render_related(related, use_cases(source).bug_url)
    return replace(answer, view=build_related_view(related))


async def all_similar_answer(source: Source, bug: str) -> Answer:
    """Return all earlier incidents that are worth showing."""
    return render_related(await _related(source, bug), use_cases(source).bug_url, None)


async def similar_table_answer(source: Source, bug: str) -> Answer:
    """Return the table of related incidents for a report, alone and as a file of Markdown."""
    related = await _related(source, bug)
    rows = related_rows(related, use_cases(source).bug_url)
    if not rows:
        raise UserError("No incident of the two years before is related to this one, so its table would be empty.")
    text = io.BytesIO("\n".join((*rows, "")).encode())
    number = related.incident.bug.id
    return Answer(TABLE_TEXT, file=discord.File(text, f"related-incidents-{number}.md"))


async def _related(source: Source, bug: str) -> RelatedIncidents:
    return await use_cases(source).incidents.related(actor_from(source), require_bug_number(bug))


async def summary_answer(source: Source, text: str) -> Answer:
    """Return the summary that a typed query asks for."""
    return await summarize(source, parse_query(text))


async def summarize(source: Source, query: IncidentQuery) -> Answer:
    """Return the summary of a CA owner, a section or a bug, with the buttons below it."""
    cases = use_cases(source)
    summary = await cases.summaries.summarize(actor_from(source), query)
    answer = render_summary(summary, cases.bug_url)
    return replace(answer, view=build_summary_view(summary, cases.bug_url))


async def summary_sections_answer(source: Source, text: str) -> Answer:
    """Return which bugs are in each section of a summary."""
    cases = use_cases(source)
    return render_summary_sections(await _group_summary(source, text), cases.bug_url)


async def summary_sources_answer(source: Source, text: str) -> Answer:
    """Return which bugs the figures of a summary count."""
    cases = use_cases(source)
    return render_sources(await _group_summary(source, text), cases.bug_url)


async def _group_summary(source: Source, text: str) -> GroupSummary:
    summary = await use_cases(source).summaries.summarize(actor_from(source), parse_query(text))
    if isinstance(summary, GroupSummary):
        return summary
    raise UserError("That is the number of a bug, and a bug's summary has no such list.", example=f"summary {text}")


async def section_answer(source: Source, name: str) -> Answer:
    """Return one section, with the buttons to vote on it, check and preview it."""
    detail = await use_cases(source).sections.detail(actor_from(source), name)
    answer = render_section(detail, use_cases(source).bug_url, prefix_of(source))
    if source.guild is None or detail.ballot is None:
        return answer
    return replace(answer, view=build_section_view(detail.ballot))


ANSWERS: Mapping[str, Callable[[Source, str], Awaitable[Answer]]] = {
    "incidents": incidents_answer,
    "list": list_answer,
    "incident": incident_answer,
    "deadlines": deadlines_answer,
    "history": history_answer,
    "commitments": commitments_answer,
    "explain": explain_answer,
    "why": why_answer,
    "similar": similar_answer,
    ALL_COMMAND: all_similar_answer,
    TABLE_COMMAND: similar_table_answer,
    "summary": summary_answer,
    "section": section_answer,
    SECTIONS_COMMAND: summary_sections_answer,
    SOURCES_COMMAND: summary_sources_answer,
}

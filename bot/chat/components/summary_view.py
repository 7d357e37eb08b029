"""The buttons below a summary: the open ones, what is in each section, and what the figures count."""

import discord

from bot.chat.components.ask_button import AskButton, build_bug_view, fits_into_id
from bot.formatting.links import BugUrl
from handlers.results.summaries import BugSummary, GroupSummary, Summary

SECTIONS_COMMAND, SOURCES_COMMAND = "summarysections", "summarysources"


def build_summary_view(summary: Summary, bug_url: BugUrl) -> discord.ui.View | None:
    """Return the buttons for a summary; None if none of them would show anything."""
    if isinstance(summary, BugSummary):
        bug = summary.incident.bug.id
        return build_bug_view(bug, bug_url(bug))
    view = discord.ui.View(timeout=None)
    for command, argument, label in _questions(summary):
        if fits_into_id(command, argument):
            view.add_item(AskButton(command, argument, label))
    return view if view.children else None


def _questions(summary: GroupSummary) -> list[tuple[str, str, str]]:
    """Return the command, argument and label of each button."""
    scope, questions = summary.scope, []
    if summary.open_incidents:
        query = scope.query if scope.state else f"{scope.query} open:yes"
        questions.append(("incidents", query, "Open ones"))
    if len(summary.incidents) > 1:
        label = "By CA" if scope.kind == "section" else "By section"
        questions.append((SECTIONS_COMMAND, scope.summary_query, label))
        questions.append((SOURCES_COMMAND, scope.summary_query, "Sources"))
    return questions

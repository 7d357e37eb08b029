"""The buttons below related incidents: all of them, and the table of them for a report."""

import discord

from bot.chat.components.ask_button import AskButton
from bot.formatting.related_text import count_hidden
from handlers.results.related import RelatedIncidents

ALL_COMMAND, TABLE_COMMAND = "similarall", "similartable"


def build_related_view(related: RelatedIncidents) -> discord.ui.View | None:
    """Return the buttons for related incidents; None if there is nothing more to show."""
    view, bug = discord.ui.View(timeout=None), str(related.incident.bug.id)
    if hidden := count_hidden(related):
        view.add_item(AskButton(ALL_COMMAND, bug, f"{hidden} more"))
    if related.table:
        view.add_item(AskButton(TABLE_COMMAND, bug, "Table for a report"))
    return view if view.children else None

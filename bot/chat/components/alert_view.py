"""The buttons below alerts."""

import discord

from bot.chat.components.ask_button import AskButton, link_button
from bot.chat.components.correction_menu import WrongSectionButton
from bot.chat.components.propose_button import ProposeSectionButton
from bot.formatting.alert_text import first_day
from bot.formatting.links import BugUrl
from handlers.results.alerts import Alert, CatchUpAlert, IncidentAlert, MessageAlert


def build_alert_view(alert: Alert, event_id: int | None, bug_url: BugUrl) -> discord.ui.View | None:
    """Return the buttons below an event's alert, None if it has none."""
    view = discord.ui.View(timeout=None)
    match alert:
        case IncidentAlert():
            bug = alert.incident.bug.id
            view.add_item(link_button(bug_url(bug)))
            view.add_item(AskButton("similar", str(bug), "Similar"))
            view.add_item(WrongSectionButton(bug))
        case MessageAlert() if alert.requested_section and event_id is not None:
            view.add_item(ProposeSectionButton(event_id))
        case CatchUpAlert() if alert.incidents and (since := first_day(alert)):
            view.add_item(AskButton("incidents", f"since:{since}", "List with titles"))
        case _:
            return None
    return view

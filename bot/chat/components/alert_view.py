"""The buttons below alerts."""

import discord

from bot.chat.components.correction_menu import WrongSectionButton
from bot.chat.components.propose_button import ProposeSectionButton
from handlers.results.alerts import Alert, IncidentAlert, MessageAlert


def build_alert_view(alert: Alert, event_id: int | None) -> discord.ui.View | None:
    """Return the buttons below an event's alert, None if it has none."""
    view = discord.ui.View(timeout=None)
    match alert:
        case IncidentAlert():
            view.add_item(WrongSectionButton(alert.incident.bug.id))
        case MessageAlert() if alert.requested_section and event_id is not None:
            view.add_item(ProposeSectionButton(event_id))
        case _:
            return None
    return view

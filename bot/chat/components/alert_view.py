"""Which buttons stand below which alert."""

import discord

from bot.chat.components.correction_menu import WrongSectionButton
from bot.chat.components.propose_button import ProposeSectionButton
from handlers.results import Alert, IncidentAlert, MessageAlert


def alert_buttons(alert: Alert, event: int | None) -> discord.ui.View | None:
    """Return the buttons below an event's alert, None where it has none."""
    view = discord.ui.View(timeout=None)
    match alert:
        case IncidentAlert():
            view.add_item(WrongSectionButton(alert.incident.bug.id))
        case MessageAlert() if alert.requested_section and event is not None:
            view.add_item(ProposeSectionButton(event))
        case _:
            return None
    return view

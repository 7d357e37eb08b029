"""The menu below a list of incidents that shows one of them to the member who chose it."""

import discord

from bot.chat.components.persistent import PersistentItem, Select
from bot.chat.context import Interaction, reply_ephemeral, services
from bot.chat.render.escape import MAX_CHOICE, MAX_OPTIONS
from bot.formatting.plain import to_single_line
from handlers.errors import UserError
from handlers.results.incidents import IncidentList

PLACEHOLDER = "Show one of these"


class IncidentSelect(PersistentItem[Select], template=r"rw:show", operation="The menu of incidents"):
    """Answers as the command `incident` does, visible only to the member who chose."""

    def __init__(self, options: list[discord.SelectOption] | None = None) -> None:
        super().__init__(discord.ui.Select(custom_id="rw:show", placeholder=PLACEHOLDER, options=options or []))

    async def on_use(self, interaction: Interaction) -> None:
        """Send the chosen incident."""
        bug = next(iter(self.item.values), "")
        if not bug:
            raise UserError("Choose one of the incidents.")
        await reply_ephemeral(interaction, services(interaction).build_answer(interaction, "incident", bug))


def add_incident_menu(view: discord.ui.View, incidents: IncidentList) -> None:
    """Add the menu of the incidents that a page shows, if there are any."""
    options = [
        discord.SelectOption(
            label=to_single_line(f"{incident.bug.id} {incident.title}", MAX_CHOICE), value=str(incident.bug.id)
        )
        for incident in incidents.incidents[:MAX_OPTIONS]
    ]
    if options:
        view.add_item(IncidentSelect(options))

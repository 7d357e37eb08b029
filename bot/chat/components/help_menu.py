"""The menu below the help, which explains one group of commands."""

import discord

from bot.chat.components.persistent import PersistentItem, Select
from bot.chat.context import Interaction, prefix_of
from bot.chat.render.help import render_group_help
from bot.formatting.command_specs import GROUPS
from handlers.errors import UserError


class HelpMenu(PersistentItem[Select], template=r"rw:help", operation="The menu of commands"):
    """Explains the commands of the chosen group, visible only to the member who chose it."""

    def __init__(self) -> None:
        options = [discord.SelectOption(label=group) for group in GROUPS]
        super().__init__(
            discord.ui.Select(custom_id="rw:help", placeholder="Explain these commands …", options=options)
        )

    async def on_use(self, interaction: Interaction) -> None:
        """Send the explanation."""
        group = next(iter(self.item.values), "")
        if group not in GROUPS:
            raise UserError("This menu is of an older version.", example="help")
        answer = render_group_help(group, prefix_of(interaction))
        await interaction.response.send_message(**answer.options(), ephemeral=True)


def build_help_view() -> discord.ui.View:
    """Return the menu."""
    view = discord.ui.View(timeout=None)
    view.add_item(HelpMenu())
    return view

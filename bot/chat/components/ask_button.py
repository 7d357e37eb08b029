"""A button that asks one of the questions that commands ask, and the link to a bug."""

import discord

from bot.chat.components.persistent import Button, PersistentItem
from bot.chat.context import Interaction, reply_ephemeral, services
from bot.chat.render.escape import MAX_BUTTON_LABEL, MAX_CUSTOM_ID, MAX_ID_ARGUMENT
from bot.formatting.plain import to_single_line


class AskButton(
    PersistentItem[Button],
    template=rf"rw:ask:(?P<command>[a-z]{{1,20}}):(?P<argument>.{{1,{MAX_ID_ARGUMENT}}})",
    operation="A button that asks a question",
):
    """Answers as a command does, visible only to the member who pressed it."""

    def __init__(self, command: str, argument: str, label: str = "") -> None:
        self.command = command
        self.argument = argument
        text = to_single_line(label or f"{command} {argument}", MAX_BUTTON_LABEL)
        super().__init__(discord.ui.Button(label=text, custom_id=f"rw:ask:{command}:{argument}"))

    async def on_use(self, interaction: Interaction) -> None:
        """Send the answer."""
        answer = services(interaction).build_answer(interaction, self.command, self.argument)
        await reply_ephemeral(interaction, answer)


def build_bug_view(bug: int, url: str, *, has_clocks: bool = False) -> discord.ui.View:
    """Return the buttons below what is said of one bug: its page, and what else can be asked about it."""
    view = discord.ui.View(timeout=None)
    view.add_item(link_button(url))
    view.add_item(AskButton("why", str(bug), "Why"))
    view.add_item(AskButton("similar", str(bug), "Similar"))
    if has_clocks:
        view.add_item(AskButton("deadlines", str(bug), "Deadlines"))
    return view


def fits_into_id(command: str, argument: str) -> bool:
    """Return whether a question can be a button: the argument is part of its id."""
    argument_fits = 0 < len(argument) <= MAX_ID_ARGUMENT and "\n" not in argument
    return argument_fits and len(f"rw:ask:{command}:{argument}") <= MAX_CUSTOM_ID


def link_button(url: str, label: str = "Open bug") -> Button:
    """Return a button that opens a page in the member's browser."""
    return discord.ui.Button(style=discord.ButtonStyle.link, label=label, url=url)

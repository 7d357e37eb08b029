"""A parameter that is a number as a slash option, and the whole line by prefix."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.context import Context, Interaction


class NumberOrLine(app_commands.Transformer, commands.Converter[str]):
    """The first option of a command that is one line by prefix: an int from Discord, or that line as it was typed."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        """The type of the slash option."""
        return discord.AppCommandOptionType.integer

    async def transform(self, _interaction: Interaction, value: int, /) -> int:
        """Return the number of the slash option."""
        return value

    async def convert(self, _ctx: Context, argument: str) -> str:
        """Return the line after the command's name."""
        return argument

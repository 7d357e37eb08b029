"""The command for moderators: queue."""

from discord import app_commands
from discord.ext import commands

from bot.chat.commands.hybrid_command import hybrid_command
from bot.chat.components.queue_pages import build_queue_page
from bot.chat.context import Context, reply


class QueueCommands(commands.Cog):
    """What needs a word today; the permission is checked where the queue is made."""

    @hybrid_command("queue")
    @app_commands.guild_only()
    async def queue(self, ctx: Context) -> None:
        """List the incidents that need a word, what waits longest first."""
        await reply(ctx, build_queue_page(ctx, 0))

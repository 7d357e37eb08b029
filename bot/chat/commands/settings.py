"""The command for a server's settings."""

from discord import app_commands
from discord.ext import commands

from bot.chat.commands.hybrid_command import hybrid_command
from bot.chat.context import Context, actor_from, prefix_of, reply, services, use_cases
from bot.chat.render.message import Answer
from bot.chat.render.settings import render_settings
from handlers.errors import UserError


class SettingsCommands(commands.Cog):
    """What stands before commands in this server."""

    @hybrid_command("settings")
    @app_commands.guild_only()
    @app_commands.describe(prefix="What stands before commands: 1 to 5 characters, or default")
    async def settings(self, ctx: Context, *, prefix: str = "") -> None:
        """Show or change this server's settings."""
        await reply(ctx, self._build_settings(ctx, prefix))

    async def _build_settings(self, ctx: Context, text: str) -> Answer:
        settings, actor = use_cases(ctx).settings, actor_from(ctx)
        # by prefix, the option's name is part of the line
        name, _, typed = text.strip().partition(" ") if not ctx.interaction else ("prefix", "", text.strip())
        if not text.strip():
            current = await settings.show(actor)
        elif name.casefold() == "prefix" and typed.strip():
            current = await settings.set_prefix(actor, typed.strip())
            services(ctx).set_prefix(actor.community, current.prefix)
        else:
            raise UserError("Only the prefix can be set.", example="settings prefix ?")
        return render_settings(prefix_of(ctx), is_default=current.prefix is None, is_changed=bool(text.strip()))

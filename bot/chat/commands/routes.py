"""Commands for alert routes: watch, unwatch, watches. They need the permission Manage Server."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.commands.hybrid_command import hybrid_command
from bot.chat.context import Context, actor_from, defer_if_slow, queries_for, reply
from bot.chat.render.routes import EVENT_LABELS, render_routes
from handlers.errors import UserError


class RouteCommands(commands.Cog):
    """Which channels receive alerts.

    `default_permissions` hides the slash commands only and servers can override it, so the permission is checked again.
    """

    @hybrid_command("watch")
    @app_commands.default_permissions(manage_guild=True)
    @commands.guild_only()
    @commands.has_permissions(manage_guild=True)
    async def watch(self, ctx: Context) -> None:
        """Send new incidents and list messages to this channel."""
        _require_send_permissions(ctx)
        route = await defer_if_slow(queries_for(ctx).watch(actor_from(ctx)), ctx.defer)
        kinds = " and ".join(EVENT_LABELS.get(kind, kind) for kind in route.kinds if kind != "catch-up")
        await ctx.send(f"From now on {kinds} are posted in <#{route.channel}>; `unwatch` ends it.")

    @hybrid_command("unwatch")
    @app_commands.default_permissions(manage_guild=True)
    @commands.guild_only()
    @commands.has_permissions(manage_guild=True)
    async def unwatch(self, ctx: Context) -> None:
        """Stop sending alerts to this channel."""
        was_watched = await defer_if_slow(queries_for(ctx).unwatch(actor_from(ctx)), ctx.defer)
        await ctx.send("Nothing more is posted in this channel." if was_watched else "This channel was not watched.")

    @hybrid_command("watches")
    @app_commands.default_permissions(manage_guild=True)
    @commands.guild_only()
    @commands.has_permissions(manage_guild=True)
    async def watches(self, ctx: Context) -> None:
        """List the channels of this server that receive alerts."""
        await reply(ctx, self._build_routes(ctx))

    async def _build_routes(self, ctx: Context) -> discord.Embed:
        return render_routes(await queries_for(ctx).watches(actor_from(ctx)))


def _require_send_permissions(ctx: Context) -> None:
    """Raise UserError if the bot lacks permissions here that alerts need, rather than fail at the first alert."""
    if isinstance(ctx.channel, discord.Thread):
        sending = ("Send Messages in Threads", ctx.bot_permissions.send_messages_in_threads)
    else:
        sending = ("Send Messages", ctx.bot_permissions.send_messages)
    required = (
        ("View Channel", ctx.bot_permissions.view_channel),
        sending,
        ("Embed Links", ctx.bot_permissions.embed_links),
    )
    missing = [name for name, granted in required if not granted]
    if missing:
        raise UserError(
            f"I cannot post alerts in this channel: I lack {' and '.join(missing)} here. Grant it and try again."
        )

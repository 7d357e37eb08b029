"""Commands for alert routes: watch, unwatch, watches. They need the permission Manage Server."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.commands.hybrid_command import hybrid_command
from bot.chat.context import Context, actor_from, defer_if_slow, prefix_of, reply, use_cases
from bot.chat.render.message import Answer
from bot.chat.render.routes import render_routes
from storage.values.outbox import KIND_NAMES


class RouteCommands(commands.Cog):
    """Which channels receive alerts.

    `default_permissions` only hides the slash commands; the permission is checked where routes are changed.
    """

    @hybrid_command("watch")
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def watch(self, ctx: Context) -> None:
        """Send new incidents and list messages to this channel."""
        watch = use_cases(ctx).routes.watch(actor_from(ctx), _missing_permissions(ctx))
        route = await defer_if_slow(watch, ctx.defer)
        kinds = " and ".join(KIND_NAMES.get(kind, kind) for kind in route.kinds if kind != "catch-up")
        await ctx.send(f"From now on {kinds} are posted in <#{route.channel}>; `{prefix_of(ctx)}unwatch` ends it.")

    @hybrid_command("unwatch")
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def unwatch(self, ctx: Context) -> None:
        """Stop sending alerts to this channel."""
        was_watched = await defer_if_slow(use_cases(ctx).routes.unwatch(actor_from(ctx)), ctx.defer)
        await ctx.send("Nothing more is posted in this channel." if was_watched else "This channel was not watched.")

    @hybrid_command("watches")
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def watches(self, ctx: Context) -> None:
        """List the channels of this server that receive alerts."""
        await reply(ctx, self._build_routes(ctx))

    async def _build_routes(self, ctx: Context) -> Answer:
        routes = await use_cases(ctx).routes.list(actor_from(ctx))
        channels = ctx.guild.channels if ctx.guild else ()
        threads = ctx.guild.threads if ctx.guild else ()
        names = {channel.id: channel.name for channel in (*channels, *threads)}
        return render_routes(routes, prefix_of(ctx), names)


def _missing_permissions(ctx: Context) -> list[str]:
    """Return the permissions that alerts need and the bot lacks in this channel."""
    if isinstance(ctx.channel, discord.Thread):
        sending = ("Send Messages in Threads", ctx.bot_permissions.send_messages_in_threads)
    else:
        sending = ("Send Messages", ctx.bot_permissions.send_messages)
    required = (
        ("View Channel", ctx.bot_permissions.view_channel),
        sending,
        ("Embed Links", ctx.bot_permissions.embed_links),
    )
    return [name for name, granted in required if not granted]

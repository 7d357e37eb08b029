"""Commands that say where alerts go: watch, unwatch, watches. For those who may manage the server."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.context import Context, answer, answers_for, asker_of, command, in_time
from bot.chat.render.incidents import KINDS, render_watches
from handlers.results import UserError


class WatchCommands(commands.Cog):
    """Which channels are sent what.

    Discord hides these commands from whom `default_permissions` names not, but a server may set that aside, and the
    prefix knows nothing of it: the permission is checked each time as well.
    """

    @command("watch")
    @app_commands.default_permissions(manage_guild=True)
    @commands.guild_only()
    @commands.has_permissions(manage_guild=True)
    async def watch(self, ctx: Context) -> None:
        """Send new incidents and list messages to this channel."""
        _refuse_where_alerts_cannot_be_sent(ctx)
        route = await in_time(answers_for(ctx).watch(asker_of(ctx)), ctx.defer)
        kinds = " and ".join(KINDS.get(kind, kind) for kind in route.kinds if kind != "catch-up")
        await ctx.send(f"From now on {kinds} are posted in <#{route.channel}>; `unwatch` ends it.")

    @command("unwatch")
    @app_commands.default_permissions(manage_guild=True)
    @commands.guild_only()
    @commands.has_permissions(manage_guild=True)
    async def unwatch(self, ctx: Context) -> None:
        """Send nothing more to this channel."""
        was_watched = await in_time(answers_for(ctx).unwatch(asker_of(ctx)), ctx.defer)
        said = "Nothing more is posted in this channel." if was_watched else "This channel was not watched."
        await ctx.send(said)

    @command("watches")
    @app_commands.default_permissions(manage_guild=True)
    @commands.guild_only()
    @commands.has_permissions(manage_guild=True)
    async def watches(self, ctx: Context) -> None:
        """List the channels of this server that are sent alerts."""
        await answer(ctx, self._find_watches(ctx))

    async def _find_watches(self, ctx: Context) -> discord.Embed:
        return render_watches(await answers_for(ctx).watches(asker_of(ctx)))


def _refuse_where_alerts_cannot_be_sent(ctx: Context) -> None:
    """Say now what would else be found out with the first alert, when nobody looks."""
    if isinstance(ctx.channel, discord.Thread):
        speaking = ("Send Messages in Threads", ctx.bot_permissions.send_messages_in_threads)
    else:
        speaking = ("Send Messages", ctx.bot_permissions.send_messages)
    needed = (
        ("View Channel", ctx.bot_permissions.view_channel),
        speaking,
        ("Embed Links", ctx.bot_permissions.embed_links),
    )
    lacking = [name for name, granted in needed if not granted]
    if lacking:
        raise UserError(
            f"I cannot post alerts in this channel: I lack {' and '.join(lacking)} here. Grant it and try again."
        )

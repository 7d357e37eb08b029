"""Commands about Rootwatch itself: status, help."""

from dataclasses import replace

from discord import app_commands
from discord.ext import commands

from bot.chat.autocomplete import Choice
from bot.chat.commands.hybrid_command import hybrid_command
from bot.chat.components.help_menu import build_help_view
from bot.chat.context import Context, Interaction, actor_from, prefix_of, reply, use_cases
from bot.chat.render.escape import MAX_CHOICES
from bot.chat.render.help import render_command_help, render_help
from bot.chat.render.message import Answer
from bot.chat.render.status import render_status
from bot.formatting.command_specs import COMMANDS, find_spec
from handlers.errors import UserError


async def suggest_commands(_interaction: Interaction, typed: str) -> list[Choice]:
    """Suggest our own commands."""
    fragment = typed.strip().casefold()
    names = [spec.name for spec in COMMANDS if fragment in spec.name]
    names.sort(key=lambda name: not name.startswith(fragment))
    return [app_commands.Choice(name=name, value=name) for name in names[:MAX_CHOICES]]


class StatusCommands(commands.Cog):
    """The status and the help."""

    @hybrid_command("status")
    async def status(self, ctx: Context) -> None:
        """Show how fresh the data is; to who may manage the server, also what went wrong."""
        await reply(ctx, self._build_status(ctx))

    async def _build_status(self, ctx: Context) -> Answer:
        return render_status(await use_cases(ctx).status.status(), detailed=actor_from(ctx).may_manage)

    @hybrid_command("help")
    @app_commands.rename(command_="command")
    @app_commands.describe(command_="The command to explain; without one, all are listed")
    @app_commands.autocomplete(command_=suggest_commands)
    async def help(self, ctx: Context, *, command_: str = "") -> None:
        """List all commands, or explain one; a slash command is answered to its member alone."""
        answer = self._build_help(ctx, command_.strip())
        await ctx.send(**answer.options(), ephemeral=True)

    def _build_help(self, ctx: Context, name: str) -> Answer:
        call = prefix_of(ctx)
        if not name:
            bot_name = ctx.guild.me.display_name if ctx.guild else ctx.me.display_name
            return replace(render_help(call, bot_name), view=build_help_view())
        spec = find_spec(name.casefold().removeprefix(call).removeprefix("/"))
        if spec is None:
            raise UserError(f"There is no command {name[:40]}; `help` lists them all.")
        return render_command_help(spec, call)

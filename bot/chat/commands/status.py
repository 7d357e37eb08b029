"""Commands about Rootwatch itself: status, help."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.autocomplete import MAX_CHOICES, Choice
from bot.chat.commands.hybrid_command import hybrid_command
from bot.chat.context import Context, Interaction, reply, services, use_cases
from bot.chat.render.common import NEUTRAL_COLOUR
from bot.chat.render.escape import clamp_embed
from bot.chat.render.status import render_status
from bot.formatting.command_specs import COMMANDS, CommandSpec, find_spec
from bot.formatting.plain import to_single_line
from handlers.errors import UserError

WITHOUT_MESSAGE_CONTENT = (
    "I cannot read messages here, so the prefix `{prefix}` does not work: write `/`, or mention me, "
    "as in `@{name} incidents Entrust`."
)
WITH_MESSAGE_CONTENT = (
    "Each works as `{prefix}command`, as `/command`, and after a mention: `@{name} incidents Entrust`."
)
NOTE = "Everything but the filters is read as the CA, spaces and colons included. Days are UTC, both ends included."


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
        """Show how fresh the data is and what went wrong last."""
        await reply(ctx, self._build_status(ctx))

    async def _build_status(self, ctx: Context) -> discord.Embed:
        return render_status(await use_cases(ctx).status.status())

    @hybrid_command("help")
    @app_commands.rename(command_="command")
    @app_commands.describe(command_="The command to explain; without one, all are listed")
    @app_commands.autocomplete(command_=suggest_commands)
    async def help(self, ctx: Context, *, command_: str = "") -> None:
        """List all commands with examples, or explain one."""
        bot = services(ctx)
        bot_name = ctx.guild.me.display_name if ctx.guild else ctx.me.display_name
        if not command_.strip():
            await ctx.send(embed=render_help(bot.prefix, bot_name, has_message_content=bot.has_message_content))
            return
        spec = find_spec(command_.strip().casefold().removeprefix(bot.prefix).removeprefix("/"))
        if spec is None:
            raise UserError(f"There is no command {command_[:40]}; `help` lists them all.")
        await ctx.send(embed=render_command_help(spec, bot.prefix if bot.has_message_content else "/"))


def render_help(prefix: str, bot_name: str, *, has_message_content: bool) -> discord.Embed:
    """Render all commands with an example each, and how they can be called."""
    shown_prefix = prefix if has_message_content else "/"
    introduction = (WITH_MESSAGE_CONTENT if has_message_content else WITHOUT_MESSAGE_CONTENT).format(
        prefix=prefix, name=to_single_line(bot_name.replace("`", ""), 32)
    )
    lines = [f"`{shown_prefix}{spec.name}` {spec.summary}" for spec in COMMANDS]
    examples = [f"{shown_prefix}{example}" for spec in COMMANDS if spec.usage for example in spec.examples[-1:]]
    description = f"{introduction}\n\n" + "\n".join(lines)
    embed = discord.Embed(title="What you can ask", description=description, colour=NEUTRAL_COLOUR)
    if has_message_content:
        embed.add_field(name="Examples", value="\n".join(f"`{example}`" for example in examples), inline=False)
    return clamp_embed(embed.set_footer(text=NOTE))


def render_command_help(spec: CommandSpec, prefix: str) -> discord.Embed:
    """Render one command: its summary, its usage and examples."""
    embed = discord.Embed(title=f"{prefix}{spec.name}", description=spec.summary, colour=NEUTRAL_COLOUR)
    embed.add_field(name="Usage", value=f"`{prefix}{spec.name} {spec.usage}`".replace(" `", "`"), inline=False)
    examples = "\n".join(f"`{prefix}{example}`" for example in spec.examples)
    return clamp_embed(embed.add_field(name="Examples", value=examples, inline=False))

"""Commands about Rootwatch itself: status, help."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.autocomplete import Choice
from bot.chat.commands.command_spec import Wording
from bot.chat.commands.specs import COMMANDS, wording_of
from bot.chat.context import Context, Interaction, answer, answers_for, command, serving
from bot.chat.render.escape import fit, plain
from bot.chat.render.incidents import PLAIN, render_status
from handlers.results import UserError

WITHOUT_MESSAGES = (
    "I cannot read messages here, so the prefix `{prefix}` does not work: write `/`, or mention me, "
    "as in `@{name} incidents Entrust`."
)
WITH_MESSAGES = "Each works as `{prefix}command`, as `/command`, and after a mention: `@{name} incidents Entrust`."
NOTE = "What is no flag is the CA, spaces and colons included. Days are UTC, both ends included."


async def suggest_commands(_interaction: Interaction, typed: str) -> list[Choice]:
    """Suggest our own commands."""
    fitting = [one.name for one in COMMANDS if typed.strip().casefold() in one.name]
    return [app_commands.Choice(name=name, value=name) for name in fitting]


class StatusCommands(commands.Cog):
    """How Rootwatch is, and what it can be asked."""

    @command("status")
    async def status(self, ctx: Context) -> None:
        """Tell how fresh everything is and what went wrong last."""
        await answer(ctx, self._find_status(ctx))

    async def _find_status(self, ctx: Context) -> discord.Embed:
        return render_status(await answers_for(ctx).status())

    @command("help")
    @app_commands.rename(command_="command")
    @app_commands.describe(command_="One command to be told of")
    @app_commands.autocomplete(command_=suggest_commands)
    async def help(self, ctx: Context, *, command_: str = "") -> None:
        """Tell what can be asked, with examples."""
        client = serving(ctx)
        name = ctx.guild.me.display_name if ctx.guild else ctx.me.display_name
        if not command_.strip():
            await ctx.send(embed=render_help(client.prefix, name, reads_messages=client.reads_messages))
            return
        wording = wording_of(command_.strip().casefold().removeprefix(client.prefix).removeprefix("/"))
        if wording is None:
            raise UserError(f"There is no command {command_[:40]}; `help` lists them all.")
        await ctx.send(embed=render_command_help(wording, client.prefix if client.reads_messages else "/"))


def render_help(prefix: str, name: str, *, reads_messages: bool) -> discord.Embed:
    """Render all commands with an example each, and how they can be written here."""
    before = prefix if reads_messages else "/"
    how = (WITH_MESSAGES if reads_messages else WITHOUT_MESSAGES).format(
        prefix=prefix, name=plain(name.replace("`", ""), 32)
    )
    lines = [f"`{before}{one.name}` {one.what}" for one in COMMANDS]
    examples = [f"{before}{example}" for one in COMMANDS if one.usage for example in one.examples[-1:]]
    embed = discord.Embed(title="What you can ask", description=f"{how}\n\n" + "\n".join(lines), colour=PLAIN)
    if reads_messages:
        embed.add_field(name="Examples", value="\n".join(f"`{example}`" for example in examples), inline=False)
    return fit(embed.set_footer(text=NOTE))


def render_command_help(wording: Wording, before: str) -> discord.Embed:
    """Render one command: what it is for, how it is written, examples."""
    embed = discord.Embed(title=f"{before}{wording.name}", description=wording.what, colour=PLAIN)
    embed.add_field(name="Written", value=f"`{before}{wording.name} {wording.usage}`".replace(" `", "`"), inline=False)
    examples = "\n".join(f"`{before}{example}`" for example in wording.examples)
    return fit(embed.add_field(name="For example", value=examples, inline=False))

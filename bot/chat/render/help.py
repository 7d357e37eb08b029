"""The help as answers: all commands by group, one group, one command."""

import discord

from bot.chat.render.common import NEUTRAL_COLOUR
from bot.chat.render.escape import clamp_embed, escape_markdown
from bot.chat.render.message import Answer
from bot.formatting.command_specs import COMMANDS, GROUPS, CommandSpec

WITHOUT_MESSAGE_CONTENT = "I may not read messages here: write `/`, or mention me, as in `@{name} incidents Entrust`."
WITH_MESSAGE_CONTENT = "`/` and a mention work too: `@{name} incidents Entrust`."


def render_help(call: str, bot_name: str) -> Answer:
    """Render the groups of commands; `call` is what stands before a command here."""
    content = f"Ask me for example `{call}incidents Entrust`."
    name = bot_name.replace("`", "")[:32]
    embed = discord.Embed(
        description=(WITHOUT_MESSAGE_CONTENT if call == "/" else WITH_MESSAGE_CONTENT).format(name=name),
        colour=NEUTRAL_COLOUR,
    )
    for group in GROUPS:
        names = " ".join(f"`{spec.name}`" for spec in COMMANDS if spec.group == group)
        embed.add_field(name=group, value=names, inline=False)
    return Answer(content, clamp_embed(embed))


def render_group_help(group: str, call: str) -> Answer:
    """Render the commands of a group, each with its purpose and an example."""
    lines = [
        f"`{call}{spec.examples[0]}`\n{escape_markdown(spec.summary, 200)}" for spec in COMMANDS if spec.group == group
    ]
    return Answer(f"**{group}**", clamp_embed(discord.Embed(description="\n".join(lines), colour=NEUTRAL_COLOUR)))


def render_command_help(spec: CommandSpec, call: str) -> Answer:
    """Render one command: its purpose, its usage and examples."""
    usage = f"`{call}{spec.name} {spec.usage}`".replace(" `", "`")
    examples = "\n".join(f"`{call}{example}`" for example in spec.examples)
    embed = discord.Embed(description=f"{usage}\nFor example\n{examples}", colour=NEUTRAL_COLOUR)
    return Answer(f"`{call}{spec.name}`: {escape_markdown(spec.summary, 200)}", clamp_embed(embed))

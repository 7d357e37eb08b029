"""The settings of a server as an answer."""

import discord

from bot.chat.render.common import NEUTRAL_COLOUR
from bot.chat.render.escape import clamp_embed, escape_markdown
from bot.chat.render.message import Answer


def render_settings(prefix: str, *, is_default: bool, is_changed: bool) -> Answer:
    """Render what stands before commands here; `prefix` is "/" where only slash commands and mentions work."""
    if prefix == "/":
        content = "Here commands begin with / or a mention: I may not read messages."
        return Answer(content)
    now = "Commands now begin" if is_changed else "Commands begin"
    default = ", as everywhere by default" if is_default else ""
    content = f"{now} with {escape_markdown(prefix, 20)} in this server{default}."
    hint = (
        f"For example `{prefix}incidents Entrust`; a mention and / always work.\n"
        f"`{prefix}settings prefix ?` changes it (permission Manage Server), and "
        f"`{prefix}settings prefix default` undoes that."
    )
    return Answer(content, clamp_embed(discord.Embed(description=hint, colour=NEUTRAL_COLOUR)))

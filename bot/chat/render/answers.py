"""What takes the place of an answer that showed an incident which can no longer be shown."""

from collections.abc import Sequence

import discord

from bot.chat.render.common import CLOSED_COLOUR
from bot.chat.render.escape import clamp_embed

MAX_NAMED = 10


def render_withdrawn_answer(restricted: Sequence[int], outdated: Sequence[int]) -> discord.Embed:
    """Say which bugs the answer showed, and why it no longer does."""
    sentences = []
    if restricted:
        became = "which became restricted and can no longer be read"
        sentences.append(f"This answer showed {_name(restricted)}, {became}.")
    if rest := [bug for bug in outdated if bug not in restricted]:
        sentences.append(f"This answer quoted {_name(rest)}, whose text has been changed or hidden since.")
    sentences.append("Ask again for what can be shown now.")
    return clamp_embed(discord.Embed(description=" ".join(sentences), colour=CLOSED_COLOUR))


def _name(bugs: Sequence[int]) -> str:
    named = ", ".join(str(bug) for bug in bugs[:MAX_NAMED])
    more = f" and {len(bugs) - MAX_NAMED} more" if len(bugs) > MAX_NAMED else ""
    return f"bug{'s' if len(bugs) > 1 else ''} {named}{more}"

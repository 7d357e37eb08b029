"""The watched channels of a community as a Discord message."""

from collections.abc import Mapping

import discord

from bot.chat.render.common import NEUTRAL_COLOUR, relative
from bot.chat.render.escape import MAX_DESCRIPTION, clamp_embed, escape_markdown, escape_words, fit_lines
from bot.chat.render.message import Answer
from bot.formatting.alert_status import describe_kinds
from bot.formatting.wording import count_of
from handlers.results.alerts import RouteList


def render_routes(route_list: RouteList, prefix: str, channel_names: Mapping[int, str]) -> Answer:
    """Render the watched channels of a community and the events that each is sent.

    A channel is a link with its name: Discord shows mentions within embeds only of what a reader's client knows.
    """
    if not route_list.routes:
        return Answer(f"No channel of this server is watched yet; write `{prefix}watch` in the one that should be.")
    lines = []
    for route in route_list.routes:
        error = f" · waiting: {escape_words(route.error, 200)}" if route.error else ""
        name = escape_markdown(channel_names.get(route.channel, "a channel"), 100, one_line=True)
        url = f"https://discord.com/channels/{route.community}/{route.channel}"
        lines.append(f"[#{name}]({url}) {describe_kinds(route)}, since {relative(route.created)}{error}")
    text = fit_lines(lines, MAX_DESCRIPTION)[0]
    headline = f"{count_of(len(lines), 'channel')} of this server {'is' if len(lines) == 1 else 'are'} watched"
    return Answer(headline, clamp_embed(discord.Embed(description=text, colour=NEUTRAL_COLOUR)))

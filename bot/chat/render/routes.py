"""The watched channels of a community as a Discord embed."""

import discord

from bot.chat.render.common import NEUTRAL_COLOUR
from bot.chat.render.escape import MAX_DESCRIPTION, clamp_embed, escape_markdown, fit_lines
from handlers.results.alerts import RouteList
from storage.values.outbox import KIND_NAMES


def render_routes(route_list: RouteList) -> discord.Embed:
    """Render the watched channels of a community and the events that each is sent."""
    lines = []
    for route in route_list.routes:
        kinds = ", ".join(KIND_NAMES.get(kind, kind) for kind in route.kinds)
        error = f" (waiting: {escape_markdown(route.error, 200, one_line=True)})" if route.error else ""
        lines.append(f"<#{route.channel}> {kinds}{error}")
    text = fit_lines(lines, MAX_DESCRIPTION)[0] or "No channel is watched yet; write `watch` in the one that should be."
    return clamp_embed(discord.Embed(title="Watched channels", description=text, colour=NEUTRAL_COLOUR))

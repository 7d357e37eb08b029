"""`rootwatch check`: tries everything that Rootwatch depends on, and says what it found and what to do."""

from typing import TYPE_CHECKING

from bot.sources.http import SourceFailed
from storage import routes, sections
from storage.database import DatabaseUnavailable
from storage.values.incidents import Route

if TYPE_CHECKING:
    import discord

    from bot.app import App

Verdict = tuple[str, bool, str]


async def check(app: "App") -> list[Verdict]:
    """Try configuration, database, each source, and Discord: name, verdict, sentence."""
    where = app.settings.path
    found = [("configuration", True, f"read from {where}" if where else "no file; the defaults are used")]
    try:
        await app.open()
        found.append(("database", True, f"{app.database.shown_url} is open and up to date"))
    except DatabaseUnavailable as error:
        found.append(("database", False, str(error)))
    found.append(await _bugzilla(app))
    for one in app.settings.lists:
        source = app.poller.list_client(one)
        try:
            page = await source.feed("", "")
            count = len(page.items) if page else 0
            found.append((one.name, count > 0, f"{count} messages in its feed" if count else _EMPTY_FEED))
        except SourceFailed as failure:
            found.append((one.name, False, str(failure)))
    found += await _discord(app)
    return found


_EMPTY_FEED = "the feed holds no message; check the list's url"


async def _bugzilla(app: "App") -> Verdict:
    given, source = app.settings.bugzilla, app.poller.bugzilla_client()
    place = f"{given.product} :: {given.component}"
    try:
        version = await source.version()
        async for page in source.bugs():
            if page:
                return ("bugzilla", True, f"version {version}, {place} has {len(page)} bugs or more")
    except SourceFailed as failure:
        return ("bugzilla", False, str(failure))
    return ("bugzilla", False, f"it knows no bug of {place}; check bugzilla.product and bugzilla.component")


async def _discord(app: "App") -> list[Verdict]:
    """Log in without connecting, and look at each watching channel as Discord sees it."""
    import discord

    from bot.chat.connection import REFUSED, point_elsewhere

    token = app.settings.discord_token
    if token is None:
        return [("discord", False, "no token: set DISCORD_TOKEN, or use `rootwatch chat`, which needs none")]
    point_elsewhere(app.settings)
    async with discord.Client(intents=discord.Intents.none()) as client:
        try:
            await client.login(token.reveal())
            flags = (await client.application_info()).flags
        except discord.LoginFailure:
            return [("discord", False, REFUSED)]
        except (discord.HTTPException, OSError) as error:
            return [("discord", False, f"Discord cannot be asked now ({type(error).__name__}); try again later")]
        content = flags.gateway_message_content or flags.gateway_message_content_limited
        remedy = "on: the prefix works" if content else "off: mention and slash commands work, the prefix does not"
        found: list[Verdict] = [("discord", True, "the token is accepted"), ("message content", True, remedy)]
        found += [await _channel(client, route) for route in await routes.find_routes(app.database)]
        for community in await sections.find_communities(app.database):
            found += await left_behind(client, community)
    return found


async def left_behind(client: "discord.Client", community: int) -> list[Verdict]:
    """Tell where sections remain of a server that the bot has left; that is no fault."""
    import discord

    try:
        await client.fetch_guild(community, with_counts=False)
    except (discord.NotFound, discord.Forbidden):
        sentence = f"the bot has left it; its sections and votes stay until `forget {community}` in `rootwatch chat`"
        return [(f"server {community}", True, sentence)]
    except (discord.HTTPException, discord.InvalidData):
        return []
    return []


async def _channel(client: "discord.Client", route: Route) -> Verdict:
    import discord

    name = f"channel {route.channel}"
    try:
        guild = await client.fetch_guild(route.community, with_counts=False)
        channel = await guild.fetch_channel(route.channel)
        me = await guild.fetch_member(client.user.id if client.user else 0)
    except (discord.HTTPException, discord.InvalidData):
        return (name, False, "the bot cannot see it; invite the bot again or let it see the channel")
    may = channel.permissions_for(me)
    needed = (
        ("View Channel", may.view_channel),
        ("Send Messages", may.send_messages),
        ("Embed Links", may.embed_links),
        ("Read Message History", may.read_message_history),
    )
    lacking = [label for label, granted in needed if not granted]
    if lacking:
        return (name, False, f"the bot lacks {' and '.join(lacking)} there; grant it")
    return (name, True, "the bot may post alerts there")

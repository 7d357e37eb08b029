"""The checks of `rootwatch check`: each tries one thing that Rootwatch depends on and explains what to do about it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import NamedTuple

import discord

from bot.chat.connection import CREDENTIALS_REJECTED, override_api_endpoints
from bot.config import ListSettings, Settings
from bot.formatting.phrases import describe_unreadable
from bot.polling.poller import Poller
from bot.sources.errors import SourceError
from handlers.queries.tasks import find_task_statuses
from storage import routes, sections
from storage.database import Database, DatabaseUnavailable
from storage.values.outbox import Route


class CheckResult(NamedTuple):
    """The result of one check; `message` is a phrase for the operator."""

    name: str
    ok: bool
    message: str


async def check(
    settings: Settings, database: Database, poller: Poller, open_storage: Callable[[], Awaitable[None]]
) -> list[CheckResult]:
    """Check configuration, database, each source and Discord."""
    path = settings.path
    results = [CheckResult("configuration", True, f"read from {path}" if path else "no file; the defaults are used")]
    try:
        await open_storage()
        results.append(CheckResult("database", True, f"{database.safe_url} is open and up to date"))
    except DatabaseUnavailable as error:
        results.append(CheckResult("database", False, str(error)))
    else:
        results += await _check_tasks(database)
    results.append(await _check_bugzilla(settings, poller))
    results += [await _check_list(config, poller) for config in settings.lists]
    results += await _check_discord(settings, database)
    return results


async def _check_tasks(database: Database) -> list[CheckResult]:
    """Check what the process that runs the bot last reported of its tasks; nothing if it was stopped as it should."""
    async with database.read() as transaction:
        tasks = await find_task_statuses(transaction, datetime.now(UTC))
    failed = [
        CheckResult(f"task {task.name}", False, f"does not run: {task.error or 'it ended'}; restart `rootwatch run`")
        for task in tasks
        if not task.running
    ]
    return failed or ([CheckResult("tasks", True, f"all {len(tasks)} tasks of the bot run")] if tasks else [])


async def _check_bugzilla(settings: Settings, poller: Poller) -> CheckResult:
    """Search the whole component once, and try what the API key does."""
    client, has_key = poller.bugzilla_client(), settings.bugzilla_api_key is not None
    component_name = f"{settings.bugzilla.product} :: {settings.bugzilla.component}"
    bugs = restricted = 0
    unreadable: list[str] = []
    try:
        version = await client.get_version()
        async for page in client.search_bugs():
            bugs += len(page.bugs)
            restricted += len(page.restricted)
            unreadable += page.unreadable
        key_is_ignored = has_key and await client.ignores_keys()
    except SourceError as error:
        return CheckResult("bugzilla", False, str(error))
    if key_is_ignored:
        remedy = "remove BUGZILLA_API_KEY" if settings.bugzilla.key_in_query else "set bugzilla.key_in_query"
        return CheckResult("bugzilla", False, f"it ignores the API key when it is sent this way; {remedy}")
    if restricted:
        message = (
            f"the API key's account sees {restricted:,} restricted bugs, which are not read; "
            "use the key of an account without special permissions"
        )
        return CheckResult("bugzilla", False, message)
    if not bugs:
        message = f"it has no bug in {component_name}; check bugzilla.product and bugzilla.component"
        return CheckResult("bugzilla", False, message)
    message = f"version {version}, {component_name} has {bugs:,} bugs"
    return CheckResult("bugzilla", True, "; ".join(filter(None, (message, describe_unreadable(unreadable)))))


async def _check_list(config: ListSettings, poller: Poller) -> CheckResult:
    try:
        snapshot = await poller.list_client(config).fetch("", "")
    except SourceError as error:
        return CheckResult(config.name, False, str(error))
    if snapshot is None or not snapshot.items:
        return CheckResult(config.name, False, "its feed has no messages; check the list's url")
    message = f"{len(snapshot.items)} messages in its feed"
    return CheckResult(config.name, True, "; ".join(filter(None, (message, describe_unreadable(snapshot.unreadable)))))


async def _check_discord(settings: Settings, database: Database) -> list[CheckResult]:
    """Log in without connecting, and check each watching channel as Discord shows it to the bot."""
    token = settings.discord_token
    if token is None:
        message = "no token: set DISCORD_TOKEN, or use `rootwatch chat`, which needs none"
        return [CheckResult("discord", False, message)]
    override_api_endpoints(settings.discord)
    async with discord.Client(intents=discord.Intents.none()) as client:
        try:
            await client.login(token.reveal())
            flags = (await client.application_info()).flags
        except discord.LoginFailure:
            return [CheckResult("discord", False, CREDENTIALS_REJECTED)]
        except (discord.HTTPException, OSError) as error:
            message = f"Discord cannot be used right now ({type(error).__name__}); try again later"
            return [CheckResult("discord", False, message)]
        results = [CheckResult("discord", True, "the token is accepted"), _check_message_content(flags)]
        try:
            async with database.read() as transaction:
                stored_routes = await routes.find_routes(transaction)
                communities = await sections.find_communities(transaction)
        except DatabaseUnavailable:
            return results  # reported already
        results += [await _check_channel(client, route) for route in stored_routes]
        for community in communities:
            results += await departed_guild(client, community)
    return results


def _check_message_content(flags: discord.ApplicationFlags) -> CheckResult:
    is_on = flags.gateway_message_content or flags.gateway_message_content_limited
    message = "on: the prefix works" if is_on else "off: mention and slash commands work, the prefix does not"
    return CheckResult("message content", True, message)


async def departed_guild(client: discord.Client, community: int) -> list[CheckResult]:
    """Return a note, which is no failure, if the bot has left a server whose sections are still stored."""
    try:
        await client.fetch_guild(community, with_counts=False)
    except (discord.NotFound, discord.Forbidden):
        message = f"the bot has left it; its sections and votes stay until `forget {community}` in `rootwatch chat`"
        return [CheckResult(f"server {community}", True, message)]
    except (discord.HTTPException, discord.InvalidData):
        return []
    return []


async def _check_channel(client: discord.Client, route: Route) -> CheckResult:
    name = f"channel {route.channel}"
    try:
        guild = await client.fetch_guild(route.community, with_counts=False)
        channel = await guild.fetch_channel(route.channel)
        member = await guild.fetch_member(client.user.id if client.user else 0)
    except (discord.HTTPException, discord.InvalidData):
        return CheckResult(name, False, "the bot cannot see it; invite the bot again or let it see the channel")
    if missing := missing_permissions(channel.permissions_for(member)):
        return CheckResult(name, False, f"the bot lacks {' and '.join(missing)} there; grant it")
    return CheckResult(name, True, "the bot may post alerts there")


def missing_permissions(permissions: discord.Permissions) -> list[str]:
    """Return the permissions, as Discord labels them, that posting alerts needs and that are not granted."""
    required = (
        ("View Channel", permissions.view_channel),
        ("Send Messages", permissions.send_messages),
        ("Embed Links", permissions.embed_links),
        ("Read Message History", permissions.read_message_history),
    )
    return [label for label, granted in required if not granted]

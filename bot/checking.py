"""`rootwatch check`: tries everything that Rootwatch depends on, and says what it found and what to do."""

import json
from typing import TYPE_CHECKING

from bot.sources.http import SourceFailed
from storage.database import DatabaseUnavailable

if TYPE_CHECKING:
    from bot.app import App

Verdict = tuple[str, bool, str]

DISCORD_API = "https://discord.com/api/v10"
CONTENT_FLAGS = (1 << 18) | (1 << 19)  # the message-content intent, granted or limited


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
        source = app.list_source(one)
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
    given, source = app.settings.bugzilla, app.bugzilla()
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
    token = app.settings.discord_token
    if token is None:
        return [("discord", False, "no token: set DISCORD_TOKEN, or use `rootwatch chat`, which needs none")]
    api = app.settings.discord.api_url or DISCORD_API
    headers = {"Authorization": f"Bot {token.reveal()}"}
    try:
        answer = await app.web("discord").get(f"{api}/applications/@me", headers=headers)
    except SourceFailed as failure:
        return [("discord", False, str(failure))]
    if answer.status != 200:
        return [("discord", False, "the token is not accepted; copy it again from the developer portal, page Bot")]
    flags = json.loads(answer.body).get("flags", 0)
    intent = bool(flags & CONTENT_FLAGS)
    remedy = "on: the prefix works" if intent else "off: mention and slash commands work, the prefix does not"
    return [("discord", True, "the token is accepted"), ("message content", True, remedy)]

"""The settings of each server: what stands before its commands."""

from collections.abc import Mapping

from handlers.actor import Actor
from handlers.errors import UserError
from handlers.permissions import require_manage_server
from handlers.results.settings import ServerSettings
from handlers.text.invisible import is_mark, strip_invisible
from storage import settings
from storage.database import Database, Transaction
from storage.values.incidents import GLOBAL_COMMUNITY

MAX_PREFIX_LENGTH = 5  # characters
DEFAULT = "default"
# "/" and "@" begin Discord's own commands and mentions, "<" a mention as it is sent; a backtick ends the quotation in
# which hints stand.
FORBIDDEN_CHARACTERS = "/@<`"
KEY_START = "prefix "


class SettingsService:
    """Reads and changes the settings of servers. Raises UserError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def show(self, actor: Actor) -> ServerSettings:
        """Return the settings of the actor's server."""
        community = _require_server(actor)
        async with self._database.read() as transaction:
            return ServerSettings(await settings.find_setting(transaction, _key(community)))

    async def set_prefix(self, actor: Actor, text: str) -> ServerSettings:
        """Set what stands before commands in the actor's server; "default" returns to the configured one."""
        community = _require_server(actor)
        require_manage_server(actor, "change the prefix")
        if text.casefold() == DEFAULT:
            async with self._database.transaction() as transaction:
                await settings.delete_setting(transaction, _key(community))
            return ServerSettings()
        prefix = parse_prefix(text)
        async with self._database.transaction() as transaction:
            await settings.save_setting(transaction, _key(community), prefix)
        return ServerSettings(prefix)

    async def prefixes(self) -> Mapping[int, str]:
        """Return the prefixes of all servers that set one."""
        async with self._database.read() as transaction:
            stored = await settings.find_settings_from(transaction, KEY_START)
        return {int(name.removeprefix(KEY_START)): value for name, value in stored.items()}


def parse_prefix(text: str) -> str:
    """Parse a prefix: one to five visible characters. Raises UserError."""
    is_visible = text == strip_invisible(text) and text.isprintable() and not any(map(is_mark, text[:1]))
    if not 1 <= len(text) <= MAX_PREFIX_LENGTH or not is_visible or any(letter.isspace() for letter in text):
        raise UserError(
            f"A prefix is 1 to {MAX_PREFIX_LENGTH} visible characters without spaces.", example="settings prefix ?"
        )
    if any(letter in FORBIDDEN_CHARACTERS for letter in text):
        raise UserError(
            "A prefix cannot contain /, @, < or a backtick: Discord gives them a meaning of its own.",
            example="settings prefix ?",
        )
    return text


async def delete_settings(transaction: Transaction, community: int) -> None:
    """Delete the settings of a server that the bot has left."""
    await settings.delete_setting(transaction, _key(community))


def _require_server(actor: Actor) -> int:
    if actor.community == GLOBAL_COMMUNITY:
        raise UserError("These settings are a Discord server's own: use this in one of its channels.")
    return actor.community


def _key(community: int) -> str:
    return f"{KEY_START}{community}"

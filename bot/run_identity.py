"""What all processes that run the bot on one database must share: the Discord account and the sources."""

import hashlib
import json

from bot.config import Settings
from storage.values.processes import RunIdentity

DIGEST_LENGTH = 16  # of the hexadecimal digits; enough to tell settings apart, too little to guess a token from


def run_identity(settings: Settings, database_id: str) -> RunIdentity:
    """Return the digests of these settings; those of another database differ, so that they cannot be compared."""
    token = settings.discord_token.reveal() if settings.discord_token else ""
    bugzilla = settings.bugzilla
    sources = [
        [bugzilla.url, bugzilla.product, bugzilla.component],
        *sorted([config.name, config.url, config.kind] for config in settings.lists),
    ]
    return RunIdentity(_digest(database_id, token), _digest(database_id, json.dumps(sources)))


def _digest(database_id: str, text: str) -> str:
    return hashlib.blake2b(text.encode(), key=database_id.encode()[:64]).hexdigest()[:DIGEST_LENGTH]

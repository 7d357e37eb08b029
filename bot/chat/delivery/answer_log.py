"""Notes which bugs the bot's answers show, so that they can be edited when one of these bugs becomes restricted.

The gateway tells the bot of its own messages as of all others: of answers to commands by prefix and slash, of what
buttons post, of pages that are turned. So no command has to note anything. Messages that only one member sees are not
told, and cannot be edited later; they are gone when that member's Discord restarts.
"""

import asyncio
import logging
import re
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import discord

from storage import posted_answers
from storage.database import Database, DatabaseUnavailable

MAX_REMEMBERED = 500  # answers that could not be noted yet
MAX_READ_BYTES = 500_000  # of an attached file
# what only some bugs are written as: their links, "bug 1897630", and bare numbers of the length of Bugzilla's
BUG_NUMBERS = re.compile(
    r"show_bug\.cgi\?id=(\d{1,9})(?!\d)|\bbug (\d{1,9})(?!\d)|(?<!\d)(\d{5,9})(?!\d)", re.IGNORECASE
)
ALERT_FOOTER = re.compile(r"\bref [0-9a-f]{10}$")

log = logging.getLogger(__name__)


class AnswerLog:
    """Stores which bugs each of the bot's messages shows; what cannot be stored now is kept for later."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._unwritten: deque[tuple[int, int, frozenset[int], datetime, bool]] = deque(maxlen=MAX_REMEMBERED)
        self._lock = asyncio.Lock()  # two messages may arrive at once

    async def note(self, message: discord.Message, files: str = "") -> None:
        """Note what one of the bot's own messages shows now; `files` is the text of what is attached to it."""
        # the message of a proposal is noted like its copies, and told from them by what is stored of the section
        if is_alert(message):
            return
        bugs = frozenset(bugs_in([*_texts(message), files]))
        if bugs or message.edited_at is not None:
            has_buttons = bool(message.components)
            self._unwritten.append((message.id, message.channel.id, bugs, datetime.now(UTC), has_buttons))
        await self.flush()

    async def flush(self) -> None:
        """Store what is remembered. Raises nothing."""
        async with self._lock:
            while self._unwritten:
                answer = self._unwritten[0]
                message, channel, bugs, posted_at, has_buttons = answer
                try:
                    async with self._database.transaction() as transaction:
                        await posted_answers.save_answer(
                            transaction, message, channel, bugs, posted_at, has_buttons=has_buttons
                        )
                except DatabaseUnavailable as error:
                    log.warning("%s answers are noted later: %s", len(self._unwritten), error)
                    return
                except Exception:
                    log.exception("an answer could not be noted")
                # a full deque drops its first item when another arrives meanwhile
                if self._unwritten[0] is answer:
                    self._unwritten.popleft()


def bugs_in(texts: Iterable[str]) -> Iterator[int]:
    """Return the numbers in these texts that may be bugs; those that are none are sorted out by what is stored."""
    for text in texts:
        for groups in BUG_NUMBERS.findall(text):
            yield int(next(group for group in groups if group))


def is_alert(message: discord.Message) -> bool:
    """Return whether a message is an alert, which the outbox keeps up to date."""
    return any(ALERT_FOOTER.search(embed.footer.text or "") for embed in message.embeds)


def read_files(files: Iterable[discord.File]) -> str:
    """Return the text of files that are about to be sent; each can still be sent afterwards."""
    texts = []
    for file in files:
        position = file.fp.tell()
        texts.append(file.fp.read(MAX_READ_BYTES).decode(errors="replace"))
        file.fp.seek(position)
    return "\n".join(texts)


def _texts(message: discord.Message) -> Iterator[str]:
    yield message.content
    for embed in message.embeds:
        yield from (embed.title or "", embed.description or "", embed.url or "", embed.footer.text or "")
        yield embed.author.name or ""
        for field in embed.fields:
            yield from (field.name or "", field.value or "")
    for item in _components(message):
        yield from (f"{option.value} {option.label} {option.description or ''}" for option in _options(item))


def _components(message: discord.Message) -> Iterator[discord.Button | discord.SelectMenu]:
    for row in message.components:
        if isinstance(row, discord.ActionRow):
            yield from (item for item in row.children if isinstance(item, discord.Button | discord.SelectMenu))


def _options(item: discord.Button | discord.SelectMenu) -> list[discord.SelectOption]:
    return item.options if isinstance(item, discord.SelectMenu) else []

"""The words of incidents' titles, stored so that what somebody types finds the titles with words that begin like it."""

import re
import unicodedata
from collections.abc import Mapping

import sqlalchemy as sa

from storage.database import BATCH_SIZE, Transaction

MAX_WORD_LENGTH = 40
MAX_TYPED_WORDS = 8

_COMPOUND = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_WORD = re.compile(r"[^\W_]+")


def title_words(text: str) -> frozenset[str]:
    """Return the words of a title in lower case without accents; the parts of "D-Trust" also as one word."""
    words: set[str] = set()
    for compound in _COMPOUND.findall(_fold(text)):
        parts = _WORD.findall(compound)
        words.update(part[:MAX_WORD_LENGTH] for part in (*parts, "".join(parts)))
    return frozenset(words)


def typed_words(text: str) -> tuple[str, ...]:
    """Return what somebody typed as the beginnings of words, without those that another one includes."""
    words = dict.fromkeys(word[:MAX_WORD_LENGTH] for word in _WORD.findall(_fold(text)))
    distinct = [word for word in words if not any(other != word and other.startswith(word) for other in words)]
    return tuple(distinct[:MAX_TYPED_WORDS])


async def save_title_words(transaction: Transaction, words_by_bug: Mapping[int, frozenset[str]]) -> None:
    """Replace the words of incidents' titles, where they have changed."""
    table, bugs = transaction.tables["title_word"], list(words_by_bug)
    rows = []
    for start in range(0, len(bugs), BATCH_SIZE):
        batch = bugs[start : start + BATCH_SIZE]
        stored: dict[int, set[str]] = {bug: set() for bug in batch}
        for bug, word in await transaction.execute(sa.select(table.c.bug, table.c.word).where(table.c.bug.in_(batch))):
            stored[bug].add(word)
        changed = [bug for bug in batch if stored[bug] != words_by_bug[bug]]
        outdated = [bug for bug in changed if stored[bug]]
        if outdated:
            await transaction.execute(table.delete().where(table.c.bug.in_(outdated)))
        rows += [{"bug": bug, "word": word} for bug in changed for word in sorted(words_by_bug[bug])]
    await transaction.upsert("title_word", rows)


def _fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))

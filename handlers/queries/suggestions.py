"""Suggestions while a member types: CA owners, sections and bugs."""

from handlers.actor import Actor
from handlers.parsing.bug_references import parse_bug_number
from handlers.parsing.owners import OwnerDirectory, normalize_name
from handlers.sections.listing import find_sections
from storage import suggestions
from storage.database import Database, Transaction
from storage.title_words import typed_words
from storage.values.sections import SectionState

MAX_SUGGESTIONS = 25  # Discord shows no more
STATES_WITH_INCIDENTS: tuple[SectionState, ...] = ("builtin", "proposed", "active")


class Suggestions:
    """Suggests up to 25 values that match the text typed so far, each time from one snapshot."""

    def __init__(self, database: Database, owners: OwnerDirectory) -> None:
        self._database = database
        self._owners = owners

    async def owners(self, text: str) -> tuple[str, ...]:
        """Return CA owners with a matching name or alias: names that begin so first, then by their newest incident."""
        async with self._database.read() as transaction:
            return tuple(await self._find_owners(transaction, text))

    async def sections(
        self, actor: Actor, text: str, states: tuple[SectionState, ...] = STATES_WITH_INCIDENTS
    ) -> tuple[tuple[str, str], ...]:
        """Return sections in one of these states whose key or title matches, as key and title."""
        async with self._database.read() as transaction:
            return tuple(await _find_sections(transaction, actor, text, states))

    async def bugs(self, text: str) -> tuple[tuple[int, str], ...]:
        """Return the newest incidents of that number, or with words that begin like those typed, with their summaries.

        A number may be typed in part, and all typed words must be found.
        """
        async with self._database.read() as transaction:
            return tuple(await _find_bugs(transaction, text))

    async def subjects(self, actor: Actor, text: str) -> tuple[tuple[str, str], ...]:
        """Return what a summary can be about, as value and title: CA owners, then sections, then bugs."""
        async with self._database.read() as transaction:
            matches = [(name, name) for name in await self._find_owners(transaction, text)]
            if len(matches) < MAX_SUGGESTIONS:
                matches += await _find_sections(transaction, actor, text, STATES_WITH_INCIDENTS)
            if len(matches) < MAX_SUGGESTIONS and text.strip():
                matches += [(str(bug), f"{bug} {summary}") for bug, summary in await _find_bugs(transaction, text)]
        return tuple(matches[:MAX_SUGGESTIONS])

    async def _find_owners(self, transaction: Transaction, text: str) -> list[str]:
        typed = normalize_name(text)
        names = {name: normalize_name(name) for name in await suggestions.find_owner_names(transaction)}
        matching = {owner.name for spelling, owner in self._owners.spellings.items() if typed in spelling}
        matches = [name for name, normalized in names.items() if typed in normalized or name in matching]
        # by name before by alias only
        matches.sort(key=lambda name: (not names[name].startswith(typed), typed not in names[name]))
        return matches[:MAX_SUGGESTIONS]


async def _find_sections(
    transaction: Transaction, actor: Actor, text: str, states: tuple[SectionState, ...]
) -> list[tuple[str, str]]:
    typed = normalize_name(text)
    matches = []
    for section in await find_sections(transaction, actor.community):
        names = (normalize_name(section.key), normalize_name(section.title))
        if section.state in states and any(typed in name for name in names):
            matches.append((not any(name.startswith(typed) for name in names), section))
    matches.sort(key=lambda match: match[0])
    return [(section.key, section.title) for _, section in matches[:MAX_SUGGESTIONS]]


async def _find_bugs(transaction: Transaction, text: str) -> list[tuple[int, str]]:
    if not text.strip():
        return await suggestions.find_newest_bugs(transaction, MAX_SUGGESTIONS)
    matches, number = [], parse_bug_number(text)
    if number is not None:
        matches = await suggestions.find_bugs_by_number(transaction, str(number), MAX_SUGGESTIONS)
    if len(matches) < MAX_SUGGESTIONS:
        by_words = await suggestions.find_bugs_by_words(transaction, typed_words(text), MAX_SUGGESTIONS)
        matches += [bug for bug in by_words if bug not in matches]
    return matches[:MAX_SUGGESTIONS]

"""Suggestions while a member types: CA owners, sections and bugs."""

from handlers.actor import Actor
from handlers.parsing.owners import OwnerDirectory, normalize_name
from handlers.sections.listing import list_sections
from storage import incidents
from storage.database import Database
from storage.values.incidents import IncidentFilter

MAX_SUGGESTIONS = 25  # Discord shows no more
STATES_WITH_INCIDENTS = ("builtin", "proposed", "active")


class Suggestions:
    """Suggests up to 25 values that match the text typed so far."""

    def __init__(self, database: Database, owners: OwnerDirectory) -> None:
        self._database = database
        self._owners = owners

    async def owners(self, text: str) -> tuple[str, ...]:
        """Return CA owners that match; of equal matches the largest ones first."""
        typed = normalize_name(text)
        async with self._database.read() as transaction:
            owner_counts = await incidents.count_owners(transaction, IncidentFilter())
        matches = [name for name, _ in owner_counts if typed in normalize_name(name)]
        for name, _ in owner_counts:
            owner = self._owners.find(name)
            if owner and name not in matches and any(typed in normalize_name(alias) for alias in owner.aliases):
                matches.append(name)
        matches.sort(key=lambda name: not normalize_name(name).startswith(typed))
        return tuple(matches[:MAX_SUGGESTIONS])

    async def sections(
        self, actor: Actor, text: str, states: tuple[str, ...] = STATES_WITH_INCIDENTS
    ) -> tuple[tuple[str, str], ...]:
        """Return sections in one of these states whose key or title matches, as key and title."""
        typed = normalize_name(text)
        async with self._database.read() as transaction:
            visible = await list_sections(transaction, actor.community)
        candidates = [(section.key, section.title) for section in visible if section.state in states]
        matches = [names for names in candidates if any(typed in normalize_name(name) for name in names)]
        return tuple(matches[:MAX_SUGGESTIONS])

    async def bugs(self, text: str) -> tuple[tuple[int, str], ...]:
        """Return incidents whose number or summary matches, newest first."""
        typed = text.strip().casefold()
        limit = None if typed else MAX_SUGGESTIONS
        async with self._database.read() as transaction:
            newest = await incidents.find_incidents(transaction, IncidentFilter(), limit)
        bugs = [incident.bug for incident in newest]
        matches = [bug for bug in bugs if typed in str(bug.id) or typed in bug.summary.casefold()]
        return tuple((bug.id, bug.summary) for bug in matches[:MAX_SUGGESTIONS])

"""Answers about all sections, built-in and custom: the list, one of them, and their titles."""

from datetime import UTC, datetime

from handlers.actor import Actor
from handlers.results.sections import SectionDetail
from handlers.sections.detail import find_section_detail
from handlers.sections.listing import list_sections, section_titles
from storage.database import Database
from storage.values.sections import Section


class SectionCatalogue:
    """Answers about sections, each from one snapshot. Raises UserError if there is no such section."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, actor: Actor) -> tuple[Section, ...]:
        """Return all sections with their states and incident counts, highest count first.

        The operator sees the sections of all communities.
        """
        async with self._database.read() as transaction:
            return await list_sections(transaction, actor.community, all_communities=actor.is_operator)

    async def detail(self, actor: Actor, text: str) -> SectionDetail:
        """Return one section with its newest incidents, its counts by CA owner, its history and its vote."""
        async with self._database.read() as transaction:
            return await find_section_detail(transaction, actor, text, datetime.now(UTC))

    async def titles(self, community: int) -> dict[str, str]:
        """Return the titles of all active sections by key, including those that members proposed."""
        async with self._database.read() as transaction:
            return await section_titles(transaction, community)

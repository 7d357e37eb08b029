"""Loads one section as it is shown: its CA owners, its newest incidents and its history."""

from datetime import datetime

from handlers.actor import Actor
from handlers.errors import UserError
from handlers.results.sections import SectionDetail
from handlers.sections.listing import list_sections, resolve_key_or_section, with_count
from handlers.sections.lookup import resolve_section
from handlers.sections.permissions import speaker_from
from handlers.sections.votes import find_ballot
from storage import incidents, sections
from storage.database import Database
from storage.values.incidents import GLOBAL_COMMUNITY, Incident, IncidentFilter
from storage.values.sections import CustomSection

NEWEST_COUNT, MAX_OWNERS = 10, 8


async def find_section_detail(
    database: Database, community: int, text: str, now: datetime, actor: Actor | None = None
) -> SectionDetail:
    """Return the section with this name as a community sees it; the operator may look at any community's.

    Raises UserError if there is none.
    """
    resolved = await _resolve(database, community, text, actor)
    if isinstance(resolved, str):
        section = next(section for section in await list_sections(database, community) if section.key == resolved)
        filters = IncidentFilter(section=resolved, community=community)
        return SectionDetail(section, *await _contents(database, filters))
    section = await with_count(database, resolved)
    async with database.read() as connection:
        history = (await sections.find_changes(database, connection, [resolved.id])).get(resolved.id, [])
        vote_status = (await find_ballot(database, connection, resolved, now)).result.sentence
    seen_by = community if resolved.community == GLOBAL_COMMUNITY else resolved.community
    filters = IncidentFilter(section=resolved.key, community=seen_by)
    contents = await _contents(database, filters) if resolved.is_open else ((), (), 0)
    return SectionDetail(section, *contents, resolved, tuple(history), vote_status)


async def resolve_active_key(database: Database, community: int, text: str) -> str:
    """Return the key of a section that can contain incidents; raises UserError if there is none or it is closed."""
    resolved = await resolve_key_or_section(database, community, text)
    if isinstance(resolved, str):
        return resolved
    if not resolved.is_open:
        raise UserError(f"{resolved.title} is {resolved.state} and has no incidents. {resolved.outcome}".strip())
    return resolved.key


async def _resolve(database: Database, community: int, text: str, actor: Actor | None) -> str | CustomSection:
    try:
        return await resolve_key_or_section(database, community, text)
    except UserError:
        if actor is None or not text.strip() or not speaker_from(actor).is_operator:
            raise
    async with database.read() as connection:
        return await resolve_section(database, connection, speaker_from(actor), text)


async def _contents(
    database: Database, filters: IncidentFilter
) -> tuple[tuple[tuple[str, int], ...], tuple[Incident, ...], int]:
    """Return the incident counts of a section's CA owners, its newest incidents, and how many are open."""
    _, open_count, _ = await incidents.count_incidents(database, filters)
    owner_counts = tuple((await incidents.count_owners(database, filters))[:MAX_OWNERS])
    return owner_counts, tuple(await incidents.find_incidents(database, filters, NEWEST_COUNT)), open_count

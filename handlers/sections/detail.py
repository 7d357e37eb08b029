"""Loads one section as it is shown: its CA owners, its newest incidents and its history."""

from datetime import datetime

from handlers.actor import Actor
from handlers.errors import UserError
from handlers.results.sections import SectionDetail
from handlers.sections.listing import list_sections, resolve_key_or_section, section_titles, with_count
from handlers.sections.lookup import resolve_section
from handlers.sections.votes import find_ballot
from storage import incidents, sections
from storage.database import Transaction
from storage.values.incidents import GLOBAL_COMMUNITY, Incident, IncidentFilter
from storage.values.sections import CustomSection

NEWEST_COUNT, MAX_OWNERS = 6, 8


async def find_section_detail(transaction: Transaction, actor: Actor, text: str, now: datetime) -> SectionDetail:
    """Return the section with this name as the actor's community sees it; the operator may look at any community's.

    Raises UserError if there is none.
    """
    community = actor.community
    resolved = await _resolve(transaction, actor, text)
    titles = await section_titles(transaction, community)
    if isinstance(resolved, str):
        section = next(section for section in await list_sections(transaction, community) if section.key == resolved)
        filters = IncidentFilter(section=resolved, community=community)
        return SectionDetail(section, *await _contents(transaction, filters), section_titles=titles)
    section = await with_count(transaction, resolved)
    history = (await sections.find_changes(transaction, [resolved.id])).get(resolved.id, [])
    ballot = await find_ballot(transaction, resolved, now)
    seen_by = community if resolved.community == GLOBAL_COMMUNITY else resolved.community
    filters = IncidentFilter(section=resolved.key, community=seen_by)
    contents = await _contents(transaction, filters) if resolved.is_open else ((), (), 0)
    return SectionDetail(section, *contents, resolved, tuple(history), ballot, titles)


async def resolve_active_key(transaction: Transaction, community: int, text: str) -> str:
    """Return the key of a section that can contain incidents; raises UserError if there is none or it is closed."""
    resolved = await resolve_key_or_section(transaction, community, text)
    if isinstance(resolved, str):
        return resolved
    if not resolved.is_open:
        raise UserError(f"{resolved.title} is {resolved.state} and has no incidents. {resolved.outcome}".strip())
    return resolved.key


async def _resolve(transaction: Transaction, actor: Actor, text: str) -> str | CustomSection:
    try:
        return await resolve_key_or_section(transaction, actor.community, text)
    except UserError:
        if not text.strip() or not actor.is_operator:
            raise
    return await resolve_section(transaction, actor, text)


async def _contents(
    transaction: Transaction, filters: IncidentFilter
) -> tuple[tuple[tuple[str, int], ...], tuple[Incident, ...], int]:
    """Return the incident counts of a section's CA owners, its newest incidents, and how many are open."""
    open_count = (await incidents.count_incidents(transaction, filters)).open_count
    owner_counts = tuple((await incidents.count_owners(transaction, filters))[:MAX_OWNERS])
    return owner_counts, tuple(await incidents.find_incidents(transaction, filters, NEWEST_COUNT)), open_count

"""One section as it is shown: whom its incidents are about, the newest of them, and how it came to be."""

from datetime import datetime

from handlers.results import Actor, UserError, SectionDetail
from handlers.sections.listing import count_in, find_key, list_sections
from handlers.sections.lookup import look_up_section, speaker_of
from handlers.sections.votes import find_ballot
from storage import incidents, sections
from storage.database import Database
from storage.values.incidents import EVERYWHERE, Incident, IncidentFilter
from storage.values.sections import MadeSection

NEWEST, MOST_OWNERS = 10, 8


async def read_section(
    database: Database, community: int, text: str, now: datetime, asker: Actor | None = None
) -> SectionDetail:
    """Give the section that is meant, as a community sees it; the operator may look at any community's.

    Raises CannotAnswer where there is none.
    """
    found = await _meant(database, community, text, asker)
    if isinstance(found, str):
        section = next(one for one in await list_sections(database, community) if one.key == found)
        return SectionDetail(section, *await _inside(database, IncidentFilter(section=found, community=community)))
    section = await count_in(database, found)
    async with database.reading() as connection:
        history = (await sections.find_changes(database, connection, [found.id])).get(found.id, [])
        vote = (await find_ballot(database, connection, found, now)).outcome.sentence
    seen_by = community if found.community == EVERYWHERE else found.community
    wanted = IncidentFilter(section=found.key, community=seen_by)
    inside = await _inside(database, wanted) if found.is_open else ((), (), 0)
    return SectionDetail(section, *inside, found, tuple(history), vote)


async def key_in_use(database: Database, community: int, text: str) -> str:
    """Give the key of a section that holds incidents; raises CannotAnswer where it is none or holds nothing."""
    found = await find_key(database, community, text)
    if isinstance(found, str):
        return found
    if not found.is_open:
        raise UserError(f"{found.title} is {found.state} and holds nothing. {found.outcome}".strip())
    return found.key


async def _meant(database: Database, community: int, text: str, asker: Actor | None) -> str | MadeSection:
    try:
        return await find_key(database, community, text)
    except UserError:
        if asker is None or not text.strip() or not speaker_of(asker).is_operator:
            raise
    async with database.reading() as connection:
        return await look_up_section(database, connection, speaker_of(asker), text)


async def _inside(
    database: Database, wanted: IncidentFilter
) -> tuple[tuple[tuple[str, int], ...], tuple[Incident, ...], int]:
    """Give a section's CA owners, its newest incidents, and how many are open."""
    _, still_open, _ = await incidents.count_incidents(database, wanted)
    owners = tuple((await incidents.count_owners(database, wanted))[:MOST_OWNERS])
    return owners, tuple(await incidents.find_incidents(database, wanted, NEWEST)), still_open

"""All sections that somebody sees: the built-in ones, and those that members proposed, with counts and states."""

from collections.abc import Sequence

from handlers.parsing.owners import folded
from handlers.parsing.tags import CANONICAL, canonical_tag
from handlers.results import UserError
from handlers.sections.lookup import find_among
from handlers.sections.names import Named, near_names
from storage import incidents, sections
from storage.database import Database
from storage.values.incidents import EVERYWHERE, IncidentFilter, Section
from storage.values.sections import MadeSection

TITLES = {tag.key: tag.title for tag in CANONICAL}


async def list_sections(database: Database, community: int, *, everywhere: bool = False) -> tuple[Section, ...]:
    """Give all sections that a community sees (everywhere: those of all communities), most incidents first.

    Of names that stand for several closed ones, the last is given; none that was merged or has an open namesake.
    """
    counts = dict(await incidents.count_sections(database, IncidentFilter(community=community), proposed=True))
    known = [
        Section(tag.key, tag.title, "builtin", tag.description, incidents=counts.get(tag.key, 0)) for tag in CANONICAL
    ]
    known += [_shown(one, counts) for one in await _made(database, community)]
    if everywhere:
        for other in await sections.find_communities(database):
            there = IncidentFilter(community=other)
            counts = dict(await incidents.count_sections(database, there, proposed=True))
            known += [_shown(one, counts) for one in await _made(database, other) if one.community == other]
    return tuple(sorted(known, key=lambda one: (-one.incidents, one.key, one.community or 0)))


async def count_in(database: Database, made: MadeSection) -> Section:
    """Give one section that members proposed as it is listed, with its count."""
    wanted = IncidentFilter(community=made.community)
    counts = dict(await incidents.count_sections(database, wanted, proposed=True)) if made.is_open else {}
    return _shown(made, counts)


async def titles_of(database: Database, community: int) -> dict[str, str]:
    """Give the titles of all sections in use by key, as a community sees them."""
    return TITLES | {one.key: one.title for one in await _made(database, community) if one.is_open}


async def find_key(database: Database, community: int, text: str) -> str | MadeSection:
    """Give the key of the built-in section that is meant, or the section that members proposed, whatever its state.

    Raises CannotAnswer where there is none.
    """
    if not text.strip():
        raise UserError("Say which section; `sections` lists them all.")
    if key := built_in_key(text):
        return key
    async with database.reading() as connection:
        seen = await sections.find_sections_made(database, connection, community)
        if found := await find_among(database, connection, seen, text):
            return found
    close = _close(text, [Named(key, title) for key, title in (await titles_of(database, community)).items()])
    hint = f" Did you mean {' or '.join(close)}?" if close else " `sections` lists them all."
    raise UserError(f"No section called “{text[:80]}” is known.{hint}")


def built_in_key(text: str) -> str | None:
    """Give the key of a built-in section by its key, its title or another spelling of its tag."""
    wanted = folded(text)
    for key, title in TITLES.items():
        if wanted in (folded(key), folded(title)) or canonical_tag(text) == key:
            return key
    return None


def _close(text: str, known: Sequence[Named]) -> list[str]:
    wanted = folded(text)
    within = [one.title for one in known if wanted in folded(one.key) or wanted in folded(one.title)]
    return list(dict.fromkeys((*within, *(one.title for one in near_names(text, known)))))[:3]


async def _made(database: Database, community: int) -> list[MadeSection]:
    async with database.reading() as connection:
        seen = await sections.find_sections_made(database, connection, community)
    shown: dict[tuple[int, str], MadeSection] = {}
    for one in sorted(seen, key=lambda each: (each.is_open, each.id)):
        if one.merged_into is None:
            shown[one.community, one.key] = one
    still_open = {one.key for one in shown.values() if one.is_open}
    return [one for one in shown.values() if one.is_open or one.key not in still_open]


def _shown(one: MadeSection, counts: dict[str, int]) -> Section:
    community = None if one.community == EVERYWHERE else one.community
    held = counts.get(one.key, 0) if one.is_open else 0
    return Section(one.key, one.title, one.state, one.description, community, held)

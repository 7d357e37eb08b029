"""Lists the sections that a community sees, built-in and custom ones, with their counts and states."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from handlers.errors import UserError
from handlers.parsing.owners import normalize_name
from handlers.parsing.tags import BUILT_IN_SECTIONS, normalize_tag
from handlers.results.proposals import SectionName
from handlers.sections.lookup import find_by_name
from handlers.sections.names import did_you_mean, find_similar_names, suggest_sections
from storage import incidents, sections
from storage.database import Transaction
from storage.values.incidents import GLOBAL_COMMUNITY, IncidentFilter, SectionCounts
from storage.values.sections import CustomSection, Section

BUILT_IN_TITLES = {tag.key: tag.title for tag in BUILT_IN_SECTIONS}


async def list_sections(
    transaction: Transaction, community: int, *, all_communities: bool = False
) -> tuple[Section, ...]:
    """Return all sections that a community sees, or those of all communities, most incidents first.

    If closed sections share a name, only the newest is listed; merged ones and those with an open namesake are not.
    """
    counts = await incidents.count_section_origins(transaction, IncidentFilter(community=community))
    listed = [
        _with_counts(Section(tag.key, tag.title, "builtin", tag.description), counts) for tag in BUILT_IN_SECTIONS
    ]
    listed += [_to_section(custom, counts) for custom in await _visible_sections(transaction, community)]
    if all_communities:
        for other in await sections.find_communities(transaction):
            counts = await incidents.count_section_origins(transaction, IncidentFilter(community=other))
            listed += [
                _to_section(custom, counts)
                for custom in await _visible_sections(transaction, other)
                if custom.community == other
            ]
    return tuple(sorted(listed, key=lambda section: (-section.incidents, section.key, section.community or 0)))


async def find_sections(transaction: Transaction, community: int) -> tuple[Section, ...]:
    """Return all sections that a community sees, as `list_sections` does, without their counts: custom ones first."""
    custom = [_to_section(section, {}) for section in await _visible_sections(transaction, community)]
    return (*custom, *(Section(tag.key, tag.title, "builtin", tag.description) for tag in BUILT_IN_SECTIONS))


async def with_count(transaction: Transaction, custom: CustomSection) -> Section:
    """Return a custom section as it is listed, with its count."""
    if not custom.is_open:
        return _to_section(custom, {})
    filters = IncidentFilter(community=custom.community)
    return _to_section(custom, await incidents.count_section_origins(transaction, filters))


async def count_contents(transaction: Transaction, key: str, community: int) -> int:
    """Return how many incidents a community sees in a section."""
    counts = await incidents.count_section_origins(transaction, IncidentFilter(community=community))
    return counts.get(key, SectionCounts()).incidents


async def section_titles(transaction: Transaction, community: int) -> dict[str, str]:
    """Return the titles by key of all built-in and open sections that a community sees."""
    visible = await _visible_sections(transaction, community)
    return BUILT_IN_TITLES | {custom.key: custom.title for custom in visible if custom.is_open}


async def resolve_key_or_section(transaction: Transaction, community: int, text: str) -> str | CustomSection:
    """Return the key of the built-in section of this name, or the custom section of this name, whatever its state.

    Raises UserError if there is none.
    """
    if not text.strip():
        raise UserError("Say which section; `sections` lists them all.")
    if key := built_in_key(text):
        return key
    visible = await sections.find_custom_sections(transaction, community)
    if custom := await find_by_name(transaction, visible, text):
        return custom
    titles = await section_titles(transaction, community)
    similar = _similar_names(text, [SectionName(key, title) for key, title in titles.items()])
    hint = did_you_mean(similar)
    raise UserError(f"No section called “{text[:80]}” is known. {hint}", suggestions=suggest_sections(similar))


def built_in_key(text: str) -> str | None:
    """Return the key of a built-in section by its key, its title or another spelling of its tag."""
    name = normalize_name(text)
    for key, title in BUILT_IN_TITLES.items():
        if name in (normalize_name(key), normalize_name(title)) or normalize_tag(text) == key:
            return key
    return None


def _similar_names(text: str, names: Sequence[SectionName]) -> list[SectionName]:
    searched = normalize_name(text)
    containing = [
        name for name in names if searched in normalize_name(name.key) or searched in normalize_name(name.title)
    ]
    return list(dict.fromkeys((*containing, *find_similar_names(text, names))))[:3]


async def _visible_sections(transaction: Transaction, community: int) -> list[CustomSection]:
    visible = await sections.find_custom_sections(transaction, community)
    by_name: dict[tuple[int, str], CustomSection] = {}
    for section in sorted(visible, key=lambda section: (section.is_open, section.id)):
        if section.merged_into is None:
            by_name[section.community, section.key] = section
    open_keys = {section.key for section in by_name.values() if section.is_open}
    return [section for section in by_name.values() if section.is_open or section.key not in open_keys]


def _to_section(custom: CustomSection, counts: Mapping[str, SectionCounts]) -> Section:
    community = None if custom.community == GLOBAL_COMMUNITY else custom.community
    section = Section(custom.key, custom.title, custom.state, custom.description, community)
    return _with_counts(section, counts) if custom.is_open else section


def _with_counts(section: Section, counts: Mapping[str, SectionCounts]) -> Section:
    own = counts.get(section.key, SectionCounts())
    return replace(
        section, incidents=own.incidents, by_tag=own.by_tag, by_text=own.by_text, not_incidents=own.not_incidents
    )

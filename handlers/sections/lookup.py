"""Finds the section that a name, key or id refers to.

A member sees the sections of the member's own community and the common ones; the operator sees all. Former names and
the names of merged sections lead to the sections that replaced them.
"""

import re
from collections.abc import Sequence

from handlers.actor import Actor
from handlers.errors import UserError
from handlers.parsing.tags import BASE_TAG, BUILT_IN_SECTIONS, normalize_tag
from handlers.permissions import require_community
from handlers.results.proposals import SectionName
from handlers.sections.names import did_you_mean, find_same_name, find_similar_names, section_key, suggest_sections
from storage import sections
from storage.database import Transaction
from storage.values.incidents import GLOBAL_COMMUNITY
from storage.values.sections import CustomSection

_COMMUNITY_FILTER = re.compile(r"(?:^|\s)community:(\d{1,20})(?=\s|$)", re.IGNORECASE)


async def resolve_section(transaction: Transaction, actor: Actor, name_or_id: str | int) -> CustomSection:
    """Return the section with this name, key or (from a button) id, whatever its state.

    Raises UserError if there is none, if the operator has to name the community, or outside of a community.
    """
    require_community(actor)
    if isinstance(name_or_id, int):
        section = await sections.find_section(transaction, name_or_id)
        if section is None or not (actor.is_operator or section.community in {actor.community, GLOBAL_COMMUNITY}):
            raise UserError("That section no longer exists; `sections` lists the existing ones.")
        return section
    name = name_or_id
    community: int | None = None if actor.is_operator else actor.community
    if actor.is_operator and (community_filter := _COMMUNITY_FILTER.search(name)):
        community, name = int(community_filter[1]), _COMMUNITY_FILTER.sub(" ", name).strip()
    visible = await sections.find_custom_sections(transaction, community)
    if section := await find_by_name(transaction, visible, name):
        return section
    if is_built_in(name):
        raise UserError(f"“{name.strip()[:80]}” is a built-in section: it comes from the tags and cannot be changed.")
    similar = find_similar_names(
        name, [SectionName(section.key, section.title) for section in visible if section.is_open]
    )
    raise UserError(
        f"No section called “{name.strip()[:80]}” was proposed by members. {did_you_mean(similar)}",
        suggestions=suggest_sections(similar),
    )


async def find_by_name(transaction: Transaction, visible: Sequence[CustomSection], name: str) -> CustomSection | None:
    """Return the section of this name: an open one first, then the successor of a former one, then the newest closed.

    Raises UserError if several communities have a section of this name.
    """
    namesakes = [section for section in visible if find_same_name(name, [SectionName(section.key, section.title)])]
    open_sections = [section for section in namesakes if section.is_open]
    if len(open_sections) > 1:
        common = [section for section in open_sections if section.community == GLOBAL_COMMUNITY]
        if not common:
            choices = " or ".join(f"community:{section.community}" for section in open_sections[:5])
            raise UserError(f"Several communities have a section {open_sections[0].key}; add {choices}.")
        open_sections = common
    if open_sections:
        return open_sections[0]
    for section in reversed(namesakes):
        if (successor := _follow_merges(visible, section)) is not section:
            return successor
    changes = await sections.find_changes(transaction, [section.id for section in visible])
    key = section_key(name)
    for section in reversed(visible):
        if any(
            change.kind == "renamed" and section_key(change.old_value) == key for change in changes.get(section.id, ())
        ):
            return _follow_merges(visible, section)
    return namesakes[-1] if namesakes else None


def is_built_in(name: str) -> bool:
    """Return whether a name is that of a built-in section or of the tag that all incidents have."""
    built_in_keys = {BASE_TAG, *(tag.key for tag in BUILT_IN_SECTIONS)}
    is_key = bool({normalize_tag(name), normalize_tag(section_key(name))} & built_in_keys)
    return is_key or find_same_name(name, built_in_names()) is not None


def built_in_names() -> list[SectionName]:
    """Return the names of the built-in sections."""
    return [SectionName(tag.key, tag.title) for tag in BUILT_IN_SECTIONS]


def _follow_merges(visible: Sequence[CustomSection], section: CustomSection) -> CustomSection:
    by_id = {candidate.id: candidate for candidate in visible}
    for _ in range(len(visible)):
        if section.merged_into is None or section.merged_into not in by_id:
            break
        section = by_id[section.merged_into]
    return section

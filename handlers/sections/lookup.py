"""Which section somebody means, whose it is, and who may do what with it.

A member sees the sections of the own community and the common ones; the operator sees all. Former names and those of
sections that were merged lead to what they became.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.parsing.tags import BASE_TAG, CANONICAL, canonical_tag
from handlers.results import Actor, UserError
from handlers.sections.names import Named, key_of, near_names, same_name
from storage import sections
from storage.database import Connection, Database
from storage.values.incidents import EVERYWHERE
from storage.values.sections import MadeSection

_IN_COMMUNITY = re.compile(r"(?:^|\s)community:(\d{1,20})(?=\s|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks of sections: a member of a community, or the operator (community EVERYWHERE, member None)."""

    community: int
    member: int | None
    is_operator: bool = False
    may_manage: bool = False
    may_moderate: bool = False

    @property
    def word(self) -> str:
        """The speaker in a sentence that names nobody."""
        return "the operator" if self.is_operator else "a moderator"


def speaker_of(asker: Actor) -> Speaker:
    """Tell for whom somebody speaks; raises CannotAnswer outside a community."""
    if asker.community is not None and asker.member is not None:
        return Speaker(asker.community, asker.member, may_manage=asker.may_manage, may_moderate=asker.may_moderate)
    if asker.community is None and asker.member is None:
        return Speaker(EVERYWHERE, None, is_operator=True, may_manage=True, may_moderate=True)
    raise UserError("Sections belong to a server and its members: write it in one of the server's channels.")


async def look_up_section(
    database: Database, connection: Connection, speaker: Speaker, which: str | int
) -> MadeSection:
    """Give the section that is meant by a name, a key or (behind a button) its number, whatever its state.

    Raises CannotAnswer where there is none, or the operator has to say of which community.
    """
    if isinstance(which, int):
        one = await sections.find_section(database, connection, which)
        if one is None or not (speaker.is_operator or one.community in {speaker.community, EVERYWHERE}):
            raise UserError("That section is no more; `sections` lists those that there are.")
        return one
    community: int | None = None if speaker.is_operator else speaker.community
    if speaker.is_operator and (said := _IN_COMMUNITY.search(which)):
        community, which = int(said[1]), _IN_COMMUNITY.sub(" ", which).strip()
    seen = await sections.find_sections_made(database, connection, community)
    if found := await find_among(database, connection, seen, which):
        return found
    if is_built_in(which):
        raise UserError(f"“{which.strip()[:80]}” is a built-in section: it comes from the tags and stays as it is.")
    close = near_names(which, [Named(one.key, one.title) for one in seen if one.is_open])
    hint = f"Did you mean {' or '.join(one.title for one in close)}?" if close else "`sections` lists them all."
    raise UserError(f"No section called “{which.strip()[:80]}” was proposed by members. {hint}")


async def find_among(
    database: Database, connection: Connection, seen: Sequence[MadeSection], name: str
) -> MadeSection | None:
    """Give the section of this name: an open one first, then what a former one became, then the last that was closed.

    Raises CannotAnswer where several communities have one of this name.
    """
    fitting = [one for one in seen if same_name(name, [Named(one.key, one.title)])]
    still_open = [one for one in fitting if one.is_open]
    if len(still_open) > 1:
        common = [one for one in still_open if one.community == EVERYWHERE]
        if not common:
            whose = " or ".join(f"community:{one.community}" for one in still_open[:5])
            raise UserError(f"Several communities have a section {still_open[0].key}; add {whose}.")
        still_open = common
    if still_open:
        return still_open[0]
    for one in reversed(fitting):
        if (became := _follow(seen, one)) is not one:
            return became
    renamed = await sections.find_changes(database, connection, [one.id for one in seen])
    key = key_of(name)
    for one in reversed(seen):
        if any(change.what == "renamed" and key_of(change.was) == key for change in renamed.get(one.id, ())):
            return _follow(seen, one)
    return fitting[-1] if fitting else None


def is_built_in(name: str) -> bool:
    """Tell whether a name is that of a built-in section or of the tag that all incidents have."""
    known = {canonical_tag(name), canonical_tag(key_of(name))} & {BASE_TAG, *(tag.key for tag in CANONICAL)}
    return bool(known) or same_name(name, built_in()) is not None


def built_in() -> list[Named]:
    """Give the names of the built-in sections."""
    return [Named(tag.key, tag.title) for tag in CANONICAL]


def refuse_unless_keeper(speaker: Speaker, section: MadeSection, what: str) -> None:
    """Raise CannotAnswer unless somebody may do this with a section: its community's moderators, or the operator."""
    if speaker.is_operator:
        return
    if section.community != speaker.community:
        raise UserError(f"{section.title} is common to all communities, so the operator alone may {what} it.")
    if not speaker.may_moderate:
        raise UserError(f"You need the permission Manage Messages in this server to {what} a section.")


def refuse_unless_active(section: MadeSection, what: str) -> None:
    """Raise CannotAnswer unless a section is in use."""
    if section.state != "active":
        now = "only proposed" if section.state == "proposed" else section.state
        raise UserError(f"{section.title} is {now}, so there is nothing to {what}.")


def _follow(seen: Sequence[MadeSection], one: MadeSection) -> MadeSection:
    by_number = {each.id: each for each in seen}
    for _ in range(len(seen)):
        if one.merged_into is None or one.merged_into not in by_number:
            break
        one = by_number[one.merged_into]
    return one

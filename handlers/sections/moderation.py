"""Keeping sections in order: renaming, describing, merging, retiring, sharing, and forgetting a community.

Moderators keep their community's sections, the operator all of them. Each change goes into the section's history.
"""

from datetime import datetime

from handlers.results import Actor, UserError
from handlers.sections.lookup import (
    Speaker,
    is_built_in,
    look_up_section,
    refuse_unless_active,
    refuse_unless_keeper,
    speaker_of,
)
from handlers.sections.names import clean_description, clean_name, key_of
from handlers.sections.proposals import refuse_taken_name
from handlers.sections.vote_rules import forget_rules
from storage import events, incidents, section_labels, sections
from storage.database import Connection, Database
from storage.values.incidents import EVERYWHERE
from storage.values.sections import ChangeKind, MadeSection, SectionChange, TextHolding


async def rename(database: Database, asker: Actor, which: str | int, name: str, now: datetime) -> MadeSection:
    """Give a section another name and with it another key; the old name still finds it. Raises CannotAnswer."""
    speaker, title = speaker_of(asker), clean_name(name)
    if is_built_in(title):
        raise UserError(f"“{title}” is a built-in section, so no other can be called that.")
    async with database.writing() as connection:
        section = await _to_keep(database, connection, speaker, which, "rename")
        await refuse_taken_name(database, connection, section.community, title, besides=section.id)
        if title == section.title:
            return section
        key = key_of(title)
        if key != section.key:
            await section_labels.move_words(database, connection, section.key, key, section.community)
        await sections.change_section(database, connection, section.id, key=key, title=title)
        await _note(database, connection, section, "renamed", section.title, title, speaker, now)
        return await _changed(database, connection, speaker, section)


async def describe(database: Database, asker: Actor, which: str | int, text: str, now: datetime) -> MadeSection:
    """Say anew what a section is about, in one line. Raises CannotAnswer."""
    speaker, description = speaker_of(asker), clean_description(text)
    if not description:
        raise UserError("Say in a line what the section is about.")
    async with database.writing() as connection:
        section = await _to_keep(database, connection, speaker, which, "describe")
        if description != section.description:
            await sections.change_section(database, connection, section.id, description=description)
            await _note(database, connection, section, "described", section.description, description, speaker, now)
        return await look_up_section(database, connection, speaker, section.id)


async def merge(database: Database, asker: Actor, which: str | int, into: str | int, now: datetime) -> MadeSection:
    """Put one section into another of the same community; gives the other.

    Examples and what members said move along (of two words on one incident the other section's holds), and the old
    name finds the new one. Raises CannotAnswer.
    """
    speaker = speaker_of(asker)
    async with database.reading() as connection:
        section = await look_up_section(database, connection, speaker, which)
        examples = await section_labels.find_examples(database, connection, section.id)
    async with database.writing() as connection:
        # who needs both holds incidents first and then takes the turn
        await incidents.hold_incidents(database, connection, [one.bug for one in examples])
        section = await _to_keep(database, connection, speaker, which, "merge")
        other = await look_up_section(database, connection, speaker, into)
        refuse_unless_active(other, "merge into")
        if other.id == section.id:
            raise UserError(f"{section.title} cannot be merged into itself; name another section.")
        if not speaker.is_operator or other.community not in {section.community, EVERYWHERE}:
            _refuse_strangers(section, other)
        await _move(database, connection, section, other)
        await sections.change_section(
            database, connection, section.id,
            state="retired", decided_at=now, outcome=f"Merged into {other.title}.", merged_into=other.id,
        )  # fmt: skip
        await _note(database, connection, section, "merged", section.title, other.title, speaker, now)
        await _note(database, connection, other, "merged", section.title, other.title, speaker, now)
        return await _changed(database, connection, speaker, other)


async def retire(database: Database, asker: Actor, which: str | int, now: datetime) -> MadeSection:
    """End a section: it holds nothing any more; its examples and history stay. Raises CannotAnswer."""
    speaker = speaker_of(asker)
    async with database.writing() as connection:
        section = await _to_keep(database, connection, speaker, which, "retire")
        await _mark(database, connection, section)
        await section_labels.end_words(database, connection, section.key, section.community)
        await section_labels.end_holdings(database, connection, section.id)
        outcome = f"Retired by {speaker.word}."
        await sections.change_section(
            database, connection, section.id, state="retired", decided_at=now, outcome=outcome
        )  # fmt: skip
        await _note(database, connection, section, "retired", section.title, "", speaker, now)
        return await look_up_section(database, connection, speaker, section.id)


async def make_common(database: Database, asker: Actor, which: str | int, now: datetime) -> MadeSection:
    """Show a community's section to all communities; the operator may. Raises CannotAnswer."""
    speaker = _operator(asker, "make a section common to all")
    async with database.writing() as connection:
        section = await _to_keep(database, connection, speaker, which, "share")
        if section.community == EVERYWHERE:
            raise UserError(f"{section.title} is common to all communities already.")
        await refuse_taken_name(database, connection, EVERYWHERE, section.title, besides=section.id)
        await sections.change_section(database, connection, section.id, community=EVERYWHERE)
        was = f"community {section.community}"
        await _note(database, connection, section, "made common", was, "all communities", speaker, now)
        return await _changed(database, connection, speaker, section)


async def forget_community(database: Database, asker: Actor, community: int) -> int:
    """Remove a community's sections with examples, votes, histories and rules; gives how many sections there were.

    What was made common stays. Raises CannotAnswer where not the operator asks.
    """
    _operator(asker, "remove a community's sections")
    if community == EVERYWHERE:
        raise UserError("Name a community by its number; what is common to all is retired one by one.")
    async with database.writing() as connection:
        await sections.take_turn(database, connection)
        seen = await sections.find_sections_made(database, connection, community)
        for one in seen:
            if one.community == community and one.is_open:
                await _mark(database, connection, one)
                await section_labels.end_words(database, connection, one.key, community)
        await forget_rules(database, connection, community)
        return await sections.remove_sections(database, connection, community)


async def _to_keep(
    database: Database, connection: Connection, speaker: Speaker, which: str | int, what: str
) -> MadeSection:
    await sections.take_turn(database, connection)
    section = await look_up_section(database, connection, speaker, which)
    refuse_unless_keeper(speaker, section, what)
    refuse_unless_active(section, what)
    return section


def _operator(asker: Actor, what: str) -> Speaker:
    speaker = speaker_of(asker)
    if not speaker.is_operator:
        raise UserError(f"Only the operator may {what}, in a terminal.")
    return speaker


def _refuse_strangers(section: MadeSection, other: MadeSection) -> None:
    if section.community != other.community:
        raise UserError(
            f"{section.title} and {other.title} do not belong to the same community, so they cannot become one."
        )


async def _move(database: Database, connection: Connection, section: MadeSection, other: MadeSection) -> None:
    """Move all that was said of one section to another, and what its text finds until that is looked at again."""
    said = await section_labels.find_examples(database, connection, section.id)
    known = {one.bug for one in await section_labels.find_examples(database, connection, other.id)}
    moved = [one for one in said if one.bug not in known]
    await section_labels.keep_examples(database, connection, other.id, moved)
    await section_labels.move_words(database, connection, section.key, other.key, section.community)
    found = await section_labels.find_holdings(database, connection, section.id)
    there = await section_labels.find_holdings(database, connection, other.id)
    held: dict[int, TextHolding | None] = {bug: one for bug, one in found.items() if bug not in there}
    await section_labels.keep_holdings(database, connection, other.id, held)
    await section_labels.end_holdings(database, connection, section.id)
    await sections.change_section(database, connection, other.id, vouched=section.vouched or other.vouched)


async def _changed(database: Database, connection: Connection, speaker: Speaker, section: MadeSection) -> MadeSection:
    """Have all incidents gone through again, and what was posted of them edited; gives the section as it is now."""
    await sections.ask_to_go_through(database, connection, [section.id])
    now = await look_up_section(database, connection, speaker, section.id)
    await _mark(database, connection, now)
    return now


async def _mark(database: Database, connection: Connection, section: MadeSection) -> None:
    """Have what was posted of a section's incidents edited."""
    examples = await section_labels.find_examples(database, connection, section.id)
    bugs = {one.bug for one in examples if one.belongs}
    bugs |= set(await section_labels.find_holdings(database, connection, section.id))
    await events.mark_all_stale(database, connection, bugs, section.community)


async def _note(
    database: Database, connection: Connection, section: MadeSection, what: ChangeKind, was: str, became: str,
    speaker: Speaker, now: datetime,
) -> None:  # fmt: skip
    await sections.note_change(
        database, connection, section.id, SectionChange(what, was, became, speaker.member, now)
    )  # fmt: skip

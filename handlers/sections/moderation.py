"""Moderates sections: rename, describe, merge, retire, share with all communities, and delete a community's sections.

Moderators may change their community's sections, the operator all of them. Each change is recorded in the section's
history.
"""

from datetime import datetime

from handlers.actor import Actor
from handlers.errors import UserError
from handlers.permissions import require_community, require_operator, require_section_moderator
from handlers.sections.lookup import is_built_in, resolve_section
from handlers.sections.names import clean_description, clean_name, section_key
from handlers.sections.proposals import reject_duplicate_name
from handlers.sections.vote_rules import delete_rules
from handlers.server_settings import delete_settings
from storage import corrections, events, incidents, section_labels, section_matches, sections
from storage.database import Database, Transaction
from storage.values.incidents import GLOBAL_COMMUNITY
from storage.values.sections import ChangeKind, CustomSection, SectionChange, TextMatch


async def rename(database: Database, actor: Actor, name_or_id: str | int, name: str, now: datetime) -> CustomSection:
    """Give a section another name and with it another key; the old name still finds it. Raises UserError."""
    require_community(actor)
    title = clean_name(name)
    if is_built_in(title):
        raise UserError(f"“{title}” is a built-in section, so no other section can have that name.")
    async with database.transaction() as transaction:
        section = await _load_for_change(transaction, actor, name_or_id, "rename")
        await reject_duplicate_name(transaction, section.community, title, except_id=section.id)
        if title == section.title:
            return section
        key = section_key(title)
        if key != section.key:
            await corrections.move_corrections(transaction, section.key, key, section.community)
        await sections.update_section(transaction, section.id, key=key, title=title)
        await _record_change(transaction, section, "renamed", section.title, title, actor, now)
        return await _request_backfill(transaction, actor, section)


async def describe(database: Database, actor: Actor, name_or_id: str | int, text: str, now: datetime) -> CustomSection:
    """Replace a section's one-line description. Raises UserError."""
    require_community(actor)
    description = clean_description(text)
    if not description:
        raise UserError("Say in a line what the section is about.")
    async with database.transaction() as transaction:
        section = await _load_for_change(transaction, actor, name_or_id, "describe")
        if description != section.description:
            await sections.update_section(transaction, section.id, description=description)
            await _record_change(transaction, section, "described", section.description, description, actor, now)
        return await resolve_section(transaction, actor, section.id)


async def merge(
    database: Database, actor: Actor, name_or_id: str | int, into: str | int, now: datetime
) -> CustomSection:
    """Merge one section into another of the same community; returns the other.

    Labels and corrections move along (if both sections have one on an incident, that of the other section stays), and
    the old name finds the other section. Raises UserError.
    """
    require_community(actor)
    async with database.transaction() as transaction:
        section = await resolve_section(transaction, actor, name_or_id)
        labels = await section_labels.find_labels(transaction, section.id)
        # lock order: incidents first, then sections
        await incidents.lock_incidents(transaction, [label.bug for label in labels])
        section = await _load_for_change(transaction, actor, name_or_id, "merge")
        other = await resolve_section(transaction, actor, into)
        _require_active(other, "merge into")
        if other.id == section.id:
            raise UserError(f"{section.title} cannot be merged into itself; name another section.")
        if not actor.is_operator or other.community not in {section.community, GLOBAL_COMMUNITY}:
            _require_same_community(section, other)
        await _move_labels(transaction, section, other)
        await sections.update_section(
            transaction, section.id,
            state="retired", decided_at=now, outcome=f"Merged into {other.title}.", merged_into=other.id,
        )  # fmt: skip
        await _record_change(transaction, section, "merged", section.title, other.title, actor, now)
        await _record_change(transaction, other, "merged", section.title, other.title, actor, now)
        return await _request_backfill(transaction, actor, other)


async def retire(database: Database, actor: Actor, name_or_id: str | int, now: datetime) -> CustomSection:
    """Retire a section: no incident belongs to it any more; its labels and history stay. Raises UserError."""
    require_community(actor)
    async with database.transaction() as transaction:
        section = await _load_for_change(transaction, actor, name_or_id, "retire")
        await _mark_alerts_stale(transaction, section)
        await corrections.expire_corrections(transaction, section.key, section.community)
        await section_matches.delete_text_matches(transaction, section.id)
        outcome = f"Retired by {actor.role_label}."
        await sections.update_section(
            transaction, section.id, state="retired", decided_at=now, outcome=outcome
        )  # fmt: skip
        await _record_change(transaction, section, "retired", section.title, "", actor, now)
        return await resolve_section(transaction, actor, section.id)


async def share_globally(database: Database, actor: Actor, name_or_id: str | int, now: datetime) -> CustomSection:
    """Share a community's section with all communities; only the operator may. Raises UserError."""
    require_operator(actor, "make a section common to all")
    async with database.transaction() as transaction:
        section = await _load_for_change(transaction, actor, name_or_id, "share")
        if section.community == GLOBAL_COMMUNITY:
            raise UserError(f"{section.title} is common to all communities already.")
        await reject_duplicate_name(transaction, GLOBAL_COMMUNITY, section.title, except_id=section.id)
        await sections.update_section(transaction, section.id, community=GLOBAL_COMMUNITY)
        old = f"community {section.community}"
        await _record_change(transaction, section, "made common", old, "all communities", actor, now)
        return await _request_backfill(transaction, actor, section)


async def delete_community(database: Database, actor: Actor, community: int) -> int:
    """Delete a community's sections with labels, votes, histories and rules; returns how many sections there were.

    Sections that were shared with all communities stay. Raises UserError for anybody but the operator.
    """
    require_operator(actor, "remove a community's sections")
    if community == GLOBAL_COMMUNITY:
        raise UserError("Name a community by its number; sections common to all communities are retired one by one.")
    async with database.transaction() as transaction:
        await sections.lock_sections(transaction)
        visible = await sections.find_custom_sections(transaction, community)
        for section in visible:
            if section.community == community and section.is_open:
                await _mark_alerts_stale(transaction, section)
                await corrections.expire_corrections(transaction, section.key, community)
        await delete_rules(transaction, community)
        await delete_settings(transaction, community)
        await corrections.forget_names(transaction, community)
        return await sections.delete_sections(transaction, community)


async def _load_for_change(transaction: Transaction, actor: Actor, name_or_id: str | int, action: str) -> CustomSection:
    await sections.lock_sections(transaction)
    section = await resolve_section(transaction, actor, name_or_id)
    require_section_moderator(actor, section, action)
    _require_active(section, action)
    return section


async def _move_labels(transaction: Transaction, section: CustomSection, other: CustomSection) -> None:
    """Move a section's labels and corrections to another, and its text matches until the next backfill."""
    labels = await section_labels.find_labels(transaction, section.id)
    labelled_in_other = {label.bug for label in await section_labels.find_labels(transaction, other.id)}
    moved_labels = [label for label in labels if label.bug not in labelled_in_other]
    await section_labels.save_labels(transaction, other.id, moved_labels)
    await corrections.move_corrections(transaction, section.key, other.key, section.community)
    matches = await section_matches.find_text_matches(transaction, section.id)
    other_matches = await section_matches.find_text_matches(transaction, other.id)
    moved_matches: dict[int, TextMatch | None] = {
        bug: match for bug, match in matches.items() if bug not in other_matches
    }
    await section_matches.save_text_matches(transaction, other.id, moved_matches)
    await section_matches.delete_text_matches(transaction, section.id)
    approved = section.operator_approved or other.operator_approved
    await sections.update_section(transaction, other.id, operator_approved=approved)


async def _request_backfill(transaction: Transaction, actor: Actor, section: CustomSection) -> CustomSection:
    """Request a backfill of a section and the edit of its posted alerts; returns the section as stored."""
    await sections.request_backfill(transaction, [section.id])
    updated = await resolve_section(transaction, actor, section.id)
    await _mark_alerts_stale(transaction, updated)
    return updated


async def _mark_alerts_stale(transaction: Transaction, section: CustomSection) -> None:
    """Mark the posted alerts about a section's incidents for an edit."""
    labels = await section_labels.find_labels(transaction, section.id)
    bugs = {label.bug for label in labels if label.belongs}
    bugs |= set(await section_matches.find_text_matches(transaction, section.id))
    corrected = await corrections.find_all_corrections(transaction)
    bugs |= {correction.bug for correction in corrected if correction.section == section.key}
    await events.mark_incidents_stale(transaction, bugs, section.community)


async def _record_change(
    transaction: Transaction, section: CustomSection, kind: ChangeKind, old: str, new: str,
    actor: Actor, now: datetime,
) -> None:  # fmt: skip
    await sections.record_change(transaction, section.id, SectionChange(kind, old, new, actor.member, now, actor.name))


def _require_active(section: CustomSection, action: str) -> None:
    if section.state != "active":
        state = "only proposed" if section.state == "proposed" else section.state
        raise UserError(f"{section.title} is {state}, so there is nothing to {action}.")


def _require_same_community(section: CustomSection, other: CustomSection) -> None:
    if section.community != other.community:
        raise UserError(
            f"{section.title} and {other.title} do not belong to the same community, so they cannot be merged."
        )

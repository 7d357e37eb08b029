"""Undoes corrections: those of sections common to all communities, and those that are labels of a community's own.

A button's id has to name what it undoes, also after a restart: the id of a correction, or for a label, which has none,
when it was made and what it replaced.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from handlers.actor import Actor
from handlers.errors import UserError
from handlers.permissions import require_moderator
from handlers.results.proposals import LabelResult
from handlers.sections.detail import resolve_active_key
from storage import assignments, corrections, events, incidents, section_labels, sections
from storage.database import Transaction
from storage.values.incidents import Assignment
from storage.values.sections import SectionLabel

_CORRECTION = re.compile(r"c([0-9]{1,18})")
_LABEL = re.compile(r"l([0-9]{1,12}):([0-9]{1,9}):([0-9]{1,18}):(?:(in|out):([0-9]{1,20}))?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class UndoneCorrection:
    """The subject of a correction that was undone, and how the incident was in the section until then."""

    bug: int
    section: str
    previous: Assignment | None


def undo_token_of_correction(correction_id: int) -> str:
    """Return the name of a stored correction for `undo`."""
    return f"c{correction_id}"


def undo_token_of_labels(labelled: LabelResult) -> str:
    """Return the name of the one label that was saved for `undo`, "" if there was none."""
    if len(labelled.saved) != 1:
        return ""
    label = labelled.saved[0]
    earlier = next(iter(labelled.replaced), None)
    before = f"{'in' if earlier.belongs else 'out'}:{earlier.member or 0}" if earlier else ""
    return f"l{labelled.section.id}:{label.bug}:{(label.labelled_at - _EPOCH) // timedelta(microseconds=1)}:{before}"


async def undo(transaction: Transaction, actor: Actor, token: str, now: datetime) -> UndoneCorrection:
    """Undo a correction; raises UserError if it is not the newest one or if the actor may not."""
    if match := _CORRECTION.fullmatch(token):
        return await _undo_correction(transaction, actor, int(match[1]))
    if match := _LABEL.fullmatch(token):
        labelled_at = _EPOCH + timedelta(microseconds=int(match[3]))
        replaced = None
        if match[4]:
            replaced = SectionLabel(int(match[2]), match[4] == "in", int(match[5]) or None, now)
        return await _undo_label(transaction, actor, int(match[1]), int(match[2]), labelled_at, replaced, now)
    raise UserError("This button is of another version; correct the incident's sections by command.")


async def _undo_correction(transaction: Transaction, actor: Actor, correction_id: int) -> UndoneCorrection:
    correction = await corrections.find_correction(transaction, correction_id)
    if correction is None:
        raise UserError("That correction was undone before, so there is nothing to undo.")
    if correction.community != actor.community:
        # a button in a message that was forwarded, or in a server that became another community
        raise UserError("That correction was made in another server, where alone it can be undone.")
    if not await incidents.lock_incidents(transaction, [correction.bug]):
        raise UserError(f"Bug {correction.bug} is no longer public, so nothing can be corrected.")
    if await corrections.find_newer_correction(transaction, correction):
        raise _replaced(correction.bug)
    _require_own(actor, correction.member)
    # a section that was retired meanwhile takes nothing back
    await resolve_active_key(transaction, actor.community, correction.section)
    previous = await _find_assignment(transaction, correction.bug, correction.section, actor.community)
    await corrections.undo_correction(transaction, correction)
    await events.mark_incidents_stale(transaction, [correction.bug], correction.community)
    return UndoneCorrection(bug=correction.bug, section=correction.section, previous=previous)


async def _undo_label(
    transaction: Transaction,
    actor: Actor,
    section_id: int,
    bug: int,
    labelled_at: datetime,
    replaced: SectionLabel | None,
    now: datetime,
) -> UndoneCorrection:
    # lock order: incidents first, then sections
    if not await incidents.lock_incidents(transaction, [bug]):
        raise UserError(f"Bug {bug} is no longer public, so nothing can be corrected.")
    await sections.lock_sections(transaction)
    section = await sections.find_section(transaction, section_id)
    if section is None or section.community != actor.community or not section.is_open:
        raise UserError("That section is no longer in use, so there is nothing to undo.")
    labels = await section_labels.find_labels(transaction, section_id)
    label = next((label for label in labels if label.bug == bug), None)
    if label is None or label.labelled_at != labelled_at:
        raise _replaced(bug)
    _require_own(actor, label.member)
    previous = await _find_assignment(transaction, bug, section.key, actor.community)
    if replaced is None:
        await section_labels.delete_label(transaction, section_id, bug)
    else:
        restored = SectionLabel(bug, replaced.belongs, replaced.member, now, label.score)
        await section_labels.save_labels(transaction, section_id, [restored])
    if section.state == "active":
        await sections.request_backfill(transaction, [section_id])
    await events.mark_incidents_stale(transaction, [bug], section.community)
    return UndoneCorrection(bug=bug, section=section.key, previous=previous)


def _require_own(actor: Actor, member: int | None) -> None:
    if actor.member != member:
        require_moderator(actor, "undo another member's correction")


def _replaced(bug: int) -> UserError:
    return UserError(f"Bug {bug} has been corrected again since, so nothing was undone.", example=f"why {bug}")


async def _find_assignment(transaction: Transaction, bug: int, section: str, community: int) -> Assignment | None:
    by_bug = await assignments.find_assignments(transaction, [bug], community)
    return next((assignment for assignment in by_bug.get(bug, ()) if assignment.section == section), None)

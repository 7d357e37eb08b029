"""Members' corrections of sections: each applies to the member's community at once and is saved with author and time.

Anyone may correct a section assigned by text, and their own corrections. Overriding the staff's tags, the operator or
another member requires the permission to moderate; a correction made without it gives way to a tag that comes later.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from handlers.actor import Actor
from handlers.correction_undo import undo, undo_token_of_correction, undo_token_of_labels
from handlers.errors import UserError
from handlers.permissions import require_community, require_moderator
from handlers.results.corrections import CorrectionResult
from handlers.sections.detail import resolve_active_key
from handlers.sections.listing import resolve_key_or_section, section_titles
from handlers.sections.service import SectionService
from handlers.visible_incidents import BugUrl, require_incident
from storage import assignments, corrections, events, incidents
from storage.database import Database, Transaction
from storage.values.incidents import GLOBAL_COMMUNITY, Assignment, Correction, CorrectionVerdict, Incident
from storage.values.sections import CustomSection

# (corrections, period, period in words), for members without the permission to moderate
RATE_LIMITS = ((5, timedelta(minutes=10), "10 minutes"), (30, timedelta(days=1), "a day"))


@dataclass(frozen=True, slots=True)
class CorrectionRequest:
    """A request to put an incident into a section or to take it out."""

    bug: int
    section: str
    belongs: bool

    @property
    def verdict(self) -> CorrectionVerdict:
        """The verdict that expresses the request."""
        return "in" if self.belongs else "out"


@dataclass(frozen=True, slots=True)
class OverriddenState:
    """What a community's correction overrides: the operator's correction and the assignment by tag or text."""

    operator_correction: Correction | None
    assignment: Assignment | None

    @property
    def tagged(self) -> bool:
        """Whether the staff's tags name the section."""
        return self.assignment is not None and self.assignment.by == "tag"


class Corrections:
    """Puts incidents into sections and takes them out. Raises UserError if a request cannot be fulfilled."""

    def __init__(self, database: Database, custom_sections: SectionService, bug_url: BugUrl) -> None:
        self._database = database
        self._custom_sections = custom_sections
        self._bug_url = bug_url

    async def classify(self, actor: Actor, bug: int, section: str) -> CorrectionResult:
        """Put an incident into the section of this name."""
        return await self._correct(actor, bug, section, belongs=True)

    async def unclassify(self, actor: Actor, bug: int, section: str = "") -> CorrectionResult:
        """Take an incident out of a section; without a name, out of the only one that it is in."""
        return await self._correct(actor, bug, section, belongs=False)

    async def undo(self, actor: Actor, token: str) -> CorrectionResult:
        """Undo the correction that `CorrectionResult.undo` names: what held before it holds again.

        Raises UserError if a newer correction has replaced it, or if it is another member's and the actor may not
        moderate.
        """
        require_community(actor)
        async with self._database.transaction() as transaction:
            undone = await undo(transaction, actor, token, datetime.now(UTC))
        async with self._database.read() as transaction:
            incident = await require_incident(transaction, undone.bug, actor.community, self._bug_url)
            titles = await section_titles(transaction, actor.community)
        title = f"{incident.ca}: {incident.title}" if incident.ca else incident.title
        result = CorrectionResult(
            undone.bug, undone.section, False, undone.previous, incident.sections,
            section_titles=titles, incident_title=title,
        )  # fmt: skip
        return replace(result, belongs=result.current is not None)

    async def _correct(self, actor: Actor, bug: int, section: str, *, belongs: bool) -> CorrectionResult:
        require_community(actor)
        async with self._database.read() as transaction:
            incident = await require_incident(transaction, bug, actor.community, self._bug_url)
            name = section or _only_section(incident)
            resolved = await resolve_key_or_section(transaction, actor.community, name)
            if isinstance(resolved, CustomSection) and resolved.community == actor.community:
                own_section, key = resolved, resolved.key
            else:
                own_section, key = None, await resolve_active_key(transaction, actor.community, name)
            titles = await section_titles(transaction, actor.community)
        title = f"{incident.ca}: {incident.title}" if incident.ca else incident.title
        if own_section is None:
            request = CorrectionRequest(bug, key, belongs)
            result = await apply_correction(self._database, actor, request, datetime.now(UTC))
            return replace(result, section_titles=titles, incident_title=title)
        # for a community's own section a correction is also a label that trains it
        previous = next((assignment for assignment in incident.sections if assignment.section == key), None)
        labelled = await self._custom_sections.label_incidents(actor, own_section.id, {bug: belongs}, solicited=False)
        async with self._database.read() as transaction:
            sections = (await require_incident(transaction, bug, actor.community, self._bug_url)).sections
        undo = undo_token_of_labels(labelled)
        return CorrectionResult(bug, key, belongs, previous, sections, bool(labelled.saved), titles, title, undo)


async def apply_correction(
    database: Database, actor: Actor, request: CorrectionRequest, now: datetime
) -> CorrectionResult:
    """Save a member's correction and have posted alerts updated; nothing is saved if the sections already agree.

    Raises UserError if the member lacks the permission or has reached the rate limit.
    """
    require_community(actor)
    community, member = actor.community, actor.member
    async with database.transaction() as transaction:
        if not await incidents.lock_incidents(transaction, [request.bug]):
            raise UserError(f"Bug {request.bug} is no longer public, so it cannot be corrected.")
        sections = await _current_sections(transaction, request.bug, community)
        in_force = await corrections.find_corrections(transaction, request.bug, community)
        existing = next(
            (saved for saved in in_force if (saved.section, saved.community) == (request.section, community)), None
        )
        underlying = await _load_underlying(transaction, request, community, in_force)
        verdict = _verdict_to_store(request, underlying, existing, member)
        previous = next((assignment for assignment in sections if assignment.section == request.section), None)
        already_agrees = (previous is not None and previous.confident) == request.belongs
        if already_agrees and (existing.verdict if existing else "none") in {verdict, request.verdict}:
            return CorrectionResult(request.bug, request.section, request.belongs, previous, sections, changed=False)
        if overridden := _find_overridden(request, underlying, existing, member):
            require_moderator(actor, f"overrule {overridden}")
        if not actor.may_moderate:
            await _enforce_rate_limit(transaction, community, member, now)
        correction = Correction(
            request.bug, request.section, community, member, verdict, now, actor.may_moderate, actor.name
        )
        saved_id = await corrections.save_correction(transaction, correction)
        await events.mark_incidents_stale(transaction, [request.bug], community)
        sections = await _current_sections(transaction, request.bug, community)
    undo = undo_token_of_correction(saved_id)
    return CorrectionResult(request.bug, request.section, request.belongs, previous, sections, undo=undo)


def _only_section(incident: Incident) -> str:
    """Return the key of the only section that an incident is in; raises UserError if there is none or several."""
    number = incident.bug.id
    keys = [assignment.section for assignment in incident.sections if assignment.confident]
    if not keys:
        raise UserError(f"Bug {number} is in no section, so there is nothing to take it out of.")
    if len(keys) > 1:
        raise UserError(
            f"Bug {number} is in {len(keys)} sections ({', '.join(keys)}): say which one it does not belong in.",
            example=f"unclassify {number} {keys[0]}",
        )
    return keys[0]


async def _current_sections(transaction: Transaction, bug: int, community: int) -> tuple[Assignment, ...]:
    return (await assignments.find_assignments(transaction, [bug], community)).get(bug, ())


async def _load_underlying(
    transaction: Transaction,
    request: CorrectionRequest,
    community: int,
    in_force: Sequence[Correction],
) -> OverriddenState:
    operator_corrections = await corrections.find_corrections(transaction, request.bug, GLOBAL_COMMUNITY)
    operator_correction = next(
        (
            correction
            for correction in operator_corrections
            if correction.section == request.section and community != GLOBAL_COMMUNITY
        ),
        None,
    )
    stored = await assignments.find_underlying(transaction, request.bug)
    assignment = next((assignment for assignment in stored if assignment.section == request.section), None)
    corrected_elsewhere = any(
        correction.verdict == "in" and correction.section != request.section for correction in in_force
    )
    if assignment and assignment.by == "text" and corrected_elsewhere:
        # a correction into another section invalidates what the text suggests
        assignment = replace(assignment, confident=False)
    return OverriddenState(operator_correction, assignment)


def _verdict_to_store(
    request: CorrectionRequest, underlying: OverriddenState, existing: Correction | None, member: int | None
) -> CorrectionVerdict:
    """Return the verdict to store; "none" if the underlying assignment already says so.

    An assignment by text may change, so confirming it is stored too, unless members only take back their own
    correction.
    """
    if underlying.operator_correction:
        return "none" if underlying.operator_correction.verdict == request.verdict else request.verdict
    if underlying.assignment is None or underlying.tagged:
        return "none" if underlying.tagged == request.belongs else request.verdict
    takes_back = existing is not None and existing.member == member and existing.verdict != request.verdict
    return "none" if takes_back and underlying.assignment.confident == request.belongs else request.verdict


def _find_overridden(
    request: CorrectionRequest, underlying: OverriddenState, existing: Correction | None, member: int | None
) -> str:
    """Return what a request would overrule that is not the member's own to change, "" if nothing."""
    if underlying.operator_correction and underlying.operator_correction.verdict != request.verdict:
        return "the operator's correction"
    if underlying.tagged and not request.belongs:
        return "the tag that Bugzilla's staff set"
    return "another member's correction" if existing and existing.member != member else ""


async def _enforce_rate_limit(transaction: Transaction, community: int, member: int | None, now: datetime) -> None:
    if member is None:
        return
    longest = max(period for _, period, _ in RATE_LIMITS)
    times = await corrections.find_correction_times(transaction, community, member, now - longest)
    for limit, period, period_text in RATE_LIMITS:
        recent = [time for time in times if time > now - period]
        if len(recent) >= limit:
            next_allowed = (recent[-limit] + period).astimezone(UTC)
            raise UserError(
                f"Without the permission Manage Messages you can make {limit} corrections in {period_text}; the next "
                f"one can be made at {next_allowed:%H:%M} UTC."
            )

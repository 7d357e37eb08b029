"""Members' corrections of sections: each applies to the member's community at once and is saved with author and time.

Anyone may correct a section assigned by text, and their own corrections. Overriding the staff's tags, the operator or
another member requires the permission to moderate; a correction made without it gives way to a tag that comes later.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from handlers.actor import Actor
from handlers.errors import UserError
from handlers.results.corrections import CorrectionResult
from storage import assignments, corrections, events, incidents
from storage.database import Database, Transaction
from storage.values.incidents import GLOBAL_COMMUNITY, Assignment, Correction, CorrectionVerdict

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


async def apply_correction(
    database: Database, actor: Actor, request: CorrectionRequest, now: datetime
) -> CorrectionResult:
    """Save a member's correction and have posted alerts updated; nothing is saved if the sections already agree.

    Raises UserError if the member lacks the permission or has reached the rate limit.
    """
    community, member = _scope(actor)
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
        if not actor.may_moderate:
            _reject_override(request, underlying, existing, member)
            await _enforce_rate_limit(transaction, community, member, now)
        correction = Correction(request.bug, request.section, community, member, verdict, now, actor.may_moderate)
        await corrections.save_correction(transaction, correction)
        await events.mark_incidents_stale(transaction, [request.bug], community)
        sections = await _current_sections(transaction, request.bug, community)
    return CorrectionResult(request.bug, request.section, request.belongs, previous, sections)


def _scope(actor: Actor) -> tuple[int, int | None]:
    if actor.community is not None:
        return actor.community, actor.member
    if actor.member is None:
        return GLOBAL_COMMUNITY, None
    raise UserError("Sections are corrected for a server and its members: write it in one of the server's channels.")


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


def _reject_override(
    request: CorrectionRequest, underlying: OverriddenState, existing: Correction | None, member: int | None
) -> None:
    if underlying.operator_correction and underlying.operator_correction.verdict != request.verdict:
        overridden = "the operator's correction"
    elif underlying.tagged and not request.belongs:
        overridden = "the tag that Bugzilla's staff set"
    elif existing and existing.member != member:
        overridden = "another member's correction"
    else:
        return
    raise UserError(f"That would overrule {overridden}: you need the permission Manage Messages in this server.")


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

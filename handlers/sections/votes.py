"""Votes on proposed sections: one for each member, which can be changed until the vote is closed.

Every decision locks the sections first. Of two decisions at the same time the second one finds the vote closed.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from handlers.actor import Actor
from handlers.errors import UserError
from handlers.permissions import require_community, require_manage_server, require_moderator, require_ownership
from handlers.results.votes import Ballot, Tally, VoteResult, VoteRules, VoteStatus
from handlers.sections.lookup import resolve_section
from handlers.sections.vote_rules import evaluate, find_rules
from storage import section_votes, sections
from storage.database import Database, Transaction
from storage.values.sections import ChangeKind, CustomSection, SectionChange, SectionVote


async def find_ballot(transaction: Transaction, section: CustomSection, now: datetime) -> Ballot:
    """Return a section with its votes and their result so far, or the final one."""
    tally = _count_votes(await section_votes.find_votes(transaction, section.id))
    if section.state != "proposed":
        status: VoteStatus = "declined"
        if section.state == "active":
            status = "accepted"
        elif any(change.kind == "withdrawn" for change in await _find_history(transaction, section.id)):
            status = "withdrawn"
        return Ballot(section, tally, VoteResult(status, section.outcome))
    if section.decide_by is None:
        return Ballot(section, tally, VoteResult("undecided", "The operator decides about this one."))
    rules = await find_rules(transaction, section.community)
    return Ballot(section, tally, evaluate(tally, rules, section.decide_by, now), rules)


async def cast_vote(
    database: Database, actor: Actor, name_or_id: str | int, now: datetime, *, in_favour: bool
) -> Ballot:
    """Save a member's vote, and close the vote if that decides it.

    Raises UserError if the vote has ended, or if the member has no vote on this section.
    """
    require_community(actor)
    async with database.transaction() as transaction:
        await sections.lock_sections(transaction)
        section = await resolve_section(transaction, actor, name_or_id)
        _require_open_vote(section)
        if section.decide_by is None or actor.member is None or section.community != actor.community:
            raise UserError(
                f"There is no vote on {section.title} here: accept or decline it."
                if actor.is_operator
                else f"{section.title} is proposed for all communities, so the operator decides about it."
            )
        if now < section.decide_by:
            vote = SectionVote(actor.member, in_favour, now)
            await section_votes.save_vote(transaction, section.id, vote)
        return await _close_if_decided(transaction, section, now)


async def decide_now(database: Database, actor: Actor, name_or_id: str | int, now: datetime, *, accept: bool) -> Ballot:
    """Accept or decline a proposal without waiting for its vote. Raises UserError if the actor may not."""
    require_community(actor)
    async with database.transaction() as transaction:
        await sections.lock_sections(transaction)
        section = await resolve_section(transaction, actor, name_or_id)
        _require_open_vote(section)
        require_ownership(actor, section, "decide about it")
        _require_direct_decision(actor, await find_rules(transaction, section.community))
        tally = _count_votes(await section_votes.find_votes(transaction, section.id))
        counts = f"at {tally.in_favour} for, {tally.against} against" if tally.total else "before anybody voted"
        role = "the operator" if actor.is_operator else "a member who may decide at once"
        decision: ChangeKind = "accepted" if accept else "declined"
        await close_vote(
            transaction, section, decision, actor, now,
            outcome=f"{decision.capitalize()} by {role}, {counts}.",
            operator_approved=accept and actor.is_operator,
        )  # fmt: skip
        return await _reload(transaction, section.id, now)


async def close_overdue(database: Database, now: datetime) -> list[Ballot]:
    """Close every vote past its deadline; returns the closed ballots, each of them once."""
    async with database.read() as transaction:
        if not await sections.find_overdue(transaction, now):
            return []
    async with database.transaction() as transaction:
        await sections.lock_sections(transaction)
        overdue = await sections.find_overdue(transaction, now)
        return [await _close_if_decided(transaction, section, now) for section in overdue]


async def close_vote(
    transaction: Transaction,
    section: CustomSection,
    kind: ChangeKind,
    actor: Actor | None,
    now: datetime,
    *,
    outcome: str,
    operator_approved: bool = False,
) -> None:
    """Record how a proposal ended, by whom (None: by its vote), and request the backfill of an accepted one."""
    accepted = kind == "accepted"
    member, name = (actor.member, actor.name) if actor else (None, "")
    change = SectionChange(kind, "", outcome, member, now, name)
    await sections.update_section(
        transaction, section.id,
        state="active" if accepted else "declined", decided_at=now, outcome=outcome,
        operator_approved=section.operator_approved or operator_approved,
    )  # fmt: skip
    await sections.record_change(transaction, section.id, change)
    if accepted:
        await sections.request_backfill(transaction, [section.id])


async def _close_if_decided(transaction: Transaction, section: CustomSection, now: datetime) -> Ballot:
    ballot = await find_ballot(transaction, section, now)
    status = ballot.result.status
    if status not in {"accepted", "declined"}:
        return ballot
    await close_vote(transaction, section, status, None, now, outcome=ballot.result.sentence)
    return replace(await _reload(transaction, section.id, now), rules=ballot.rules)


async def _find_history(transaction: Transaction, section_id: int) -> Sequence[SectionChange]:
    return (await sections.find_changes(transaction, [section_id])).get(section_id, [])


async def _reload(transaction: Transaction, section_id: int, now: datetime) -> Ballot:
    section = await sections.find_section(transaction, section_id)
    assert section is not None  # noqa: S101 - this transaction has just changed it
    return await find_ballot(transaction, section, now)


def _require_open_vote(section: CustomSection) -> None:
    if section.state != "proposed":
        raise UserError(f"The vote on {section.title} has ended. {section.outcome}".strip())


def _require_direct_decision(actor: Actor, rules: VoteRules) -> None:
    """Raise UserError unless the actor may decide without a vote by the rules of the community."""
    if actor.is_operator:
        return
    if rules.direct_decision == "nobody":
        raise UserError("In this server nobody decides alone; the vote does.")
    require = require_moderator if rules.direct_decision == "manage-messages" else require_manage_server
    require(actor, "decide at once", "your vote counts like any other")


def _count_votes(votes: Sequence[SectionVote]) -> Tally:
    in_favour = sum(vote.in_favour for vote in votes)
    return Tally(in_favour, len(votes) - in_favour)

"""Proposes sections and withdraws proposals."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from handlers.actor import Actor
from handlers.errors import UserError
from handlers.parsing.proposal_parser import BugList
from handlers.permissions import require_community, require_section_moderator
from handlers.results.proposals import Proposal, SectionName
from handlers.results.votes import Ballot
from handlers.sections.labels import validate_examples
from handlers.sections.lookup import built_in_names, is_built_in, resolve_section
from handlers.sections.names import (
    clean_description,
    clean_name,
    find_same_name,
    find_similar_names,
    section_key,
    suggest_sections,
)
from handlers.sections.preview import preview_query
from handlers.sections.ranking import Ranker, RankingQuery
from handlers.sections.vote_rules import find_rules, vote_deadline
from handlers.sections.votes import close_vote, find_ballot
from storage import incidents, section_labels, sections
from storage.database import Database, Transaction
from storage.values.incidents import GLOBAL_COMMUNITY
from storage.values.sections import CustomSection, SectionChange, SectionLabel

MAX_PROPOSALS_PER_MEMBER, PROPOSAL_WINDOW = 3, timedelta(days=1)  # for members who may not moderate
MAX_OPEN_PROPOSALS = 25  # of one community


@dataclass(frozen=True, slots=True)
class ProposalInput:
    """A proposal as the user wrote it, not validated."""

    name: str
    bug_list: BugList = field(default_factory=BugList)
    description: str = ""


async def propose(
    database: Database,
    ranker: Ranker,
    actor: Actor,
    proposal_input: ProposalInput,
    now: datetime,
    *,
    accept: bool = False,
) -> Proposal:
    """Store a proposal; the operator may accept it at once, which replaces the required batches of labels.

    Raises UserError if the name is in use or matches nothing, if no example is valid, or if the member proposed too
    many sections recently.
    """
    require_community(actor)
    if accept and not actor.is_operator:
        raise UserError("A new section is voted on; members who may decide at once do so after it was proposed.")
    title, description = clean_name(proposal_input.name), clean_description(proposal_input.description)
    reject_built_in_name(title)
    async with database.read() as transaction:
        bugs, rejected_examples = await validate_examples(transaction, proposal_input.bug_list)
    preview = await preview_query(ranker, RankingQuery(title, description, bugs))
    async with database.transaction() as transaction:
        locked = await incidents.lock_incidents(transaction, bugs)
        await sections.lock_sections(transaction)
        visible = await _require_free_name(transaction, actor, title)
        await _enforce_rate_limit(transaction, actor, now)
        rules = await find_rules(transaction, actor.community)
        section = CustomSection(
            section_key(title), title, "proposed", now, description, actor.community, actor.member,
            decide_by=None if actor.is_operator else vote_deadline(rules, now),
            proposer_name=actor.name,
        )  # fmt: skip
        section_id = await sections.add_section(transaction, section)
        labels = [SectionLabel(bug, True, actor.member, now) for bug in bugs if bug in locked]
        await section_labels.save_labels(transaction, section_id, labels)
        change = SectionChange("proposed", "", title, actor.member, now, actor.name)
        await sections.record_change(transaction, section_id, change)
        stored = await resolve_section(transaction, actor, section_id)
        if accept:
            outcome = "Accepted by the operator."
            await close_vote(transaction, stored, "accepted", actor, now, outcome=outcome, operator_approved=True)
            stored = await resolve_section(transaction, actor, section_id)
    names = [*built_in_names(), *(SectionName(other.key, other.title) for other in visible)]
    return Proposal(stored, preview, find_similar_names(title, names), rejected_examples)


async def withdraw(database: Database, actor: Actor, name_or_id: str | int, now: datetime) -> Ballot:
    """Withdraw a proposal; its proposer and moderators may. Raises UserError."""
    require_community(actor)
    async with database.transaction() as transaction:
        await sections.lock_sections(transaction)
        section = await resolve_section(transaction, actor, name_or_id)
        if section.state != "proposed":
            raise UserError(
                f"{section.title} is {section.state}, so there is no proposal to withdraw."
                + (" `retire` ends an active section." if section.state == "active" else "")
            )
        is_proposer = section.proposer == actor.member and section.community == actor.community
        if not is_proposer:
            require_section_moderator(actor, section, "withdraw", "its proposer needs none")
        outcome = f"Withdrawn by {'its proposer' if is_proposer else actor.role_label}."
        await close_vote(transaction, section, "withdrawn", actor, now, outcome=outcome)
        return await find_ballot(transaction, await resolve_section(transaction, actor, section.id), now)


def reject_built_in_name(title: str) -> None:
    """Raise UserError if a name is that of a built-in section."""
    if is_built_in(title):
        raise UserError(f"“{title}” is a built-in section already.", example=f"section {section_key(title)}")


async def reject_duplicate_name(
    transaction: Transaction, community: int, title: str, *, except_id: int | None = None
) -> list[CustomSection]:
    """Return the open sections that a community sees; raises UserError if one of them has this name.

    For GLOBAL_COMMUNITY these are the sections of all communities: a common section must not have the name of any
    community's own section.
    """
    is_global = community == GLOBAL_COMMUNITY
    visible = await sections.find_custom_sections(transaction, None if is_global else community, open_only=True)
    visible = [section for section in visible if section.id != except_id]
    duplicate = next(
        (section for section in visible if find_same_name(title, [SectionName(section.key, section.title)])), None
    )
    if duplicate is None:
        return visible
    if is_global and duplicate.community != GLOBAL_COMMUNITY:
        raise UserError(
            f"Community {duplicate.community} has a section {duplicate.key} of its own; make that one common, or "
            "choose another name."
        )
    name = SectionName(duplicate.key, duplicate.title)
    if duplicate.state == "proposed":
        raise UserError(
            f"{duplicate.title} is proposed already: vote on it, or check what it finds.",
            suggestions=suggest_sections([name]),
        )
    raise UserError(f"There is a section {duplicate.title} already.", suggestions=suggest_sections([name]))


async def _require_free_name(transaction: Transaction, actor: Actor, title: str) -> Sequence[CustomSection]:
    visible = await reject_duplicate_name(transaction, actor.community, title)
    waiting = sum(section.state == "proposed" and section.community == actor.community for section in visible)
    if not actor.is_operator and waiting >= MAX_OPEN_PROPOSALS:
        raise UserError(f"{waiting} proposals wait for a decision here; decide some of them first.")
    return visible


async def _enforce_rate_limit(transaction: Transaction, actor: Actor, now: datetime) -> None:
    if actor.may_moderate or actor.member is None:
        return
    since = now - PROPOSAL_WINDOW
    times = await sections.find_proposal_times(transaction, actor.community, actor.member, since)
    if len(times) >= MAX_PROPOSALS_PER_MEMBER:
        wait = times[-MAX_PROPOSALS_PER_MEMBER] + PROPOSAL_WINDOW - now
        hours = max(1, -(-wait // timedelta(hours=1)))
        raise UserError(
            f"You proposed {len(times)} sections within a day; the next one can be proposed in "
            f"{'1 hour' if hours == 1 else f'{hours} hours'}."
        )

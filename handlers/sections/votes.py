"""Votes on proposed sections: one for each member, changed as often as one likes, and closed once.

Whoever decides takes the turn first, so that two who accept at once are told apart: the second one hears that it is
decided.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from handlers.results import Actor, UserError
from handlers.sections.lookup import Speaker, look_up_section, refuse_unless_keeper, speaker_of
from handlers.sections.vote_rules import Outcome, Tally, Verdict, VoteRules, decide, find_rules
from storage import section_labels, sections
from storage.database import Connection, Database
from storage.values.sections import ChangeKind, MadeSection, SectionChange, SectionVote


@dataclass(frozen=True, slots=True)
class Ballot:
    """A proposal with its votes, as its message shows it; `rules` is None where the operator alone decides."""

    section: MadeSection
    tally: Tally
    outcome: Outcome
    rules: VoteRules | None = None


async def find_ballot(database: Database, connection: Connection, section: MadeSection, now: datetime) -> Ballot:
    """Give a section with its votes, and how they stand or ended."""
    tally = _count(await section_labels.find_votes(database, connection, section.id))
    if section.state != "proposed":
        verdict: Verdict = "accepted" if section.state == "active" else "declined"
        return Ballot(section, tally, Outcome(verdict, section.outcome))
    if section.decide_by is None:
        return Ballot(section, tally, Outcome("undecided", "The operator decides about this one."))
    rules = await find_rules(database, section.community)
    return Ballot(section, tally, decide(tally, rules, section.decide_by, now), rules)


async def cast(database: Database, asker: Actor, which: str | int, now: datetime, *, in_favour: bool) -> Ballot:
    """Keep a member's vote, which may be changed until the end; the one that decides ends the vote.

    Raises CannotAnswer where it has ended, or is not the member's to decide.
    """
    speaker = speaker_of(asker)
    async with database.writing() as connection:
        await sections.take_turn(database, connection)
        section = await look_up_section(database, connection, speaker, which)
        _refuse_ended(section)
        if section.decide_by is None or speaker.member is None or section.community != speaker.community:
            raise UserError(
                f"No vote is held on {section.title} here: accept or decline it."
                if speaker.is_operator
                else f"{section.title} is proposed for all communities, so the operator decides about it."
            )
        if now < section.decide_by:
            vote = SectionVote(speaker.member, in_favour, now)
            await section_labels.cast_vote(database, connection, section.id, vote)
        return await _close_if_decided(database, connection, section, now)


async def decide_now(database: Database, asker: Actor, which: str | int, now: datetime, *, accept: bool) -> Ballot:
    """Accept or decline a proposal without waiting for its vote. Raises CannotAnswer where that may not be."""
    speaker = speaker_of(asker)
    async with database.writing() as connection:
        await sections.take_turn(database, connection)
        section = await look_up_section(database, connection, speaker, which)
        _refuse_ended(section)
        refuse_unless_keeper(speaker, section, "decide about")
        rules = await find_rules(database, section.community)
        if not speaker.is_operator and not _may_decide(speaker, rules):
            raise UserError(
                "In this server nobody decides alone; the vote does."
                if rules.at_once == "nobody"
                else "You need the right Manage Server to decide at once; your vote counts like any other."
            )
        tally = _count(await section_labels.find_votes(database, connection, section.id))
        counted = f"at {tally.in_favour} for, {tally.against} against" if tally.cast else "before anybody voted"
        who = "the operator" if speaker.is_operator else "a member who may decide at once"
        done = "accepted" if accept else "declined"
        await close(
            database, connection, section, "accepted" if accept else "declined", speaker.member, now,
            outcome=f"{done.capitalize()} by {who}, {counted}.", vouched=accept and speaker.is_operator,
        )  # fmt: skip
        return await _again(database, connection, section.id, now)


async def close_due(database: Database, now: datetime) -> list[Ballot]:
    """End the votes whose time is over, each once; gives them with what became of them."""
    async with database.reading() as connection:
        if not await sections.find_overdue(database, connection, now):
            return []
    async with database.writing() as connection:
        await sections.take_turn(database, connection)
        due = await sections.find_overdue(database, connection, now)
        return [await _close_if_decided(database, connection, one, now) for one in due]


async def close(
    database: Database,
    connection: Connection,
    section: MadeSection,
    what: ChangeKind,
    member: int | None,
    now: datetime,
    *,
    outcome: str,
    vouched: bool = False,
) -> None:
    """Note how a proposal ended; an accepted one asks for all incidents to be gone through."""
    accepted = what == "accepted"
    await sections.change_section(
        database, connection, section.id,
        state="active" if accepted else "declined", decided_at=now, outcome=outcome, vouched=section.vouched or vouched,
    )  # fmt: skip
    await sections.note_change(database, connection, section.id, SectionChange(what, "", outcome, member, now))
    if accepted:
        await sections.ask_to_go_through(database, connection, [section.id])


async def _close_if_decided(database: Database, connection: Connection, section: MadeSection, now: datetime) -> Ballot:
    ballot = await find_ballot(database, connection, section, now)
    verdict = ballot.outcome.verdict
    if verdict == "undecided":
        return ballot
    await close(database, connection, section, verdict, None, now, outcome=ballot.outcome.sentence)
    return replace(await _again(database, connection, section.id, now), rules=ballot.rules)


async def _again(database: Database, connection: Connection, number: int, now: datetime) -> Ballot:
    section = await sections.find_section(database, connection, number)
    assert section is not None  # noqa: S101 - this transaction has just changed it
    return await find_ballot(database, connection, section, now)


def _refuse_ended(section: MadeSection) -> None:
    if section.state != "proposed":
        raise UserError(f"The vote on {section.title} has ended. {section.outcome}".strip())


def _may_decide(speaker: Speaker, rules: VoteRules) -> bool:
    if rules.at_once == "nobody":
        return False
    return speaker.may_manage or (rules.at_once == "manage-messages" and speaker.may_moderate)


def _count(votes: Sequence[SectionVote]) -> Tally:
    in_favour = sum(one.in_favour for one in votes)
    return Tally(in_favour, len(votes) - in_favour)

"""Proposing a section: a name, and what tells which incidents belong; and taking a proposal back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from handlers.parsing.proposal_parser import BugList
from handlers.results import Actor, UserError
from handlers.sections.labels import check_bugs
from handlers.sections.lookup import Speaker, built_in, is_built_in, look_up_section, speaker_of
from handlers.sections.names import Named, clean_description, clean_name, key_of, near_names, same_name
from handlers.sections.preview import Preview, preview_of_notion
from handlers.sections.ranking import Notion, Ranker
from handlers.sections.vote_rules import deadline, find_rules
from handlers.sections.votes import close
from storage import incidents, section_labels, sections
from storage.database import Connection, Database
from storage.values.incidents import EVERYWHERE
from storage.values.sections import MadeSection, SectionChange, SectionExample

MOST_PROPOSED, PROPOSED_WITHIN = 3, timedelta(days=1)  # by a member who may not moderate
MOST_OPEN = 25  # proposals of one community at a time


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to propose, as it was written."""

    name: str
    listed: BugList = field(default_factory=BugList)
    description: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A section as it was proposed, with what it would hold.

    `near` are sections with names much like it; `left_out` says of each example that could not be taken why.
    """

    section: MadeSection
    preview: Preview
    examples: int
    near: tuple[Named, ...] = ()
    left_out: tuple[str, ...] = ()


async def propose(
    database: Database, ranker: Ranker, asker: Actor, wanted: Wanted, now: datetime, *, accept: bool = False
) -> Proposal:
    """Store a proposal; the operator may accept it at once, which counts as judged.

    Raises CannotAnswer where the name is taken or tells nothing, no example can be taken, or the member proposed too
    much of late.
    """
    speaker = speaker_of(asker)
    if accept and not speaker.is_operator:
        raise UserError("A new section is voted on; who may decide at once does so after it was proposed.")
    title, description = clean_name(wanted.name), clean_description(wanted.description)
    refuse_built_in(title)
    bugs, left_out = await check_bugs(database, wanted.listed)
    preview = await preview_of_notion(ranker, Notion(title, description, bugs))
    rules = await find_rules(database, speaker.community)
    section = MadeSection(
        key_of(title), title, "proposed", now, description, speaker.community, speaker.member,
        decide_by=None if speaker.is_operator else deadline(rules, now),
    )  # fmt: skip
    async with database.writing() as connection:
        here = await incidents.hold_incidents(database, connection, bugs)
        await sections.take_turn(database, connection)
        known = await _refuse_taken(database, connection, speaker, title)
        await _refuse_haste(database, connection, speaker, now)
        number = await sections.add_section(database, connection, section)
        examples = [SectionExample(bug, True, speaker.member, now) for bug in bugs if bug in here]
        await section_labels.keep_examples(database, connection, number, examples)
        proposed = SectionChange("proposed", "", title, speaker.member, now)
        await sections.note_change(database, connection, number, proposed)
        stored = await look_up_section(database, connection, speaker, number)
        if accept:
            said = "Accepted by the operator."
            await close(database, connection, stored, "accepted", None, now, outcome=said, vouched=True)
            stored = await look_up_section(database, connection, speaker, number)
    near = near_names(title, [*built_in(), *(Named(one.key, one.title) for one in known)])
    return Proposal(stored, preview, len(examples), near, left_out)


async def withdraw(database: Database, asker: Actor, which: str | int, now: datetime) -> MadeSection:
    """Take a proposal back: its proposer or a moderator may. Raises CannotAnswer."""
    speaker = speaker_of(asker)
    async with database.writing() as connection:
        await sections.take_turn(database, connection)
        section = await look_up_section(database, connection, speaker, which)
        if section.state != "proposed":
            raise UserError(
                f"{section.title} is {section.state}, so there is no proposal to take back."
                + (" retire ends an active section." if section.state == "active" else "")
            )
        own = section.proposer == speaker.member and section.community == speaker.community
        moderated = speaker.is_operator or (speaker.may_moderate and section.community == speaker.community)
        if not (own or moderated):
            raise UserError(
                f"{section.title} can be withdrawn by who proposed it, or with the permission Manage Messages."
            )
        outcome = f"Withdrawn by {'who proposed it' if own else speaker.word}."
        await close(database, connection, section, "withdrawn", speaker.member, now, outcome=outcome)
        return await look_up_section(database, connection, speaker, section.id)


def refuse_built_in(title: str) -> None:
    """Raise CannotAnswer where a name is that of a built-in section."""
    if is_built_in(title):
        raise UserError(f"“{title}” is a built-in section already: section {key_of(title)} shows it.")


async def refuse_taken_name(
    database: Database, connection: Connection, community: int, title: str, *, besides: int | None = None
) -> list[MadeSection]:
    """Raise CannotAnswer where an open section of this name is seen beside a community's own; else give those seen.

    A section that is common to all must not stand in the way of any community's own.
    """
    everybody = community == EVERYWHERE
    seen = await sections.find_sections_made(database, connection, None if everybody else community, open_only=True)
    seen = [one for one in seen if one.id != besides]
    taken = next((one for one in seen if same_name(title, [Named(one.key, one.title)])), None)
    if taken is None:
        return seen
    if everybody and taken.community != EVERYWHERE:
        raise UserError(
            f"Community {taken.community} has a section {taken.key} of its own; make that one common, or take "
            "another name."
        )
    if taken.state == "proposed":
        raise UserError(f"{taken.title} is proposed already: vote on it, or judge what it finds.")
    raise UserError(f"There is a section {taken.title} already: section {taken.key} shows it.")


async def _refuse_taken(
    database: Database, connection: Connection, speaker: Speaker, title: str
) -> Sequence[MadeSection]:
    seen = await refuse_taken_name(database, connection, speaker.community, title)
    waiting = sum(one.state == "proposed" and one.community == speaker.community for one in seen)
    if not speaker.is_operator and waiting >= MOST_OPEN:
        raise UserError(f"{waiting} proposals wait for a decision here; decide some of them first.")
    return seen


async def _refuse_haste(database: Database, connection: Connection, speaker: Speaker, now: datetime) -> None:
    if speaker.may_moderate or speaker.member is None:
        return
    since = now - PROPOSED_WITHIN
    times = await sections.find_proposed_times(database, connection, speaker.community, speaker.member, since)
    if len(times) >= MOST_PROPOSED:
        free = (times[-MOST_PROPOSED] + PROPOSED_WITHIN).astimezone(UTC)
        raise UserError(
            f"You proposed {len(times)} sections within a day; the next one can be proposed after "
            f"{free:%Y-%m-%d %H:%M} UTC."
        )

"""Example bugs of proposed sections: which can be taken, and members' judgement of what the text finds by them.

Each word teaches at once. Nothing is assigned by text alone before two batches were judged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.parsing.proposal_parser import BugList
from handlers.results import Actor, UserError
from handlers.sections.lookup import Speaker, look_up_section, speaker_of
from handlers.sections.ranking import Match, Notion, Ranker, Ranking
from storage import events, incidents, section_labels, sections
from storage.database import Database
from storage.values.sections import MadeSection, SectionExample

MOST_EXAMPLES = 200
BATCH = 8  # incidents that are shown to be judged at once
BATCHES_NEEDED = 2
MOST_AT_ONCE = 25  # a menu of Discord holds no more
MOST_JUDGED, MOST_UNASKED, WITHIN = 60, 5, timedelta(minutes=10)
_SHOWN_REASONS = 5


@dataclass(frozen=True, slots=True)
class Judged:
    """What a member's judgement changed: `batches` of the two that are needed are judged now."""

    section: MadeSection
    changed: tuple[int, ...]
    batches: int


async def check_bugs(database: Database, listed: BugList) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Give the bugs that can be examples, and a sentence for each that cannot.

    Raises CannotAnswer where there are too many, or bugs were named and none can be taken.
    """
    if len(listed.bugs) + len(listed.unreadable) > MOST_EXAMPLES:
        raise UserError(
            f"These are {len(listed.bugs) + len(listed.unreadable)} examples, and {MOST_EXAMPLES} are the most; "
            "give the clearest ones, a dozen teaches enough."
        )
    known = await incidents.find_by_bugs(database, listed.bugs)
    reasons = [f"“{each}” is no bug: its number has one to eight digits." for each in listed.unreadable]
    good: list[int] = []
    for bug in listed.bugs:
        one = known.get(bug)
        if one is None:
            reasons.append(f"Bug {bug} is no incident that Rootwatch knows; it may be of another component.")
        elif one.standing == "restricted":
            reasons.append(f"Bug {bug} is no longer public, so nothing can be said of it.")
        elif one.standing == "moved":
            reasons.append(f"Bug {bug} has left the component of CA incidents.")
        else:
            good.append(bug)
    if reasons and not good:
        more = len(reasons) - _SHOWN_REASONS
        shown = " ".join(reasons[:_SHOWN_REASONS]) + (f" And {more} more." if more > 0 else "")
        raise UserError(f"{shown} Name incidents by number or link, as in 1658792.")
    return tuple(good), tuple(reasons)


async def judge(
    database: Database,
    ranker: Ranker,
    asker: Actor,
    which: str | int,
    verdicts: Mapping[int, bool],
    now: datetime,
    *,
    asked: bool = True,
) -> Judged:
    """Keep a member's word on incidents: whether each belongs into a section.

    What was not `asked` for in a batch teaches, but is not counted as judged. Raises CannotAnswer where the member may
    not, or an incident cannot be judged.
    """
    speaker = speaker_of(asker)
    async with database.reading() as connection:
        section = await look_up_section(database, connection, speaker, which)
        _refuse_judging(speaker, section)
        before = await section_labels.find_examples(database, connection, section.id)
    if len(verdicts) > MOST_AT_ONCE:
        raise UserError(f"{MOST_AT_ONCE} incidents can be judged at once, and these are {len(verdicts)}.")
    good, reasons = await check_bugs(database, BugList(tuple(verdicts)))
    if reasons:
        raise UserError(" ".join(reasons))
    # before the word is known: afterwards the incident would be compared with itself
    ranked = (await ranker.rank(notion_of(section, before))).matches if asked else ()
    scores = {match.bug: match.score for match in ranked}
    async with database.writing() as connection:
        here = await incidents.hold_incidents(database, connection, good)
        await sections.take_turn(database, connection)
        section = await look_up_section(database, connection, speaker, section.id)
        _refuse_judging(speaker, section)
        said = await section_labels.find_examples(database, connection, section.id)
        known = {one.bug: one for one in said}
        _refuse_haste(speaker, said, now, section.proposed_at, asked=asked)
        kept = []
        for bug in sorted(here):
            earlier = known.get(bug)
            if earlier and earlier.belongs == verdicts[bug]:
                continue
            _refuse_overruling(speaker, section, earlier)
            score = earlier.score if earlier else scores.get(bug, 0.0) if asked else None
            kept.append(SectionExample(bug, verdicts[bug], speaker.member, now, score))
        if len(known.keys() | here) > 2 * MOST_EXAMPLES and not speaker.may_moderate:
            raise UserError(f"{section.title} has as many examples as can be kept; it has learned enough.")
        await section_labels.keep_examples(database, connection, section.id, kept)
        if kept and section.state == "active":
            await sections.ask_to_go_through(database, connection, [section.id])
            for one in kept:
                await events.mark_stale(database, connection, bug=one.bug, community=section.community)
        after = await section_labels.find_examples(database, connection, section.id)
    return Judged(section, tuple(one.bug for one in kept), batches_judged(after))


def notion_of(section: MadeSection, examples: Sequence[SectionExample]) -> Notion:
    """Give what is known of a section as a ranking asks for it."""
    return Notion(
        section.title,
        section.description,
        tuple(one.bug for one in examples if one.belongs),
        tuple(one.bug for one in examples if not one.belongs),
    )


def batches_judged(examples: Sequence[SectionExample]) -> int:
    """Count the batches that were judged; what members named unasked is in none."""
    return sum(one.score is not None for one in examples) // BATCH


def assigned(
    section: MadeSection,
    examples: Sequence[SectionExample],
    ranking: Ranking,
    ranker: Ranker,
    *,
    was_judged: bool = False,
) -> tuple[Match, ...]:
    """Give what the text alone may assign to a section: nothing too early, and then above a bound.

    `was_judged`: it held something by text already, so that enough was judged, even if a judged bug is gone since. The
    bound comes from what was judged. Where that gives none, the operator's word stands for it, if it was given.
    """
    bound = None
    if was_judged or batches_judged(examples) >= BATCHES_NEEDED:
        bound = ranker.bound_from([(one.score, one.belongs) for one in examples if one.score is not None])
    if bound is not None:
        return tuple(match for match in ranking.matches if match.score >= bound)
    return ranking.matches[: ranking.would_assign] if section.vouched else ()


def _refuse_judging(speaker: Speaker, section: MadeSection) -> None:
    if not section.is_open:
        raise UserError(f"{section.title} is {section.state}, so its examples stay as they are.")
    if section.community != speaker.community and not speaker.is_operator:
        raise UserError(
            f"{section.title} is common to all communities, so the operator teaches it; for this server alone, "
            "classify and unclassify correct it."
        )


def _refuse_overruling(speaker: Speaker, section: MadeSection, earlier: SectionExample | None) -> None:
    if earlier is None or speaker.may_moderate or speaker.member in {earlier.member, section.proposer}:
        return
    raise UserError(
        f"Another member said that bug {earlier.bug} {'belongs' if earlier.belongs else 'does not belong'} there: "
        "you need the permission Manage Messages in this server to overrule that."
    )


def _refuse_haste(
    speaker: Speaker, said: Sequence[SectionExample], now: datetime, proposed_at: datetime, *, asked: bool
) -> None:
    if speaker.may_moderate:
        return
    lately = [one for one in said if one.member == speaker.member and one.said_at > now - WITHIN]
    if sum(one.score is not None for one in lately) >= MOST_JUDGED:
        raise UserError(f"You judged {MOST_JUDGED} incidents within 10 minutes; go on a little later.")
    # the examples of the proposal were named all at once
    unasked = [one for one in lately if one.score is None and one.said_at != proposed_at]
    if not asked and len(unasked) >= MOST_UNASKED:
        raise UserError(
            f"That were more than {MOST_UNASKED} words on this section within 10 minutes; go on a little later, or "
            "judge what the bot shows."
        )

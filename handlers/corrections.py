"""Members correct sections: what they say holds for their community at once, and is kept with who said it and when.

Anyone may correct what the text guessed, and what they said themselves. To overrule staff's tags, the operator or
another member needs the right to moderate; a word said without it gives way to a tag that comes later.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from handlers.results import Actor, UserError, CorrectionResult
from storage import assignments, corrections, events, incidents
from storage.database import Connection, Database
from storage.values.incidents import EVERYWHERE, Assignment, Correction, Verdict

# (how many words, in how long, and that in words): for those who may not moderate
COOL_DOWNS = ((5, timedelta(minutes=10), "10 minutes"), (30, timedelta(days=1), "a day"))


@dataclass(frozen=True, slots=True)
class Wish:
    """That an incident shall be in a section, or shall not."""

    bug: int
    section: str
    belongs: bool

    @property
    def verdict(self) -> Verdict:
        """The word that says so."""
        return "in" if self.belongs else "out"


@dataclass(frozen=True, slots=True)
class Ground:
    """What a community's own word on a section lies upon: the operator's word, and what tags or text say."""

    common: Correction | None
    read: Assignment | None

    @property
    def tagged(self) -> bool:
        """Whether staff's tags name the section."""
        return self.read is not None and self.read.by == "tag"


async def correct(database: Database, asker: Actor, wish: Wish, now: datetime) -> CorrectionResult:
    """Keep a member's word, and have alerts that were posted show it; nothing is kept where it holds already.

    Raises CannotAnswer where the member may not, or did so too often of late.
    """
    community, member = _who(asker)
    async with database.writing() as connection:
        if not await incidents.hold_incidents(database, connection, [wish.bug]):
            raise UserError(f"Bug {wish.bug} is no longer public, so nothing can be said of it.")
        before = await _seen(database, connection, wish.bug, community)
        words = await corrections.find_corrections(database, connection, wish.bug, community)
        own = next((one for one in words if (one.section, one.community) == (wish.section, community)), None)
        ground = await _ground(database, connection, wish, community, words)
        verdict = _verdict(wish, ground, own, member)
        was = next((one for one in before if one.section == wish.section), None)
        holds = (was is not None and was.sure) == wish.belongs
        if holds and (own.verdict if own else "none") in {verdict, wish.verdict}:
            return CorrectionResult(wish.bug, wish.section, wish.belongs, was, before, changed=False)
        if not asker.may_moderate:
            _refuse_overruling(wish, ground, own, member)
            await _refuse_haste(database, connection, community, member, now)
        said = Correction(wish.bug, wish.section, community, member, verdict, now, asker.may_moderate)
        await corrections.keep_correction(database, connection, said)
        await events.mark_stale(database, connection, bug=wish.bug, community=community)
        after = await _seen(database, connection, wish.bug, community)
    return CorrectionResult(wish.bug, wish.section, wish.belongs, was, after)


def _who(asker: Actor) -> tuple[int, int | None]:
    if asker.community is not None:
        return asker.community, asker.member
    if asker.member is None:
        return EVERYWHERE, None
    raise UserError("Sections are corrected for a server and its members: write it in one of the server's channels.")


async def _seen(database: Database, connection: Connection, bug: int, community: int) -> tuple[Assignment, ...]:
    return (await assignments.find_sections(database, connection, [bug], community)).get(bug, ())


async def _ground(
    database: Database, connection: Connection, wish: Wish, community: int, words: Sequence[Correction]
) -> Ground:
    beneath = await corrections.find_corrections(database, connection, wish.bug, EVERYWHERE)
    common = next((one for one in beneath if one.section == wish.section and community != EVERYWHERE), None)
    read = await assignments.find_read(database, connection, wish.bug)
    guess = next((one for one in read if one.section == wish.section), None)
    if guess and guess.by == "text" and any(one.verdict == "in" and one.section != wish.section for one in words):
        # where a word names another section, a guess holds no longer
        guess = replace(guess, sure=False)
    return Ground(common, guess)


def _verdict(wish: Wish, ground: Ground, own: Correction | None, member: int | None) -> Verdict:
    """Give the word that has to be kept: "none" where what it would lie upon says the same by itself.

    A guess of the text may change, so agreeing with it is a word too, unless a member only takes the own word back.
    """
    if ground.common:
        return "none" if ground.common.verdict == wish.verdict else wish.verdict
    if ground.read is None or ground.tagged:
        return "none" if ground.tagged == wish.belongs else wish.verdict
    takes_back = own is not None and own.member == member and own.verdict != wish.verdict
    return "none" if takes_back and ground.read.sure == wish.belongs else wish.verdict


def _refuse_overruling(wish: Wish, ground: Ground, own: Correction | None, member: int | None) -> None:
    if ground.common and ground.common.verdict != wish.verdict:
        whose = "the operator's word"
    elif ground.tagged and not wish.belongs:
        whose = "the tag that Bugzilla's staff gave"
    elif own and own.member != member:
        whose = "another member's word"
    else:
        return
    raise UserError(f"That would overrule {whose}: you need the permission Manage Messages in this server for it.")


async def _refuse_haste(
    database: Database, connection: Connection, community: int, member: int | None, now: datetime
) -> None:
    if member is None:
        return
    longest = max(length for _, length, _ in COOL_DOWNS)
    times = await corrections.find_times(database, connection, community, member, now - longest)
    for most, length, span in COOL_DOWNS:
        within = [moment for moment in times if moment > now - length]
        if len(within) >= most:
            free = (within[-most] + length).astimezone(UTC)
            raise UserError(
                f"Without the permission Manage Messages you can make {most} corrections in {span}; the next one can "
                f"be made at {free:%H:%M} UTC."
            )

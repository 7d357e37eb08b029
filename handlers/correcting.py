"""Members correct sections: what they say holds for their community at once, and is kept with who said it and when.

Anyone may correct what the text guessed, and what they said themselves. To overrule staff's tags, the operator or
another member needs the right to moderate.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from handlers.answers import Asker, CannotAnswer, Corrected
from storage import assignments, corrections, events, incidents
from storage.database import Connection, Database
from storage.values import EVERYWHERE, AssignedBy, Assignment, Correction, Verdict

# (how many words, in how long): for those who may not moderate
COOL_DOWNS = ((5, timedelta(minutes=10)), (30, timedelta(days=1)))
_BUG_FIRST = re.compile(r"\s*((?:bug\s+)?#?\S+)\s*(.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Wish:
    """That an incident shall be in a section, or shall not."""

    bug: int
    section: str
    belongs: bool


def bug_and_section(text: str) -> tuple[str, str]:
    """Split "1897630 EV mis-issuance" into the bug, however it is written, and the rest."""
    found = _BUG_FIRST.fullmatch(text)
    return (found[1], found[2].strip()) if found else ("", "")


async def correct(database: Database, asker: Asker, wish: Wish, now: datetime) -> Corrected:
    """Keep a member's word, and have alerts that were posted show it; nothing is kept where it holds already.

    Raises CannotAnswer where the member may not, or did so too often of late.
    """
    community, member = _who(asker)
    async with database.writing() as connection:
        if not await incidents.hold_incidents(database, connection, [wish.bug]):
            raise CannotAnswer(f"Bug {wish.bug} is no longer public, so nothing can be said of it.")
        before = await _seen(database, connection, wish.bug, community)
        words = await corrections.find_corrections(database, connection, wish.bug, community)
        word = next((one for one in words if one.section == wish.section), None)
        own = word if word and word.community == community else None
        beneath = await _beneath(database, connection, wish, community)
        verdict = _verdict(wish, beneath)
        was = next((one for one in before if one.section == wish.section), None)
        holds = (was is not None and was.sure) == wish.belongs
        if holds and (own.verdict if own else "none") == verdict:
            return Corrected(wish.bug, wish.section, wish.belongs, was, before, changed=False)
        if not asker.may_moderate:
            _refuse_overruling(wish, was, word, community, member)
            await _refuse_haste(database, connection, community, member, now)
        said = Correction(wish.bug, wish.section, community, member, verdict, now)
        await corrections.keep_correction(database, connection, said)
        await events.mark_stale(database, connection, bug=wish.bug, community=community)
        after = await _seen(database, connection, wish.bug, community)
    return Corrected(wish.bug, wish.section, wish.belongs, was, after)


def _who(asker: Asker) -> tuple[int, int | None]:
    if asker.community is not None:
        return asker.community, asker.member
    if asker.member is None:
        return EVERYWHERE, None
    raise CannotAnswer("Sections are corrected for a server and its members: write it in one of the server's channels.")


async def _seen(database: Database, connection: Connection, bug: int, community: int) -> tuple[Assignment, ...]:
    return (await assignments.find_sections(database, connection, [bug], community)).get(bug, ())


async def _beneath(database: Database, connection: Connection, wish: Wish, community: int) -> AssignedBy | None:
    """Tell who puts the incident into the section if this community says nothing; None: nobody."""
    if community != EVERYWHERE:
        common = await corrections.find_corrections(database, connection, wish.bug, EVERYWHERE)
        for one in common:
            if one.section == wish.section:
                return "member" if one.verdict == "in" else None
    read = await assignments.find_read(database, connection, wish.bug)
    return next((one.by for one in read if one.section == wish.section), None)


def _verdict(wish: Wish, beneath: AssignedBy | None) -> Verdict:
    """Give what has to be kept: nothing where tags or the operator say the same; a guess is worth confirming."""
    if wish.belongs:
        return "none" if beneath in {"tag", "member"} else "in"
    return "none" if beneath is None else "out"


def _refuse_overruling(
    wish: Wish, was: Assignment | None, word: Correction | None, community: int, member: int | None
) -> None:
    if word and word.community == community and word.member == member:
        return
    if word:
        whose = "another member's word" if word.community == community else "the operator's word"
    elif was and was.by == "tag" and not wish.belongs:
        whose = "the tag that Bugzilla's staff gave"
    else:
        return
    raise CannotAnswer(f"That would overrule {whose}: you need the permission Manage Messages in this server for it.")


async def _refuse_haste(
    database: Database, connection: Connection, community: int, member: int | None, now: datetime
) -> None:
    if member is None:
        return
    longest = max(length for _, length in COOL_DOWNS)
    times = await corrections.find_times(database, connection, community, member, now - longest)
    for most, length in COOL_DOWNS:
        within: Sequence[datetime] = [moment for moment in times if moment > now - length]
        if len(within) >= most:
            free = (within[-most] + length).astimezone(UTC)
            span = "10 minutes" if length < timedelta(hours=1) else "a day"
            raise CannotAnswer(
                f"That were more than {most} corrections in {span}; the next one can be made after {free:%H:%M} UTC."
            )

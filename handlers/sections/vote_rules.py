"""The rules by which a community decides about proposed sections, and where a vote stands by them.

A vote is accepted as soon as enough voted and enough of them in favour; it is declined at its deadline, never before:
until then others may still turn it.
"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from handlers.results import Actor, UserError
from handlers.sections.lookup import speaker_of
from storage import settings
from storage.database import Connection, Database

AtOnce = Literal["manage-server", "manage-messages", "nobody"]
Verdict = Literal["undecided", "accepted", "declined"]

MOST_VOTES, MOST_DAYS = 1_000, 90


@dataclass(frozen=True, slots=True)
class VoteRules:
    """A community's rules: `quorum` votes are needed, more than `majority` percent of them in favour, within `days`.

    `at_once` names the permission with which a member may decide without a vote.
    """

    quorum: int = 3
    majority: int = 50
    days: int = 7
    at_once: AtOnce = "manage-server"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many voted in favour and against."""

    in_favour: int = 0
    against: int = 0

    @property
    def cast(self) -> int:
        """All votes."""
        return self.in_favour + self.against


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a vote stands; the sentence says what happened and why, or what is still missing."""

    verdict: Verdict
    sentence: str


def decide(tally: Tally, rules: VoteRules, decide_by: datetime, now: datetime) -> Outcome:
    """Tell how a vote stands at a moment."""
    counted = f"{tally.in_favour} for, {tally.against} against"
    needed = "more for than against" if rules.majority == 50 else f"more than {rules.majority} % in favour"
    votes = "1 vote" if rules.quorum == 1 else f"{rules.quorum} votes"
    enough = tally.cast >= rules.quorum
    carried = tally.in_favour * 100 > rules.majority * tally.cast
    if enough and carried:
        return Outcome("accepted", f"Accepted: {counted}, and {votes} {'was' if rules.quorum == 1 else 'were'} needed.")
    if now >= decide_by:
        if not enough:
            short = f"only {tally.cast} of the {votes} that were needed came in time"
            return Outcome("declined", f"Declined: {short} ({counted}).")
        return Outcome("declined", f"Declined: {counted}, and {needed} were needed.")
    until = f"until {decide_by.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if enough:
        return Outcome("undecided", f"{counted}; {needed} are needed {until}.")
    return Outcome("undecided", f"{counted}; {votes} {'is' if rules.quorum == 1 else 'are'} needed {until}.")


async def find_rules(database: Database, community: int) -> VoteRules:
    """Give a community's rules, the defaults where it set none."""
    kept = await settings.find_setting(database, _setting(community))
    return VoteRules(**json.loads(kept)) if kept else VoteRules()


async def change_rules(
    database: Database,
    asker: Actor,
    *,
    quorum: int | None = None,
    majority: int | None = None,
    days: int | None = None,
    at_once: str | None = None,
) -> VoteRules:
    """Set some of a community's rules; votes that run keep their deadline. Raises CannotAnswer."""
    speaker = speaker_of(asker)
    if speaker.is_operator:
        raise UserError("These are a server's own rules: write it in one of the server's channels.")
    if not speaker.may_manage:
        raise UserError("You need the right Manage Server to change how sections are decided.")
    checked = (
        ("votes needed", quorum, 1, MOST_VOTES),
        ("majority in percent", majority, 50, 99),
        ("days", days, 1, MOST_DAYS),
    )
    for name, value, least, most in checked:
        if value is not None and not least <= value <= most:
            raise UserError(f"{value} is no number of {name} that works; write one from {least} to {most}.")
    before = await find_rules(database, speaker.community)
    rules = VoteRules(
        before.quorum if quorum is None else quorum,
        before.majority if majority is None else majority,
        before.days if days is None else days,
        before.at_once if at_once is None else _at_once(at_once),
    )
    await settings.keep_setting(database, _setting(speaker.community), json.dumps(asdict(rules)))
    return rules


async def forget_rules(database: Database, connection: Connection, community: int) -> None:
    """Remove a community's rules."""
    await settings.forget_setting(database, connection, _setting(community))


def deadline(rules: VoteRules, now: datetime) -> datetime:
    """Give when a vote that begins now ends."""
    return now + timedelta(days=rules.days)


def _at_once(text: str) -> AtOnce:
    words: dict[str, AtOnce] = {
        "manage-server": "manage-server", "manage-messages": "manage-messages", "nobody": "nobody"
    }  # fmt: skip
    key = "-".join(text.casefold().split())
    if key not in words:
        raise UserError(f"“{text[:40]}” cannot decide at once; write {', '.join(words)}.")
    return words[key]


def _setting(community: int) -> str:
    return f"section rules {community}"

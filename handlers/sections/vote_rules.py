"""The rules by which a community decides about proposed sections, and the result of a vote by these rules.

A proposal is accepted as soon as enough members voted and enough of them in favour. It is declined at its deadline and
never before, since later votes can still change the result.
"""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from handlers.actor import Actor
from handlers.errors import UserError
from handlers.results.votes import DirectDecision, Tally, VoteResult, VoteRules
from handlers.sections.permissions import speaker_from
from storage import settings
from storage.database import Database, Transaction

MAX_QUORUM, MAX_DAYS = 1_000, 90
_STORED_DIRECT_DECISION = "at_once"  # the key of `direct_decision` in the stored JSON


def evaluate(tally: Tally, rules: VoteRules, decide_by: datetime, now: datetime) -> VoteResult:
    """Return the result of a vote at this time."""
    counts = f"{tally.in_favour} for, {tally.against} against"
    needed = "more for than against" if rules.majority == 50 else f"more than {rules.majority} % in favour"
    votes = "1 vote" if rules.quorum == 1 else f"{rules.quorum} votes"
    has_quorum = tally.total >= rules.quorum
    has_majority = tally.in_favour * 100 > rules.majority * tally.total
    if has_quorum and has_majority:
        verb = "was" if rules.quorum == 1 else "were"
        return VoteResult("accepted", f"Accepted: {counts}, and {votes} {verb} needed.")
    if now >= decide_by:
        if not has_quorum:
            reason = f"only {tally.total} of the {votes} that were needed came in time"
            return VoteResult("declined", f"Declined: {reason} ({counts}).")
        return VoteResult("declined", f"Declined: {counts}, and {needed} were needed.")
    until = f"until {decide_by.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if has_quorum:
        return VoteResult("undecided", f"{counts}; {needed} are needed {until}.")
    return VoteResult("undecided", f"{counts}; {votes} {'is' if rules.quorum == 1 else 'are'} needed {until}.")


async def find_rules(transaction: Transaction, community: int) -> VoteRules:
    """Return a community's rules, the defaults if it set none."""
    stored = await settings.find_setting(transaction, _setting_key(community))
    return _from_json(stored) if stored else VoteRules()


async def change_rules(
    database: Database,
    actor: Actor,
    *,
    quorum: int | None = None,
    majority: int | None = None,
    days: int | None = None,
    direct_decision: str | None = None,
) -> VoteRules:
    """Set some of a community's rules; running votes keep their deadline. Raises UserError."""
    speaker = speaker_from(actor)
    if speaker.is_operator:
        raise UserError("These are a server's own rules: write it in one of the server's channels.")
    if not speaker.may_manage:
        raise UserError("You need the permission Manage Server to change how sections are decided.")
    limits = (
        ("votes needed", quorum, 1, MAX_QUORUM),
        ("majority in percent", majority, 50, 99),
        ("days", days, 1, MAX_DAYS),
    )
    for name, value, minimum, maximum in limits:
        if value is not None and not minimum <= value <= maximum:
            raise UserError(f"{value} is not valid for {name}; write a number from {minimum} to {maximum}.")
    async with database.transaction() as transaction:
        current = await find_rules(transaction, speaker.community)
        rules = VoteRules(
            current.quorum if quorum is None else quorum,
            current.majority if majority is None else majority,
            current.days if days is None else days,
            current.direct_decision if direct_decision is None else _parse_direct_decision(direct_decision),
        )
        await settings.save_setting(transaction, _setting_key(speaker.community), _to_json(rules))
    return rules


async def delete_rules(transaction: Transaction, community: int) -> None:
    """Delete a community's rules."""
    await settings.delete_setting(transaction, _setting_key(community))


def vote_deadline(rules: VoteRules, now: datetime) -> datetime:
    """Return the deadline of a vote that starts now."""
    return now + timedelta(days=rules.days)


def _parse_direct_decision(text: str) -> DirectDecision:
    choices: dict[str, DirectDecision] = {
        "manage-server": "manage-server", "manage-messages": "manage-messages", "nobody": "nobody"
    }  # fmt: skip
    choice = "-".join(text.casefold().split())
    if choice not in choices:
        raise UserError(f"“{text[:40]}” cannot decide at once; write {', '.join(choices)}.")
    return choices[choice]


def _setting_key(community: int) -> str:
    return f"section rules {community}"


def _to_json(rules: VoteRules) -> str:
    values = asdict(rules)
    values[_STORED_DIRECT_DECISION] = values.pop("direct_decision")
    return json.dumps(values)


def _from_json(text: str) -> VoteRules:
    values = json.loads(text)
    if _STORED_DIRECT_DECISION in values:
        values["direct_decision"] = values.pop(_STORED_DIRECT_DECISION)
    return VoteRules(**values)

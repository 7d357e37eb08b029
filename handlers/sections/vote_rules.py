"""The rules by which a community decides about proposed sections, and the result of a vote by these rules.

A proposal is accepted as soon as enough members voted and enough of them in favour. It is declined at its deadline and
never before, since later votes can still change the result.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from handlers.actor import Actor
from handlers.errors import UserError
from handlers.permissions import require_community, require_manage_server
from handlers.results.votes import DirectDecision, Tally, VoteResult, VoteRules
from storage import settings
from storage.database import Database, Transaction

MAX_QUORUM, MAX_DAYS = 1_000, 90
_STORED_DIRECT_DECISION = "at_once"  # the key of `direct_decision` in the stored JSON


@dataclass(frozen=True, slots=True)
class RuleChanges:
    """New values of a community's rules; None where a rule stays."""

    quorum: int | None = None
    majority: int | None = None
    days: int | None = None
    direct_decision: DirectDecision | None = None


def evaluate(tally: Tally, rules: VoteRules, decide_by: datetime, now: datetime) -> VoteResult:
    """Return the result of a vote at this time."""
    counts = f"{tally.in_favour} for, {tally.against} against"
    needed = "more for than against" if rules.majority == 50 else f"more than {rules.majority} % in favour"
    votes = "1 vote" if rules.quorum == 1 else f"{rules.quorum} votes"
    has_quorum = rules.has_quorum(tally)
    if rules.accept(tally):
        verb = "was" if rules.quorum == 1 else "were"
        return VoteResult("accepted", f"Accepted: {counts}, and {votes} {verb} needed.")
    if now >= decide_by:
        if not has_quorum:
            reason = f"only {tally.total} of the {votes} that were needed came in time"
            return VoteResult("declined", f"Declined: {reason} ({counts}).")
        return VoteResult("declined", f"Declined: {counts}, and {needed} were needed.")
    if has_quorum:
        return VoteResult("undecided", f"{counts}; {needed} are needed.")
    return VoteResult("undecided", f"{counts}; {votes} {'is' if rules.quorum == 1 else 'are'} needed.")


async def find_rules(transaction: Transaction, community: int) -> VoteRules:
    """Return a community's rules, the defaults if it set none."""
    stored = await settings.find_setting(transaction, _setting_key(community))
    return _from_json(stored) if stored else VoteRules()


async def change_rules(database: Database, actor: Actor, changes: RuleChanges) -> VoteRules:
    """Set some of a community's rules; running votes keep their deadline. Raises UserError."""
    require_community(actor)
    if actor.is_operator:
        raise UserError("These are a server's own rules: use this in one of the server's channels.")
    require_manage_server(actor, "change how sections are decided")
    limits = (
        ("votes needed", changes.quorum, 1, MAX_QUORUM),
        ("majority in percent", changes.majority, 50, 99),
        ("days", changes.days, 1, MAX_DAYS),
    )
    for name, value, minimum, maximum in limits:
        if value is not None and not minimum <= value <= maximum:
            raise UserError(f"{value} is not valid for {name}; write a number from {minimum} to {maximum}.")
    async with database.transaction() as transaction:
        current = await find_rules(transaction, actor.community)
        rules = VoteRules(
            current.quorum if changes.quorum is None else changes.quorum,
            current.majority if changes.majority is None else changes.majority,
            current.days if changes.days is None else changes.days,
            changes.direct_decision or current.direct_decision,
        )
        await settings.save_setting(transaction, _setting_key(actor.community), _to_json(rules))
    return rules


async def delete_rules(transaction: Transaction, community: int) -> None:
    """Delete a community's rules."""
    await settings.delete_setting(transaction, _setting_key(community))


def vote_deadline(rules: VoteRules, now: datetime) -> datetime:
    """Return the deadline of a vote that starts now."""
    return now + timedelta(days=rules.days)


def parse_direct_decision(text: str) -> DirectDecision:
    """Return who may decide without a vote; raises UserError if the text is none of the choices."""
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

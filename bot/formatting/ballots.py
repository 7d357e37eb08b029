"""The state of a vote and of a section in words, the same in both chats."""

from bot.formatting.wording import count_of
from handlers.results.votes import Ballot, VoteRules
from storage.values.sections import CustomSection, SectionChange

DIRECT_DECISION_TEXTS = {
    "manage-server": "With the permission Manage Server one member decides at once.",
    "manage-messages": "With the permission Manage Messages one member decides at once.",
    "nobody": "Nobody decides alone.",
}
DECISION_PERMISSIONS = {"manage-server": "with Manage Server", "manage-messages": "moderators", "nobody": ""}


def ballot_headline(ballot: Ballot, title: str) -> str:
    """Return the question that is voted on, or what became of it; `title` is the section's as a chat shows it."""
    if ballot.section.state == "proposed":
        return f"Shall we have the section “{title}”?"
    if ballot.section.state == "active":
        return f"“{title}” is a section now"
    return f"The proposal “{title}” was {ballot.result.status}" if is_refused(ballot) else f"“{title}” was retired"


def is_refused(ballot: Ballot) -> bool:
    """Return whether a proposal was declined or withdrawn, so that it never was a section."""
    return ballot.section.state == "declined"


def state_label(ballot: Ballot) -> str:
    """Return a section's state in a word; a withdrawn proposal was not declined."""
    return "withdrawn" if ballot.result.status == "withdrawn" else ballot.section.state


def tally_text(ballot: Ballot) -> str:
    """Return the votes so far, and how many more would accept the proposal."""
    counts = f"{ballot.tally.in_favour} for · {ballot.tally.against} against"
    if ballot.rules is None:
        return "the operator decides"
    missing = ballot.missing_votes
    if missing == 1:
        return f"{counts} · one more vote for it decides"
    return f"{counts} · {missing} more votes for it decide" if missing else f"{counts} · enough are for it"


def proposer_text(section: CustomSection, name: str) -> str:
    """Return who proposed a section; `name` is the proposer's as a chat shows it."""
    if section.proposer is None:
        return "Proposed by the operator"
    return f"Proposed by {name or 'a member'}"


def rules_text(rules: VoteRules) -> str:
    """Return how a community decides about sections, in two sentences."""
    majority = "more for than against" if rules.majority == 50 else f"more than {rules.majority} % in favour"
    votes, days = count_of(rules.quorum, "vote"), count_of(rules.days, "day")
    return f"{votes} and {majority}, within {days}. {DIRECT_DECISION_TEXTS[rules.direct_decision]}"


def rules_line(rules: VoteRules) -> str:
    """Return the command line, without a prefix, that sets these rules."""
    return (
        f"sectionrules votes:{rules.quorum} majority:{rules.majority} days:{rules.days} decides:{rules.direct_decision}"
    )


def change_text(change: SectionChange, member: str, old: str, new: str) -> str:
    """Return one entry of a section's history; the names and values are given as a chat shows them."""
    by_vote = change.kind in {"accepted", "declined", "withdrawn"}
    actor = member or ("a member" if change.member is not None else "the operator")
    if by_vote:
        return f"{new} ({actor})" if change.member is not None else new
    if change.kind == "proposed":
        return f"proposed as {new} by {actor}"
    difference = f": {old} → {new}" if old and new else f": {new}" if new else ""
    return f"{change.kind} by {actor}{difference}"

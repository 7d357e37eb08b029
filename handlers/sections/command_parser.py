"""Parses and runs the text commands about custom sections, for both chats."""

import re
from collections.abc import Awaitable, Callable, Iterator

from handlers.actor import Actor
from handlers.errors import UserError
from handlers.parsing.proposal_parser import parse_bug_list
from handlers.results.proposals import LabelResult, Preview, Proposal
from handlers.results.votes import Ballot, VoteRules
from handlers.sections.service import SectionService
from handlers.sections.vote_rules import RuleChanges, parse_direct_decision
from storage.values.sections import CustomSection

_FOR = frozenset({"yes", "for", "y", "+", "👍", "pro", "ja"})
_AGAINST = frozenset({"no", "against", "n", "-", "👎", "contra", "nein"})
_VERDICT = re.compile(r"(?:^|\s)(yes|no)\b\s*:?", re.IGNORECASE)
_DESCRIPTION_SEPARATOR = re.compile(r"\s(?:--|—|–)\s|(?:^|\s)description:\s*", re.IGNORECASE)
_COUNTER_EXAMPLES = re.compile(r"(?:^|\s)against:\s*((?:[\d,;#\s]|https?://\S+)+)", re.IGNORECASE)
_RULE = re.compile(r"(?:^|\s)(votes|majority|days|decides):\s*(\S+)", re.IGNORECASE)
_JUDGE_USAGE = "Say which bugs belong and which do not."
_JUDGE_EXAMPLE = "judge geographical yes 1658796 no 1658801"
MAX_TWO_NAMES_LENGTH = 300  # characters; a section's name has 40


class SectionCommandParser:
    """Runs the text after the name of a section command; raises UserError with a sentence for the user."""

    def __init__(self, service: SectionService) -> None:
        self._service = service

    @property
    def handlers(self) -> dict[str, Callable[[Actor, str], Awaitable[object]]]:
        """The handler of every command by the command's name."""
        return {
            "addsection": self.addsection,
            "preview": self.preview,
            "judge": self.judge,
            "vote": self.vote,
            "accept": self.accept,
            "decline": self.decline,
            "withdraw": self.withdraw,
            "rename": self.rename,
            "describe": self.describe,
            "merge": self.merge,
            "retire": self.retire,
            "share": self.share,
            "forget": self.forget,
            "sectionrules": self.sectionrules,
        }

    async def addsection(self, actor: Actor, text: str) -> Proposal:
        """Propose a section: "geographical 1658792 1658794 -- Where it is"."""
        return await self._service.propose(actor, text)

    async def preview(self, actor: Actor, text: str) -> Preview:
        """Preview a section: "geographical 1658792 against: 1658801"."""
        against = _COUNTER_EXAMPLES.search(text)
        proposal_text = _COUNTER_EXAMPLES.sub(" ", text) if against else text
        return await self._service.preview(actor, proposal_text, against=against[1] if against else "")

    async def judge(self, actor: Actor, text: str) -> LabelResult:
        """Label incidents of a section: "geographical yes 1658796 1658798 no 1658801"."""
        name, *labels = _VERDICT.split(text)
        if not name.strip():
            raise UserError(_JUDGE_USAGE, example=_JUDGE_EXAMPLE)
        verdicts = parse_verdicts(*zip(labels[::2], labels[1::2], strict=True))
        return await self._service.label_incidents(actor, name.strip(), verdicts)

    async def vote(self, actor: Actor, text: str) -> Ballot:
        """Vote on a proposal: "geographical yes"."""
        name, _, choice = text.strip().rpartition(" ")
        if not name or choice.casefold() not in _FOR | _AGAINST:
            raise UserError("Say what you vote on and how.", example="vote geographical yes")
        return await self._service.vote(actor, name, in_favour=choice.casefold() in _FOR)

    async def accept(self, actor: Actor, text: str) -> Ballot:
        """Accept a proposal at once."""
        return await self._service.decide_now(actor, _require_name(text, "accept"), accept=True)

    async def decline(self, actor: Actor, text: str) -> Ballot:
        """Decline a proposal at once."""
        return await self._service.decide_now(actor, _require_name(text, "decline"), accept=False)

    async def withdraw(self, actor: Actor, text: str) -> Ballot:
        """Withdraw a proposal."""
        return await self._service.withdraw(actor, _require_name(text, "withdraw"))

    async def rename(self, actor: Actor, text: str) -> CustomSection:
        """Give a section another name: "geographical to Wrong places"."""
        name, new_name = await self._split_section_and(actor, text, "to", "rename geographical to Wrong places")
        return await self._service.rename(actor, name, new_name)

    async def describe(self, actor: Actor, text: str) -> CustomSection:
        """Replace a section's description: "geographical -- Where it is"."""
        name, *description = _DESCRIPTION_SEPARATOR.split(text, maxsplit=1)
        if not description or not name.strip():
            raise UserError("Say what it is about after two hyphens.", example="describe geographical -- Where it is")
        return await self._service.describe(actor, name.strip(), description[0])

    async def merge(self, actor: Actor, text: str) -> CustomSection:
        """Merge a section into another: "geographical into Wrong places"."""
        name, other = await self._split_section_and(actor, text, "into", "merge geographical into Wrong places")
        return await self._service.merge(actor, name, other)

    async def retire(self, actor: Actor, text: str) -> CustomSection:
        """Retire a section."""
        return await self._service.retire(actor, _require_name(text, "retire"))

    async def share(self, actor: Actor, text: str) -> CustomSection:
        """Share a community's section with all communities."""
        return await self._service.share_globally(actor, _require_name(text, "share"))

    async def forget(self, actor: Actor, text: str) -> str:
        """Delete the sections and votes of the community with this number."""
        community = text.strip()
        if not re.fullmatch(r"[0-9]{1,19}", community):
            raise UserError("Name a community by its number.", example="forget 1122334455")
        count = await self._service.delete_community(actor, int(community))
        return f"Removed {count} {'section' if count == 1 else 'sections'} of community {community}, with their votes."

    async def sectionrules(self, actor: Actor, text: str) -> VoteRules:
        """Show or set how a community decides: "votes:3 majority:50 days:7 decides:manage-server"."""
        return await self._service.rules(actor, parse_vote_rules(text))

    async def _split_section_and(self, actor: Actor, text: str, separator: str, example: str) -> tuple[str, str]:
        """Split at the separator whose left side is a section's name, since names may contain the separator too."""
        refusal = UserError("Say which section, and what is to become of it.", example=example)
        for left, right in _splits(text, separator):
            try:
                await self._service.ballot(actor, left)
            except UserError as error:
                refusal = error
            else:
                return left, right
        raise refusal


def parse_verdicts(*labels: tuple[str, str]) -> dict[int, bool]:
    """Return whether each bug belongs, from pairs of "yes" or "no" and a list of bugs.

    Raises UserError if there are no bugs, if one is none, or if one is said to belong and not to.
    """
    verdicts: dict[int, bool] = {}
    for verdict, bugs in labels:
        bug_list, belongs = parse_bug_list(bugs), verdict.casefold() == "yes"
        if bug_list.invalid:
            raise UserError(f"“{bug_list.invalid[0]}” is not a bug number; write a number or a link.")
        if twice := [bug for bug in bug_list.bugs if verdicts.get(bug, belongs) != belongs]:
            raise UserError(f"Bug {twice[0]} is named both as belonging and as not; name it once.")
        verdicts |= dict.fromkeys(bug_list.bugs, belongs)
    if not verdicts:
        raise UserError(_JUDGE_USAGE, example=_JUDGE_EXAMPLE)
    return verdicts


def parse_vote_rules(text: str) -> RuleChanges:
    """Parse "votes:3 majority:50 days:7 decides:manage-server" or some of it; raises UserError for anything else."""
    rules: dict[str, str] = {}
    for name, value in _RULE.findall(text):
        if rules.setdefault(name.lower(), value) != value:
            raise UserError(f"{name.lower()} is given twice, as {rules[name.lower()]} and as {value}; give it once.")
    if _RULE.sub("", text).strip():
        raise UserError(
            "Write all or some of the rules.", example="sectionrules votes:3 majority:50 days:7 decides:manage-server"
        )
    numbers = {name: _parse_number(name, rules[name]) for name in ("votes", "majority", "days") if name in rules}
    decides = parse_direct_decision(rules["decides"]) if "decides" in rules else None
    return RuleChanges(numbers.get("votes"), numbers.get("majority"), numbers.get("days"), decides)


def _require_name(text: str, command: str) -> str:
    if not text.strip():
        raise UserError("Say which section; `sections` lists them.", example=f"{command} geographical")
    return text.strip()


def _splits(text: str, separator: str) -> Iterator[tuple[str, str]]:
    # Both sides are names, and each candidate is looked up: a longer text has none.
    text = text[:MAX_TWO_NAMES_LENGTH]
    for match in re.finditer(rf"\s{separator}\s", text, re.IGNORECASE):
        left, right = text[: match.start()].strip().strip('"“”'), text[match.end() :].strip().strip('"“”')
        if left and right:
            yield left, right


def _parse_number(name: str, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text.removesuffix("%")):
        raise UserError(f"{name}:{text[:40]} is not a number.", example=f"sectionrules {name}:3")
    return int(text.removesuffix("%"))

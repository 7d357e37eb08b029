"""What is typed about members' sections after a command's name, read and done: one way for both chats."""

import re
from collections.abc import Awaitable, Callable, Iterator

from handlers.parsing.proposal_parser import read_bug_list
from handlers.results import Actor, UserError
from handlers.sections.labels import Judged
from handlers.sections.preview import Preview
from handlers.sections.proposals import Proposal
from handlers.sections.service import MemberSections
from handlers.sections.vote_rules import VoteRules
from handlers.sections.votes import Ballot
from storage.values.sections import MadeSection

_FOR = frozenset({"yes", "for", "y", "+", "👍", "pro", "ja"})
_AGAINST = frozenset({"no", "against", "n", "-", "👎", "contra", "nein"})
_VERDICTS = re.compile(r"(?:^|\s)(yes|no)\b\s*:?", re.IGNORECASE)
_SAID = re.compile(r"\s(?:--|—|–)\s|(?:^|\s)description:\s*", re.IGNORECASE)
_AGAINST_FLAG = re.compile(r"(?:^|\s)against:\s*((?:[\d,;#\s]|https?://\S+)+)", re.IGNORECASE)
_RULE = re.compile(r"(?:^|\s)(votes|majority|days|decides):\s*(\S+)", re.IGNORECASE)


class SectionLines:
    """Answers the lines of the commands about members' sections; raises CannotAnswer with a plain sentence."""

    def __init__(self, made: MemberSections) -> None:
        self._made = made

    @property
    def commands(self) -> dict[str, Callable[[Actor, str], Awaitable[object]]]:
        """Every command by its name."""
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

    async def addsection(self, asker: Actor, text: str) -> Proposal:
        """Propose a section: "geographical 1658792 1658794 -- Where it is"."""
        return await self._made.addsection(asker, text)

    async def preview(self, asker: Actor, text: str) -> Preview:
        """Show what a section would hold: "geographical 1658792 against: 1658801"."""
        against = _AGAINST_FLAG.search(text)
        plain = _AGAINST_FLAG.sub(" ", text) if against else text
        return await self._made.preview(asker, plain, against=against[1] if against else "")

    async def judge(self, asker: Actor, text: str) -> Judged:
        """Say which incidents belong: "geographical yes 1658796 1658798 no 1658801"."""
        parts = _VERDICTS.split(text)
        verdicts: dict[int, bool] = {}
        for word, bugs in zip(parts[1::2], parts[2::2], strict=True):
            listed = read_bug_list(bugs)
            if listed.unreadable:
                raise UserError(f"“{listed.unreadable[0]}” is no bug; write its number or its link.")
            verdicts |= dict.fromkeys(listed.bugs, word.casefold() == "yes")
        if not parts[0].strip() or not verdicts:
            raise UserError(
                "Say which bugs belong and which do not, as in judge geographical yes 1658796 no 1658801."
            )
        return await self._made.judge(asker, parts[0].strip(), verdicts)

    async def vote(self, asker: Actor, text: str) -> Ballot:
        """Vote on a proposal: "geographical yes"."""
        name, _, word = text.strip().rpartition(" ")
        if not name or word.casefold() not in _FOR | _AGAINST:
            raise UserError("Say what you vote on and how, as in vote geographical yes.")
        return await self._made.vote(asker, name, in_favour=word.casefold() in _FOR)

    async def accept(self, asker: Actor, text: str) -> Ballot:
        """Accept a proposal at once."""
        return await self._made.decide_now(asker, _named(text, "accept"), accept=True)

    async def decline(self, asker: Actor, text: str) -> Ballot:
        """Decline a proposal at once."""
        return await self._made.decide_now(asker, _named(text, "decline"), accept=False)

    async def withdraw(self, asker: Actor, text: str) -> MadeSection:
        """Take a proposal back."""
        return await self._made.withdraw(asker, _named(text, "withdraw"))

    async def rename(self, asker: Actor, text: str) -> MadeSection:
        """Give a section another name: "geographical to Wrong places"."""
        name, new = await self._two(asker, text, "to", "rename geographical to Wrong places")
        return await self._made.rename(asker, name, new)

    async def describe(self, asker: Actor, text: str) -> MadeSection:
        """Say anew what a section is about: "geographical -- Where it is"."""
        parts = _SAID.split(text, maxsplit=1)
        if len(parts) < 2 or not parts[0].strip():
            raise UserError("Say what it is about after two hyphens, as in describe geographical -- Where it is.")
        return await self._made.describe(asker, parts[0].strip(), parts[1])

    async def merge(self, asker: Actor, text: str) -> MadeSection:
        """Put a section into another: "geographical into Wrong places"."""
        name, other = await self._two(asker, text, "into", "merge geographical into Wrong places")
        return await self._made.merge(asker, name, other)

    async def retire(self, asker: Actor, text: str) -> MadeSection:
        """End a section."""
        return await self._made.retire(asker, _named(text, "retire"))

    async def share(self, asker: Actor, text: str) -> MadeSection:
        """Make a community's section common to all."""
        return await self._made.make_common(asker, _named(text, "share"))

    async def forget(self, asker: Actor, text: str) -> str:
        """Remove the sections and votes of a community, named by its number."""
        number = text.strip()
        if not re.fullmatch(r"[0-9]{1,19}", number):
            raise UserError("Name a community by its number, as in forget 1122334455.")
        removed = await self._made.forget_community(asker, int(number))
        return f"Removed {removed} {'section' if removed == 1 else 'sections'} of community {number}, with their votes."

    async def sectionrules(self, asker: Actor, text: str) -> VoteRules:
        """Show or set how a community decides: "votes:3 majority:50 days:7 decides:manage-server"."""
        given = {name.lower(): value for name, value in _RULE.findall(text)}
        if not given and not text.strip():
            return await self._made.rules(asker)
        if not given or _RULE.sub("", text).strip():
            raise UserError("Write sectionrules votes:3 majority:50 days:7 decides:manage-server, or some of these.")
        numbers = {name: _number(name, given[name]) for name in ("votes", "majority", "days") if name in given}
        return await self._made.change_rules(
            asker,
            quorum=numbers.get("votes"),
            majority=numbers.get("majority"),
            days=numbers.get("days"),
            at_once=given.get("decides"),
        )

    async def _two(self, asker: Actor, text: str, word: str, example: str) -> tuple[str, str]:
        """Split where the first part is a section's name: names may hold the word that stands between."""
        refusal = UserError(f"Write it as in {example}.")
        for left, right in _halves(text, word):
            try:
                await self._made.ballot(asker, left)
            except UserError as no:
                refusal = no
            else:
                return left, right
        raise refusal


def _named(text: str, command: str) -> str:
    if not text.strip():
        raise UserError(f"Say which section, as in {command} geographical; `sections` lists them.")
    return text.strip()


def _halves(text: str, word: str) -> Iterator[tuple[str, str]]:
    for found in re.finditer(rf"\s{word}\s", text, re.IGNORECASE):
        left, right = text[: found.start()].strip().strip('"“”'), text[found.end() :].strip().strip('"“”')
        if left and right:
            yield left, right


def _number(name: str, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text.removesuffix("%")):
        raise UserError(f"{name}:{text[:40]} is no number; write it like {name}:3.")
    return int(text.removesuffix("%"))

"""What members of the community do: they ask, use slash commands, and vote on a section."""

import urllib.error

from tests.harness.databases import FaultyDatabase
from tests.harness.ledger import Ledger
from tests.support.discord import FakeDiscord
from tests.support.small_corpus import FIRST_BUG

CHANNEL = "general"
FIRST_QUESTION = 70_000_000  # numbers of bugs that do not exist, which the answer repeats
MEMBERS = ("alice", "bob", "carol", "dave")
SECTION = "revocation"
VOTERS = ("bob", "carol")


class Members:
    """The members; what they ask and how they vote is recorded in the ledger."""

    def __init__(self, chat: FakeDiscord, ledger: Ledger, database: FaultyDatabase) -> None:
        self._chat = chat
        self._ledger = ledger
        self._database = database

    def ask(self, item: int, round_number: int, *, is_sure: bool) -> int:
        """Ask for a bug that does not exist; return its number, which is in the answer."""
        number = FIRST_QUESTION + item
        self._say(f"!incident {number}", MEMBERS[item % len(MEMBERS)])
        self._ledger.record_question(number, round_number, is_sure=is_sure)
        return number

    def are_answered(self, numbers: list[int]) -> bool:
        """Return whether all these numbers are in answers."""
        answers = str(self._chat.messages(CHANNEL))
        return all(str(number) in answers for number in numbers)

    def use_slash_command(self, seconds: float) -> bool:
        """Use a slash command; return whether it was answered in time."""
        command = {"slash": "incidents", "options": {"ca": "Entrust"}, "as": "dave", "in": CHANNEL, "wait": seconds}
        try:
            return bool(self._chat.control(**command).get("callback"))
        except urllib.error.HTTPError:  # the command is not registered yet
            return False

    def propose_section(self) -> None:
        """Propose the section on which the others vote."""
        self._say(f"!addsection {SECTION} {FIRST_BUG} {FIRST_BUG + 6}", "alice")

    def vote(self, item: int) -> tuple[str, bool]:
        """Vote on the section; return who did, and how."""
        member, in_favour = VOTERS[item % len(VOTERS)], item % 4 < 2
        self._say(f"!vote {SECTION} {'yes' if in_favour else 'no'}", member)
        self._ledger.record_vote(member, in_favour)
        return member, in_favour

    def votes(self) -> dict[str, bool]:
        """Return the stored votes by member."""
        names = {number: name for name, number in self._chat.startup_info["users"].items()}
        return {names.get(str(row["member"]), "?"): bool(row["in_favour"]) for row in self._database.dump()["vote"]}

    def _say(self, text: str, member: str) -> None:
        self._chat.control(**{"say": text, "as": member, "in": CHANNEL})

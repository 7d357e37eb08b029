"""On how many CA owners the creator of a bug had filed by then, counted from all bugs that are known."""

from collections.abc import Collection, Mapping

from handlers.parsing.owners import OwnerDirectory
from handlers.parsing.reporters import affiliation
from handlers.parsing.titles import parse_title
from storage.database import Transaction
from storage.filings import FiledBug, find_filed_bugs
from storage.values.incidents import Bug, Person


class Filings:
    """What the creators of some bugs have filed: the stored bugs, and those that are about to be stored."""

    def __init__(self, filed: Mapping[int, FiledBug], changed: Collection[int]) -> None:
        self._filed = filed
        self._changed = changed
        self._by_creator: dict[Person, list[FiledBug]] = {}
        for bug in filed.values():
            self._by_creator.setdefault(bug.creator, []).append(bug)

    def count_cas(self, bug: Bug) -> int:
        """Return on how many CA owners the creator of a bug had filed when this one was created, itself included."""
        return len({
            filed.ca
            for filed in self._by_creator.get(bug.creator, ())
            if filed.ca is not None and (filed.created, filed.bug) <= (bug.created, bug.id)
        })  # fmt: skip

    def later_bugs(self) -> list[int]:
        """Return the stored bugs that somebody filed after one that is new or has another CA owner now.

        Their count changes: whatever order bugs arrive in, it comes out the same.
        """
        later = set()
        for number in self._changed:
            changed = self._filed[number]
            later |= {
                filed.bug
                for filed in self._by_creator[changed.creator]
                if (filed.created, filed.bug) > (changed.created, changed.bug)
            }
        return sorted(later - set(self._changed))


async def load_filings(transaction: Transaction, owners: OwnerDirectory, bugs: Collection[Bug]) -> Filings:
    """Return what the creators of these bugs have filed, these included; not of those whose domain says enough."""
    unknown = [bug for bug in bugs if affiliation(bug.creator, owners, bug.created.date()) == ("", "")]
    stored = {filed.bug: filed for filed in await find_filed_bugs(transaction, {bug.creator for bug in unknown})}
    current = {
        bug.id: FiledBug(bug.id, bug.creator, bug.created, parse_title(bug.summary, owners).ca) for bug in unknown
    }
    changed = [number for number, filed in current.items() if stored.get(number) != filed]
    return Filings(stored | current, changed)

"""The names of CA owners: those of the directory, and those that only the titles of stored incidents have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handlers.parsing.owner_lookup import resolve_owner
from handlers.parsing.owners import OwnerDirectory, normalize_name
from handlers.queries.free_words import MAX_OWNERS
from handlers.results.incidents import Owner
from storage.database import Transaction
from storage.suggestions import find_owner_names


@dataclass(frozen=True, slots=True)
class OwnerNames:
    """The names of CA owners: those of the directory, and those that incidents have beside it."""

    directory: OwnerDirectory
    stored: Sequence[str]
    by_letters: Mapping[str, str]

    def find(self, text: str) -> str | None:
        """Return the CA owner that has this name or alias, None if none has."""
        owner = self.directory.find(text)
        return owner.name if owner else self.by_letters.get(normalize_name(text))

    def resolve(self, text: str) -> tuple[str, ...]:
        """Return the CA owners that a text names with a slip, () if it names none or anything else beside them."""
        if (name := resolve_owner(text, self.directory, self.stored).name) is not None:
            return (name,)
        parts = [part.strip() for part in text.replace(" and ", ",").split(",") if part.strip()]
        if not 1 < len(parts) <= MAX_OWNERS:
            return ()
        resolved = [resolve_owner(part, self.directory, self.stored).name for part in parts]
        owners = tuple(dict.fromkeys(name for name in resolved if name is not None))
        return owners if None not in resolved else ()

    def owner(self, name: str) -> Owner:
        """Return the CA owner of this name with its aliases."""
        owner = self.directory.find(name)
        if owner is None:
            return Owner(name, is_known=False)
        former = self.directory.taken_over_by(owner.name)
        return Owner(owner.name, owner.aliases, owner.successor, owner.succeeded, former)


async def load_owner_names(transaction: Transaction, directory: OwnerDirectory) -> OwnerNames:
    """Return the names of all CA owners that are known now."""
    stored = await find_owner_names(transaction)
    return OwnerNames(directory, stored, {letters: name for name in stored if (letters := normalize_name(name))})

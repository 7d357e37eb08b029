"""Finds the CA owner that a member means."""

from handlers.errors import UserError
from handlers.parsing.owner_lookup import resolve_owner
from handlers.parsing.owners import OwnerDirectory
from handlers.results.incidents import Owner
from storage.database import Transaction
from storage.suggestions import find_owner_names


async def require_owner(transaction: Transaction, owners: OwnerDirectory, text: str) -> Owner:
    """Return the CA owner of this name, alias or close misspelling; raises UserError with suggestions if none is."""
    if exact := owners.find(text):
        return Owner(exact.name, exact.aliases)
    match = resolve_owner(text, owners, await find_owner_names(transaction))
    if match.name is None:
        hint = f" Did you mean {' or '.join(match.suggestions)}?" if match.suggestions else ""
        raise UserError(
            f"No CA owner called “{text[:80]}” is known.{hint or ' Ask without a CA to see the newest incidents.'}"
        )
    owner = owners.find(match.name)
    return Owner(match.name, owner.aliases if owner else ())

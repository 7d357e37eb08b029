"""The flags of a bug as its row has them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from storage.values.incidents import Flag, Person


def flag_row(flag: Flag) -> list[str | None]:
    """Return a flag as a list for JSON."""
    requestee = flag.requestee or Person("")
    return [
        flag.name, flag.status, requestee.name if flag.requestee else None, requestee.domain,
        flag.setter.name, flag.setter.domain, flag.set_at.isoformat(),
    ]  # fmt: skip


def flag_from_row(row: Sequence[Any]) -> Flag:
    """Return the flag of such a list."""
    name, status, requestee, domain, setter, setter_domain, set_at = row
    person = None if requestee is None else Person(requestee, domain)
    return Flag(name, status, person, Person(setter, setter_domain), datetime.fromisoformat(set_at))

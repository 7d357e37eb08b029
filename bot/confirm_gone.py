"""An operator's word that bugs which a sweep of Bugzilla misses are gone (`rootwatch confirm-gone`)."""

import re
from collections.abc import Sequence

from bot.polling.departures import ConfirmedDepartures
from bot.polling.leases import LeaseHeldElsewhere
from bot.polling.poller import Poller
from handlers.errors import UserError

BUG = re.compile(r"(?:https?://\S{1,200}[?&]id=|#)?([0-9]{1,9})")


async def confirm_gone(poller: Poller, bugs: Sequence[str]) -> ConfirmedDepartures:
    """Mark missing bugs as moved away or gone, all of them if none are named; raises UserError."""
    numbers = []
    for text in bugs:
        match = BUG.fullmatch(text)
        if match is None:
            raise UserError(f"“{text[:80]}” is not a bug number; write the number or a link.")
        numbers.append(int(match[1]))
    try:
        return await poller.confirm_gone(numbers)
    except KeyError as error:
        raise UserError(
            f"Bug {error.args[0]} is not missing: the last sweep found it, or it is marked already. "
            "`rootwatch status` says how many are missing."
        ) from None
    except LeaseHeldElsewhere as error:
        raise UserError(str(error)) from None

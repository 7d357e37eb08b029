"""Closes votes on proposed sections at their deadline, and announces their results."""

from collections.abc import Awaitable, Callable

from handlers.results.votes import Ballot
from handlers.sections.service import SectionService

VOTE_CHECK_SECONDS = 60.0

# Shows a ballot in its message; returns False if that has to be tried again.
OnBallotChanged = Callable[[Ballot], Awaitable[bool]]


class VoteClosing:
    """Closes overdue votes and passes every ballot that changed to a callback, if one is registered.

    `is_chat_ready` tells whether messages of open proposals can be edited.
    """

    def __init__(self, sections: SectionService, is_chat_ready: Callable[[], bool]) -> None:
        self._sections = sections
        self._is_chat_ready = is_chat_ready
        self._on_ballot_changed: OnBallotChanged | None = None
        # proposal messages may still show incidents that became unavailable in an earlier run
        self._proposals_need_refresh = True
        self._restricted: set[tuple[int, int]] = set()  # messages and bugs for which a refresh was requested

    def announce_with(self, callback: OnBallotChanged) -> None:
        """Register the callback that announces vote results."""
        self._on_ballot_changed = callback

    def request_refresh(self) -> None:
        """Have the messages of all open proposals updated at the next run."""
        self._proposals_need_refresh = True

    async def run(self) -> None:
        """Close overdue votes and announce every result not announced yet."""
        overdue = await self._sections.close_overdue()
        if self._on_ballot_changed is None:
            return
        if self._is_chat_ready():
            await self._look_for_outdated()
        if self._proposals_need_refresh and self._is_chat_ready():
            ballots = await self._sections.open_proposals()
            self._proposals_need_refresh = False
            are_shown = False
            try:
                are_shown = all([await self._on_ballot_changed(ballot) for ballot in ballots])
            finally:
                # a message that cannot be edited now may show a bug that became restricted: it is tried again
                if not are_shown:
                    self._proposals_need_refresh = True
        for ballot in overdue:
            await self._on_ballot_changed(ballot)
        announced = {ballot.section.id for ballot in overdue}
        for ballot in await self._sections.unannounced():
            if ballot.section.id not in announced:
                await self._on_ballot_changed(ballot)

    async def _look_for_outdated(self) -> None:
        """Request a refresh if proposals show what was changed or restricted, whichever process found that."""
        restricted = await self._sections.restricted_in_proposals()
        if await self._sections.take_outdated() or restricted - self._restricted:
            self._proposals_need_refresh = True
        self._restricted = restricted

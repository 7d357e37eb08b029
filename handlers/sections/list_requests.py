"""Sections that mailing-list messages ask for: their part of an alert, and the proposal that is prefilled from them.

Requests are parsed from the stored message each time, so no data of a bug that became restricted is stored with them.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from handlers.errors import UserError
from handlers.parsing.section_request_detection import SectionRequest, detect_section_request
from handlers.results.alerts import RequestedSection
from handlers.results.proposals import SectionDraft
from handlers.sections.labels import MAX_EXAMPLES
from handlers.sections.names import clean_name
from storage import events, incidents, messages
from storage.database import Transaction
from storage.values.incidents import GLOBAL_COMMUNITY
from storage.values.messages import ListMessage


async def find_requested_section(
    transaction: Transaction, message: ListMessage, community: int = GLOBAL_COMMUNITY
) -> RequestedSection | None:
    """Return the section that a message asks for with the bugs it names, or None if it asks for none.

    Only the first message of a thread to ask with a set of bugs does: whoever answers it asks for the same section.
    """
    request = detect_section_request(message)
    if request is None or await _was_asked_before(transaction, message, request):
        return None
    return await _load_requested(transaction, request, community)


async def _was_asked_before(transaction: Transaction, message: ListMessage, request: SectionRequest) -> bool:
    """Return whether an earlier message of the thread was announced as asking for a section with the same bugs."""
    earlier = await messages.find_announced_before(transaction, message, request.bugs)
    requests = map(detect_section_request, earlier)
    return any(other is not None and set(other.bugs) == set(request.bugs) for other in requests)


async def _load_requested(
    transaction: Transaction, request: SectionRequest, community: int = GLOBAL_COMMUNITY
) -> RequestedSection:
    """Return a request with its incidents, as a community sees them."""
    stored = await incidents.find_by_bugs(transaction, request.bugs, community)
    public = [bug for bug in request.bugs if bug in stored and stored[bug].visibility == "here"]
    others = [bug for bug in request.bugs if bug not in public]
    requested = RequestedSection(request.name, tuple(stored[bug] for bug in public), tuple(others))
    return replace(requested, command_line=to_draft(requested).command_line)


def to_draft(requested: RequestedSection) -> SectionDraft:
    """Return the prefilled proposal of a request: a valid section name and the bugs that can be examples."""
    try:
        name = clean_name(requested.name)
    except UserError:
        name = ""
    return SectionDraft(name, tuple(incident.bug.id for incident in requested.incidents[:MAX_EXAMPLES]))


async def load_draft(transaction: Transaction, event: int) -> SectionDraft:
    """Return the prefilled proposal of the list message of an event, from what is stored now; raises UserError."""
    announced = await events.find_event(transaction, event)
    if announced is None or announced.list is None or announced.message is None:
        raise UserError("The message that asks for this section is no longer known here.")
    key = (announced.list, announced.message)
    message = (await messages.find_messages(transaction, [key])).get(key)
    request = detect_section_request(message) if message else None
    if request is None:
        raise UserError("The message no longer asks for a section; `addsection` proposes one by hand.")
    return to_draft(await _load_requested(transaction, request))


async def lock_referenced_incidents(transaction: Transaction, new_messages: Sequence[ListMessage]) -> None:
    """Lock the incidents that new messages name, so that none of them is marked unavailable meanwhile."""
    named = {bug for message in new_messages for bug in message.bugs}
    for message in new_messages:
        if request := detect_section_request(message):
            named.update(request.bugs)
    await incidents.lock_incidents(transaction, sorted(named))


async def mark_list_alerts_stale(transaction: Transaction, bugs: Collection[int]) -> None:
    """Mark the alerts of list messages for an edit that show any of these bugs with its title."""
    if not bugs:
        return
    # before the messages are looked for: one that another process announces now is rendered after this change
    await events.begin_change(transaction)
    for message in await messages.find_announced_mentioning(transaction, bugs):
        await events.mark_list_message_stale(transaction, (message.list, message.key))

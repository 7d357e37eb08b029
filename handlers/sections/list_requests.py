"""Sections that list messages ask for: what an alert says of them, and what a proposal made of one is filled with.

Read from the message each time, so that nothing of a bug that became restricted is kept beside it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from handlers.parsing.proposal_parser import read_section_request
from handlers.parsing.section_request_detection import read_grouping_request
from handlers.results import RequestedSection, UserError
from handlers.sections.labels import MOST_EXAMPLES
from handlers.sections.names import clean_name
from storage import events, incidents, messages
from storage.database import Connection, Database
from storage.values.incidents import EVERYWHERE, Message


@dataclass(frozen=True, slots=True)
class SectionDraft:
    """What a proposal is filled with before somebody looks at it: `name` is "" where what was asked for can be none.

    It has no description: the subject of a thread speaks of what set it off, and would draw the section there.
    """

    name: str
    bugs: tuple[int, ...]

    @property
    def line(self) -> str:
        """The line to type that proposes it: "addsection geographical 1658792 1658794"."""
        bugs = " ".join(map(str, self.bugs))
        plain = f"{self.name or 'NAME'} {bugs}"
        # a name that holds a number would be cut off there
        read_back = read_section_request(plain).name == (self.name or "NAME")
        return f"addsection {plain}" if read_back else f'addsection "{self.name}" {bugs}'


async def read_asked(database: Database, message: Message, community: int = EVERYWHERE) -> RequestedSection | None:
    """Read which section a message asks for, and what is known of the bugs that it names; None if it asks for none."""
    request = read_grouping_request(message)
    if request is None:
        return None
    known = await incidents.find_by_bugs(database, request.bugs, community)
    public = [bug for bug in request.bugs if bug in known and known[bug].standing == "here"]
    others = [bug for bug in request.bugs if bug not in public]
    return RequestedSection(request.name, tuple(known[bug] for bug in public), tuple(others))


def draft_of(asked: RequestedSection) -> SectionDraft:
    """Give the proposal that a request amounts to: a name such as sections have, and the bugs that can be examples."""
    try:
        name = clean_name(asked.name)
    except UserError:
        name = ""
    return SectionDraft(name, tuple(one.bug.id for one in asked.incidents[:MOST_EXAMPLES]))


async def find_draft(database: Database, event: int) -> SectionDraft:
    """Give the proposal that the list message of an event asks for, as things stand now; raises CannotAnswer."""
    announced = await events.find_event(database, event)
    if announced is None or announced.list is None or announced.message is None:
        raise UserError("The message that asks for this section is not known here any more.")
    key = (announced.list, announced.message)
    message = (await messages.find_messages(database, [key])).get(key)
    asked = await read_asked(database, message) if message else None
    if asked is None:
        raise UserError("The message asks for no section any more; `addsection` proposes one by hand.")
    return draft_of(asked)


async def hold_named(database: Database, connection: Connection, new: Sequence[Message]) -> None:
    """Hold the incidents that messages ask a section of: who withdraws one waits and sees them."""
    requests = [request for one in new if (request := read_grouping_request(one))]
    await incidents.hold_incidents(database, connection, sorted({bug for one in requests for bug in one.bugs}))


async def mark_requests_stale(database: Database, connection: Connection, bugs: Collection[int]) -> None:
    """Ask for the alerts to be edited that list these bugs because their message asks for a section of them."""
    for message in await messages.find_announced(database, connection, bugs):
        request = read_grouping_request(message)
        if request and not set(bugs).isdisjoint(request.bugs):
            await events.mark_stale(database, connection, message=(message.list, message.key))

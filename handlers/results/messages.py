"""Results about list messages: pages of them."""

from dataclasses import dataclass

from storage.values.incidents import Incident
from storage.values.messages import ListMessage, MessageFilter


@dataclass(frozen=True, slots=True)
class ListedMessage:
    """A message without its body, with the known and public ones of the bugs that it names, in its order.

    `thread_id` stands for its thread in a query; the thread has `thread_size` messages.
    """

    message: ListMessage
    incidents: tuple[Incident, ...] = ()
    thread_id: str = ""
    thread_size: int = 1


@dataclass(frozen=True, slots=True)
class MessageList:
    """Messages that match a query, newest first.

    `total` counts all that match. `messages` holds the page `page` (counted from 0) of `page_count`, or all of them if
    no page was requested. `query_text` is the query as a user would type it, so that a button can run it again.
    """

    filter: MessageFilter
    query_text: str
    total: int
    messages: tuple[ListedMessage, ...]
    page: int = 0
    page_count: int = 1

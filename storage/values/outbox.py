"""Events, routes and deliveries; ids of channels and communities are Discord's."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal

from storage.values.incidents import GLOBAL_COMMUNITY

# what the kinds of events are called where people read of them
KIND_NAMES = MappingProxyType({"filed": "new incidents", "message": "list messages", "catch-up": "catch-ups"})

DeliveryState = Literal["pending", "sent", "held", "failed", "skipped"]
Queue = Literal["alerts", "edits"]
WaitingKind = Literal["alert", "edit", "answer"]

# the longest that a message or a queue waits before the next attempt
MAX_PAUSE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Event:
    """A change to an incident or a message on a list, recorded once for each `key`.

    `kind`: "filed" (an incident new to Rootwatch; `bugs` are others that its alert names), "message" (a list
    message), "catch-up" (one for many events: `bugs` or `messages` list them).
    """

    kind: str
    key: str
    happened: datetime
    bug: int | None = None
    message: str | None = None
    list: str | None = None
    bugs: tuple[int, ...] = ()
    messages: tuple[str, ...] = ()
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """The kinds of events that go to a channel of a community.

    `error` is why the channel refuses messages, "" if it accepts them.
    """

    community: int
    channel: int
    kinds: tuple[str, ...]
    created_by: int
    created: datetime
    error: str = ""
    id: int | None = None


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A delivery to be stored: of an event (by its id) to a channel; `reason` is why it is "skipped", if it is."""

    event: int
    community: int
    channel: int
    state: DeliveryState = "pending"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The delivery of one event to one channel.

    `attempted_at` is when a send began that may have reached Discord; `stale` counts the changes since the message was
    last compared with what it would show now; `shown` is a hash of what it shows. `community` is that of the channel.
    `reason` is why the last attempt failed, or why none will follow; `attempts` failed since the last success, and the
    next follows at `next_at` (UTC). A message that is not `editable` belongs to another bot account.
    """

    id: int
    channel: int
    event: Event
    state: DeliveryState
    message: int | None = None
    attempted_at: datetime | None = None
    stale: int = 0
    reason: str = ""
    community: int = GLOBAL_COMMUNITY
    shown: str = ""
    attempts: int = 0
    next_at: datetime | None = None
    editable: bool = True


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """What became of an incident's alert in one channel; times are UTC.

    `next_at` is when a waiting channel is tried again, None if at once. `is_catch_up`: the alert is one line of a
    message about many.
    """

    channel: int
    community: int
    state: DeliveryState
    reason: str
    message: int | None
    created: datetime
    sent: datetime | None = None
    next_at: datetime | None = None
    is_catch_up: bool = False


@dataclass(frozen=True, slots=True)
class WaitingMessages:
    """Messages of a channel that could not be sent or edited for one `reason`; the next attempt is at `next_at` (UTC).

    `kind`: "alert" (to be sent), "edit" (an alert to be edited), "answer" (an answer that shows a withdrawn bug).
    """

    kind: WaitingKind
    channel: int
    count: int
    reason: str
    next_at: datetime | None

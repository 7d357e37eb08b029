"""Who makes a request, and with which permissions."""

from dataclasses import dataclass

from storage.values.incidents import Person


@dataclass(frozen=True, slots=True)
class Actor:
    """The member or operator who makes a request.

    The ids are Discord's: `community` is a server's. The operator in a terminal has neither community nor channel nor
    member id.
    """

    community: int | None
    channel: int | None
    member: int | None
    may_manage: bool
    may_moderate: bool = False
    person: Person | None = None


# The operator in a terminal has every permission and acts for all communities.
OPERATOR = Actor(community=None, channel=None, member=None, may_manage=True, may_moderate=True)

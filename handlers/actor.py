"""Who makes a request: a member or the operator, and which community's data they see."""

from dataclasses import dataclass

from storage.values.incidents import GLOBAL_COMMUNITY


@dataclass(frozen=True, slots=True)
class Actor:
    """The member or operator who makes a request.

    The ids are Discord's: `community` is a server's, and GLOBAL_COMMUNITY for whoever writes outside of a server: a
    member in a direct message, and the operator in a terminal, who has neither channel nor member id. An actor sees
    the sections and corrections of the community, and those of all communities. `parent_channel` is the channel of the
    thread that `channel` is. `name` is the name that the server shows for the member, "" for the operator.
    """

    community: int
    channel: int | None
    member: int | None
    may_manage: bool
    may_moderate: bool = False
    parent_channel: int | None = None
    name: str = ""

    @property
    def is_operator(self) -> bool:
        """Whether this is the operator, who acts for all communities."""
        return self.member is None and self.community == GLOBAL_COMMUNITY

    @property
    def role_label(self) -> str:
        """The role of whoever may moderate, as shown in a sentence that names nobody."""
        return "the operator" if self.is_operator else "a moderator"


# The operator in a terminal has every permission.
OPERATOR = Actor(GLOBAL_COMMUNITY, channel=None, member=None, may_manage=True, may_moderate=True)

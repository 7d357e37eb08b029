"""Who acts on a section, and which permissions an action on it requires."""

from dataclasses import dataclass

from handlers.actor import Actor
from handlers.errors import UserError
from storage.values.incidents import GLOBAL_COMMUNITY
from storage.values.sections import CustomSection


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who acts on sections: a member of a community, or the operator (community GLOBAL_COMMUNITY, member None)."""

    community: int
    member: int | None
    is_operator: bool = False
    may_manage: bool = False
    may_moderate: bool = False

    @property
    def role_label(self) -> str:
        """The role as shown in a sentence that names nobody."""
        return "the operator" if self.is_operator else "a moderator"


def speaker_from(actor: Actor) -> Speaker:
    """Return for which community an actor acts; raises UserError outside a community."""
    if actor.community is not None and actor.member is not None:
        return Speaker(actor.community, actor.member, may_manage=actor.may_manage, may_moderate=actor.may_moderate)
    if actor.community is None and actor.member is None:
        return Speaker(GLOBAL_COMMUNITY, None, is_operator=True, may_manage=True, may_moderate=True)
    raise UserError("Sections belong to a server and its members: write it in one of the server's channels.")


def require_operator(actor: Actor, action: str) -> Speaker:
    """Return the operator as a speaker; raises UserError for anybody else."""
    speaker = speaker_from(actor)
    if not speaker.is_operator:
        raise UserError(f"Only the operator may {action}, in a terminal.")
    return speaker


def require_moderator(speaker: Speaker, section: CustomSection, action: str) -> None:
    """Raise UserError unless the speaker is the operator or moderates the community that owns the section."""
    if speaker.is_operator:
        return
    if section.community != speaker.community:
        raise UserError(f"{section.title} is common to all communities, so only the operator may {action} it.")
    if not speaker.may_moderate:
        raise UserError(f"You need the permission Manage Messages in this server to {action} a section.")


def require_active(section: CustomSection, action: str) -> None:
    """Raise UserError unless the section is active."""
    if section.state != "active":
        state = "only proposed" if section.state == "proposed" else section.state
        raise UserError(f"{section.title} is {state}, so there is nothing to {action}.")


def require_same_community(section: CustomSection, other: CustomSection) -> None:
    """Raise UserError unless both sections belong to the same community."""
    if section.community != other.community:
        raise UserError(
            f"{section.title} and {other.title} do not belong to the same community, so they cannot be merged."
        )

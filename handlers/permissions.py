"""Which permissions a request requires: every refusal for want of one is worded here.

Each function raises a UserError that names the permission that would have sufficed, and what it was needed for.
"""

from handlers.actor import Actor
from handlers.errors import UserError
from storage.values.incidents import GLOBAL_COMMUNITY
from storage.values.sections import CustomSection


def require_community(actor: Actor) -> None:
    """Require a server, to which sections belong; the operator acts for all servers."""
    if actor.community == GLOBAL_COMMUNITY and not actor.is_operator:
        raise UserError("Sections belong to a server and its members: use this in one of the server's channels.")


def require_channel(actor: Actor) -> tuple[int, int, int]:
    """Require a channel of a server; return the ids of community, channel and member."""
    if actor.community == GLOBAL_COMMUNITY or actor.channel is None or actor.member is None:
        raise UserError("Watching is for the channels of a Discord server; write it in the channel that should watch.")
    return actor.community, actor.channel, actor.member


def require_operator(actor: Actor, action: str) -> None:
    """Require the operator."""
    if not actor.is_operator:
        require_community(actor)
        raise UserError(f"Only the operator may {action}, in a terminal.")


def require_manage_server(actor: Actor, action: str, otherwise: str = "") -> None:
    """Require the permission Manage Server; `otherwise` says what the member can do without it."""
    if not actor.may_manage:
        raise UserError(_refusal("Manage Server", f"to {action}", otherwise))


def require_moderator(actor: Actor, action: str, otherwise: str = "") -> None:
    """Require the permission Manage Messages; `otherwise` says what the member can do without it."""
    if not actor.may_moderate:
        raise UserError(_refusal("Manage Messages", f"to {action}", otherwise))


def require_ownership(actor: Actor, section: CustomSection, action: str, otherwise: str = "") -> None:
    """Require the community that owns a section, or the operator; `otherwise` says what a member can do instead."""
    if section.community != actor.community and not actor.is_operator:
        raise UserError(
            f"{section.title} is common to all communities, so only the operator may {action}"
            + (f"; {otherwise}." if otherwise else ".")
        )


def require_section_moderator(actor: Actor, section: CustomSection, action: str, otherwise: str = "") -> None:
    """Require the operator, or a moderator of the community that owns a section."""
    require_ownership(actor, section, f"{action} it")
    require_moderator(actor, f"{action} a section", otherwise)


def _refusal(permission: str, purpose: str, otherwise: str) -> str:
    sentence = f"You need the permission {permission} in this server {purpose}"
    return f"{sentence}; {otherwise}." if otherwise else f"{sentence}."

"""Who may do what, and what those who may not are told."""

from dataclasses import replace

import pytest

from handlers.actor import OPERATOR, Actor
from handlers.errors import UserError
from handlers.permissions import (
    require_channel,
    require_community,
    require_manage_server,
    require_moderator,
    require_operator,
    require_ownership,
    require_section_moderator,
)
from storage.values.incidents import GLOBAL_COMMUNITY
from storage.values.sections import CustomSection
from tests.support.sections import ALICE, COMMUNITY, MANAGER, MODERATOR, NOON, OTHER_MANAGER

DIRECT_MESSAGE = Actor(GLOBAL_COMMUNITY, 5, 1, may_manage=False)
OWN = CustomSection("places", "Places", "active", NOON, "", COMMUNITY, ALICE.member)
COMMON = replace(OWN, community=GLOBAL_COMMUNITY)
NO_MANAGER = "You need the permission Manage Server in this server to change where alerts go."
NO_MODERATOR = "You need the permission Manage Messages in this server to rename a section."
NOT_OWN = "Places is common to all communities, so only the operator may rename it."
NO_SERVER = "Sections belong to a server and its members: use this in one of the server's channels."


def refusal(require, *arguments):
    """Return what the actor is told, "" if nothing is refused."""
    try:
        require(*arguments)
    except UserError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("actor", "manage", "moderate", "own", "common"),
    [
        (ALICE, NO_MANAGER, NO_MODERATOR, NO_MODERATOR, NOT_OWN),
        (MODERATOR, NO_MANAGER, "", "", NOT_OWN),
        (MANAGER, "", "", "", NOT_OWN),
        (OPERATOR, "", "", "", ""),
    ],
)
def test_each_refusal_names_the_permission_that_would_do(actor, manage, moderate, own, common):
    assert refusal(require_manage_server, actor, "change where alerts go") == manage
    assert refusal(require_moderator, actor, "rename a section") == moderate
    assert refusal(require_section_moderator, actor, OWN, "rename") == own
    assert refusal(require_section_moderator, actor, COMMON, "rename") == common


def test_no_permission_reaches_into_another_server():
    assert "only the operator may rename it" in refusal(require_ownership, OTHER_MANAGER, OWN, "rename it")


def test_what_is_the_operators_stays_the_operators():
    assert refusal(require_operator, OPERATOR, "share it") == ""
    assert refusal(require_operator, MANAGER, "share it") == "Only the operator may share it, in a terminal."
    assert refusal(require_operator, DIRECT_MESSAGE, "share it") == NO_SERVER


def test_outside_of_a_server_there_are_neither_sections_nor_channels_to_watch():
    assert refusal(require_community, DIRECT_MESSAGE) == NO_SERVER
    assert refusal(require_community, ALICE) == refusal(require_community, OPERATOR) == ""
    for actor in (DIRECT_MESSAGE, OPERATOR):
        assert "write it in the channel that should watch" in refusal(require_channel, actor)
    assert require_channel(ALICE) == (COMMUNITY, 5, ALICE.member)


def test_a_member_in_a_direct_message_is_no_operator():
    assert OPERATOR.is_operator
    assert not DIRECT_MESSAGE.is_operator
    assert not replace(OPERATOR, community=COMMUNITY).is_operator

"""A command asks for the same permission by prefix and slash, and says the same sentence to whoever lacks it."""

import pytest

from tests.chat.interactions import plain_last_text, private_text
from tests.chat.places import COUNTRY, bugs_about_places
from tests.support.small_corpus import FIRST_BUG

pytestmark = pytest.mark.simcord(check_errors=False)
TAGGED = FIRST_BUG
NEEDS = "You need the permission {} in this server to {}."
MANAGE_ROUTES = NEEDS.format("Manage Server", "change where alerts go")
DECIDE = NEEDS.format("Manage Server", "decide at once; your vote counts like any other")
MODERATE = {
    action: NEEDS.format("Manage Messages", f"{action} a section")
    for action in ("rename", "describe", "merge", "retire")
}
PLACES = "Wrong places"
REFUSALS = [
    ("watch", "", {}, MANAGE_ROUTES),
    ("unwatch", "", {}, MANAGE_ROUTES),
    ("watches", "", {}, NEEDS.format("Manage Server", "see where alerts go")),
    ("rename", f"{PLACES} to Lands", {"section": PLACES, "name": "Lands"}, MODERATE["rename"]),
    ("describe", f"{PLACES} -- Where", {"section": PLACES, "description": "Where"}, MODERATE["describe"]),
    ("merge", f"{PLACES} into {PLACES}", {"section": PLACES, "into": PLACES}, MODERATE["merge"]),
    ("retire", PLACES, {"section": PLACES}, MODERATE["retire"]),
    ("accept", PLACES, {"section": PLACES}, DECIDE),
    ("decline", PLACES, {"section": PLACES}, DECIDE),
    (
        "withdraw",
        PLACES,
        {"section": PLACES},
        NEEDS.format("Manage Messages", "withdraw a section; its proposer needs none"),
    ),
    ("sectionrules", "votes:1", {"votes": 1}, NEEDS.format("Manage Server", "change how sections are decided")),
    (
        "judge",
        f"{PLACES} no {COUNTRY}",
        {"section": PLACES, "do_not": str(COUNTRY)},
        NEEDS.format("Manage Messages", f"overrule another member, who said that bug {COUNTRY} belongs there"),
    ),
    (
        "unclassify",
        f"{TAGGED} audit-delay",
        {"bug": str(TAGGED), "section": "audit-delay"},
        NEEDS.format("Manage Messages", "overrule the tag that Bugzilla's staff set"),
    ),
]


@pytest.fixture
def bugs():
    bugs = bugs_about_places()
    bugs[0]["whiteboard"] = "[ca-compliance] [audit-delay]"
    return bugs


@pytest.fixture
def simcord_bot(program):
    return program.bot


async def test_who_lacks_a_permission_is_told_which_one_by_prefix_and_slash(
    env, program, guild, channel, members, proposal
):
    bob = members[1]
    # a server may show a hidden command to whomever it likes
    for command in await env.bot.tree.fetch_commands():
        if command.name in {"watch", "unwatch", "watches"}:
            guild.set_command_permissions(command, {bob: True})
    for command, line, options, sentence in REFUSALS:
        await bob.send(channel, f"!{command} {line}")
        assert plain_last_text(channel) == sentence, command
        assert private_text(await bob.slash(channel, command, **options)) == sentence, command


async def test_who_has_the_permission_is_not_refused(env, program, channel, members, moderator, manager, proposal):
    await moderator.send(channel, f"!judge {PLACES} no {COUNTRY}")
    await moderator.send(channel, f"!unclassify {TAGGED} audit-delay")
    await moderator.send(channel, f"!accept {PLACES}")
    assert plain_last_text(channel) == DECIDE
    await manager.slash(channel, "sectionrules", decides="manage-messages")
    await members[1].send(channel, f"!accept {PLACES}")
    assert plain_last_text(channel) == DECIDE.replace("Manage Server", "Manage Messages")
    await moderator.send(channel, f"!accept {PLACES}")
    for line in (f"!describe {PLACES} -- Where", f"!rename {PLACES} to Lands", "!retire Lands"):
        await moderator.send(channel, line)
        assert "permission" not in plain_last_text(channel), line
    for line in ("!watch", "!watches", "!unwatch"):
        await manager.send(channel, line)
        assert "permission" not in plain_last_text(channel), line

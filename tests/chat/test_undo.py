"""Undo a correction by its button: who may, what holds again, and what happens when there is a newer correction."""

import discord
import pytest

from bot.chat.components.correction_menu import UndoButton
from tests.chat.interactions import components, last_text, press, private_text, refetch
from tests.chat.places import COUNTRY, STATE, bugs_about_places
from tests.support.small_corpus import FIRST_BUG

pytestmark = pytest.mark.simcord(check_errors=False)
BUG = FIRST_BUG + 6


@pytest.fixture
def bugs():
    return bugs_about_places()


@pytest.fixture
def simcord_bot(program):
    return program.bot


async def press_undo(member, message):
    (name,) = (name for name in components(message) if name.startswith("undo"))
    return await press(member, message, name)


async def test_who_corrected_undoes_it_and_no_other_member_can(env, program, channel, members):
    await members[0].send(channel, f"!classify {BUG} crl-failure")
    message = channel.last_message
    program.recreate_bot(message_content=True)
    await env.restart_bot(program.bot)
    assert private_text(await press_undo(members[1], message)) == (
        "You need the permission Manage Messages in this server to undo another member's correction."
    )
    await press_undo(members[0], message)
    edited = refetch(channel, message)
    assert edited.content == f"Undone: {BUG} is not in CRL failure again."
    assert not edited.components
    await members[0].send(channel, f"!why {BUG}")
    assert "CRL failure" not in str(channel.last_message.embeds[0].to_dict())
    assert not env.errors


async def test_a_moderator_undoes_what_another_member_said(env, channel, members, moderator):
    await members[0].send(channel, f"!classify {BUG} crl-failure")
    message = channel.last_message
    await press_undo(moderator, message)
    assert refetch(channel, message).content.startswith("Undone: ")


async def test_what_a_moderator_overruled_holds_again(env, channel, members, moderator):
    await members[0].send(channel, f"!classify {BUG} crl-failure")
    await moderator.send(channel, f"!unclassify {BUG} crl-failure")
    message = channel.last_message
    assert message.content == f"{BUG} is no longer in CRL failure (by a member)."
    await press_undo(moderator, message)
    assert refetch(channel, message).content == f"Undone: {BUG} is in CRL failure again (by a member)."
    # it is the first member's word again, not the moderator's
    await members[0].send(channel, f"!unclassify {BUG} crl-failure")
    assert last_text(channel).startswith(f"{BUG} is no longer in CRL failure")


async def test_where_a_newer_correction_stands_nothing_is_undone(env, channel, members):
    await members[0].send(channel, f"!classify {BUG} crl-failure")
    first = channel.last_message
    await members[0].send(channel, f"!unclassify {BUG} crl-failure")
    result = await press_undo(members[0], first)
    assert private_text(result).startswith(f"Bug {BUG} has been corrected again since, so nothing was undone.")
    assert f"!why {BUG}" in private_text(result)


async def test_an_example_of_a_servers_own_section_is_taken_back(env, program, channel, members, manager, proposal):
    await manager.send(channel, "!accept Wrong places")
    await members[1].send(channel, f"!classify {BUG} Wrong places")
    message = channel.last_message
    assert message.content == f"{BUG} is now in Wrong places (by a member)."
    assert "You need the permission" in private_text(await press_undo(members[2], message))
    await press_undo(members[1], message)
    assert refetch(channel, message).content == f"Undone: {BUG} is not in Wrong places again."
    await members[0].send(channel, f"!unclassify {COUNTRY} Wrong places")
    message = channel.last_message
    await press_undo(members[0], message)
    assert refetch(channel, message).content == f"Undone: {COUNTRY} is in Wrong places again (by a member)."
    await members[0].send(channel, "!incidents section:wrong-places")
    text = str(channel.last_message.embeds[0].to_dict())
    assert str(COUNTRY) in text
    assert str(STATE) in text
    assert str(BUG) not in text
    assert not env.errors


async def test_another_servers_member_undoes_nothing(env, channel, members):
    await members[0].send(channel, f"!classify {BUG} crl-failure")
    custom_id = next(item.custom_id for item in components(channel.last_message).values())
    other = env.create_guild()
    other_channel, stranger = other.create_text_channel("general"), other.add_member(env.create_user("eve"))
    view = discord.ui.View(timeout=None)
    view.add_item(UndoButton(custom_id.removeprefix("rw:undo:")))
    forged = await env.bot.get_channel(other_channel.id).send("x", view=view)
    assert "made in another server" in private_text(await press(stranger, forged, "undo"))

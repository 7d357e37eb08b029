"""Moderate sections in Discord, and leave a server that has sections."""

import discord
import pytest

from bot.health import departed_guild
from handlers.actor import OPERATOR
from tests.chat.interactions import plain_description, plain_fields, plain_last_text, press, private_text
from tests.chat.places import COUNTRY, bugs_about_places

pytestmark = pytest.mark.simcord(check_errors=False)


@pytest.fixture
def bugs():
    return bugs_about_places()


@pytest.fixture
def simcord_bot(program):
    return program.bot


async def test_moderators_change_sections_and_every_change_is_in_the_history(
    env, channel, members, moderator, manager, proposal
):
    await manager.send(channel, "!accept Wrong places")
    await members[1].send(channel, "!rename Wrong places to Places")
    assert plain_last_text(channel) == "You need the permission Manage Messages in this server to rename a section."
    await moderator.send(channel, "!rename Wrong places to Places")
    assert channel.last_message.content == "“Places” has its new name."
    result = await moderator.slash(channel, "describe", section="places", description="Where **it** is")
    assert "Where **it** is" in plain_description(result.response)
    await manager.send(channel, f"!addsection Countries {COUNTRY}")
    await manager.send(channel, "!accept Countries")
    result = await moderator.slash(channel, "merge", section="countries", into="places")
    assert result.response.content == "“Places” holds both now."
    await moderator.send(channel, "!section wrong places")
    history = plain_fields(channel.last_message)["History"]
    assert "renamed by mia" in history
    assert "Wrong places → Places" in history
    assert "described by mia" in history
    assert "merged by mia" in history
    await moderator.send(channel, "!retire places")
    assert channel.last_message.content == "“Places” was retired."
    assert "Retired by a moderator." in plain_description(channel.last_message)
    await members[0].send(channel, "!incidents section:places")
    assert plain_last_text(channel).startswith("Places is retired and has no incidents.")


async def test_a_deleted_communitys_buttons_say_so(env, program, guild, channel, members, proposal):
    await program.use_cases.custom_sections.delete_community(OPERATOR, guild.id)
    for button in ("vote:for", "judge", "holds"):
        assert private_text(await press(members[0], proposal, button)) == (
            "That section no longer exists; `!sections` lists the existing ones."
        )


async def test_the_check_names_a_server_that_was_left_with_sections(env, guild, channel, proposal):
    assert await departed_guild(env.bot, guild.id) == []
    ((name, is_ok, sentence),) = await departed_guild(env.bot, 4242)
    assert (name, is_ok) == ("server 4242", True)
    assert sentence.startswith("the bot has left it; its sections and votes stay until `forget 4242`")


async def test_manage_messages_in_one_channel_alone_makes_nobody_a_moderator(env, guild, channel, members, proposal):
    await press(members[0], proposal, "vote:for")
    for member in members[1:3]:
        await press(member, proposal, "vote:for")
    permissions = discord.PermissionOverwrite(manage_messages=True)
    own_channel = guild.create_text_channel("own", overwrites={members[3]: permissions})
    await members[3].send(own_channel, "!retire wrong-places")
    assert "Manage Messages in this server" in plain_last_text(own_channel)

"""What stands before commands is each server's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.errors import UserError
from handlers.server_settings import MAX_PREFIX_LENGTH, parse_prefix

pytestmark = pytest.mark.simcord(check_errors=False)


@pytest.fixture
def simcord_bot(program):
    return program.bot


async def test_a_manager_changes_the_prefix_and_hints_follow(env, channel, manager, member):
    await manager.send(channel, "!settings prefix ?")
    assert channel.last_message.content == "Commands now begin with ? in this server."
    await member.send(channel, "!help")
    assert channel.last_message.content == "!help"
    await member.send(channel, "?help")
    assert channel.last_message.content == "Ask me for example `?incidents Entrust`."
    await member.send(channel, "?incident")
    assert channel.last_message.content == "Write `?incident BUG`, for example `?incident 1897630`."
    await member.send(channel, f"<@{env.bot.user.id}> settings")
    assert channel.last_message.content == "Commands begin with ? in this server."
    await manager.slash(channel, "settings", prefix="default")
    await member.send(channel, "!settings")
    assert channel.last_message.content == "Commands begin with ! in this server, as everywhere by default."


async def test_another_server_and_direct_messages_keep_the_default(env, channel, manager):
    await manager.send(channel, "!settings prefix rw.")
    elsewhere = env.create_guild().create_text_channel("general")
    guest = elsewhere.guild.add_member(env.create_user("zoe"))
    await guest.send(elsewhere, "!settings")
    assert elsewhere.last_message.content.startswith("Commands begin with ! in this server")
    bob = env.create_user("bob")
    await bob.send_dm("!help")
    assert bob.dm_channel.last_message.content == "Ask me for example `!incidents Entrust`."
    await bob.send_dm("settings")
    assert "use this in one of its channels" in bob.dm_channel.last_message.content


async def test_a_prefix_outlives_a_restart(env, channel, manager, program):
    await manager.send(channel, "!settings prefix $")
    assert dict(await program.use_cases.settings.prefixes()) == {channel.guild.id: "$"}


@pytest.mark.parametrize("line", ["!settings prefix ?", "!settings prefix default"])
async def test_who_may_not_manage_the_server_cannot_change_the_prefix(env, channel, moderator, line):
    await moderator.send(channel, line)
    assert channel.last_message.content == "You need the permission Manage Server in this server to change the prefix."
    await moderator.send(channel, "!settings")
    assert channel.last_message.content.startswith("Commands begin with !")


@pytest.mark.parametrize("typed", ["/", "@x", "<", "`", "abcdef", "a b", "\u200b", "\u0301", "x\u202e"])
async def test_a_prefix_that_discord_or_readers_would_misread_is_refused(env, channel, manager, typed):
    await manager.slash(channel, "settings", prefix=typed)
    await manager.send(channel, "!settings")
    assert channel.last_message.content.startswith("Commands begin with !")


async def test_an_unknown_setting_is_answered_with_an_example(env, channel, manager):
    await manager.send(channel, "!settings colour red")
    assert channel.last_message.content == "Only the prefix can be set. For example: `!settings prefix ?`"


@given(st.text(max_size=8))
def test_what_is_accepted_is_short_visible_and_no_markup_of_discord(text):
    try:
        prefix = parse_prefix(text)
    except UserError:
        return
    assert prefix == text
    assert 1 <= len(prefix) <= MAX_PREFIX_LENGTH
    assert prefix.isprintable()
    assert not set(prefix) & set("/@<` ")

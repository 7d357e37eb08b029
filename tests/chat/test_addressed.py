"""What is said to the bot is answered; what is said to others is not."""

import pytest

pytestmark = pytest.mark.simcord(check_errors=False)


async def test_a_mention_alone_is_answered_with_what_can_be_asked(env, channel, member):
    await member.send(channel, f"<@{env.bot.user.id}>")
    assert channel.last_message.content.startswith("I follow the compliance incidents of certification authorities.")
    assert "`!incidents Entrust`" in channel.last_message.content


async def test_in_a_direct_message_commands_need_no_prefix_and_anything_else_is_answered(env, bot_environment):
    bob = env.create_user("bob")
    await bob.send_dm("!incidents Entrust")
    assert bob.dm_channel.last_message.content.startswith("Entrust: ")
    await bob.send_dm("incidents Entrust")
    assert bob.dm_channel.last_message.content.startswith("Entrust: ")
    await bob.send_dm("good morning")
    assert bob.dm_channel.last_message.content == "I know no command good; `!help` lists the commands."
    await bob.send_dm("watch")
    assert "for the channels of a Discord server" in bob.dm_channel.last_message.content
    assert not bot_environment.problems


@pytest.mark.parametrize("line", ["!stats", "!votes", "!helpme", "!watching", "!play x", "!", "hello", "! !"])
async def test_what_is_meant_for_others_is_left_alone(env, channel, member, line):
    await member.send(channel, line)
    assert channel.last_message.content == line


async def test_a_help_for_one_command_offers_no_more_than_discord_allows(env, channel, member):
    for typed in ("", "s"):
        choices = await member.autocomplete(channel, "help", "command", typed)
        assert 0 < len(choices) <= 25
    assert choices[0]["name"].startswith("s")


async def test_an_expired_interaction_is_no_fault(env, channel, member, bot_environment):
    for code, status in ((10062, 404), (40060, 400)):
        env.inject_error("*", "/interactions/*", status=status, code=code, times=1)
        await member.slash(channel, "status")
    assert not bot_environment.problems

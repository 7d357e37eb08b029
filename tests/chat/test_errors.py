import logging

import aiohttp
import discord
import pytest

from bot.chat.errors import UNEXPECTED_ERROR, redact_tokens

# Rejected commands reach discord.py as exceptions on purpose; unexpected errors are in bot_environment.problems.
pytestmark = pytest.mark.simcord(check_errors=False)


async def test_an_unknown_ca_is_answered_with_a_sentence(env, channel, member, bot_environment):
    await member.send(channel, "!incidents Nobody @everyone")
    assert channel.last_message.content == (
        "No CA owner called “Nobody \\@everyone” is known. Did you mean Entrust? `!sections` lists them all."
    )
    assert not channel.last_message.mention_everyone
    result = await member.slash(channel, "incidents", ca="Nobody")
    assert result.ephemeral
    assert "Did you mean Entrust? `!sections` lists" in result.response.content
    assert not bot_environment.problems


@pytest.mark.parametrize("command", ["watch", "unwatch", "watches"])
async def test_a_plain_member_may_not_say_where_alerts_go(env, channel, member, bot_environment, command):
    await member.send(channel, f"!{command}")
    purpose = "see" if command == "watches" else "change"
    assert channel.last_message.content == (
        f"You need the permission Manage Server in this server to {purpose} where alerts go."
    )
    assert command not in member.available_commands(channel)
    assert not bot_environment.use_cases.routes.stored


async def test_a_permission_that_the_server_gave_away_in_its_menu_is_still_checked(
    env, guild, channel, member, bot_environment
):
    watch = next(command for command in await env.bot.tree.fetch_commands() if command.name == "watch")
    guild.set_command_permissions(watch, {member: True})
    result = await member.slash(channel, "watch")
    assert result.ephemeral
    assert "Manage Server" in result.response.content
    assert not bot_environment.use_cases.routes.stored


async def test_a_manager_watches_and_unwatches(env, channel, manager, bot_environment):
    await manager.send(channel, "!watch")
    assert channel.last_message.content.startswith("From now on new incidents and list messages are posted in <#")
    assert bot_environment.use_cases.routes.stored[0].channel == channel.id
    await manager.send(channel, "!watches")
    assert str(channel.id) in channel.last_message.embeds[0].description
    await manager.send(channel, "!unwatch")
    assert channel.last_message.content == "Nothing more is posted in this channel."
    await manager.send(channel, "!unwatch")
    assert channel.last_message.content == "This channel was not watched."


async def test_watching_where_the_bot_may_not_post_is_refused(env, guild, manager, bot_environment):
    muted = discord.PermissionOverwrite(embed_links=False)
    channel = guild.create_text_channel("muted", overwrites={env.bot.user: muted})
    await manager.send(channel, "!watch")
    assert "I lack Embed Links here" in channel.last_message.content
    assert not bot_environment.use_cases.routes.stored


async def test_where_the_bot_may_not_speak_nothing_breaks(env, guild, manager, bot_environment):
    silent = discord.PermissionOverwrite(send_messages=False)
    channel = guild.create_text_channel("silent", overwrites={env.bot.user: silent})
    await manager.send(channel, "!status")
    assert channel.last_message.author.id == manager.id
    assert not bot_environment.problems


async def test_a_missing_argument_is_answered_with_the_usage(env, channel, member):
    await member.send(channel, "!incident")
    assert channel.last_message.content == "Write `!incident BUG`, for example `!incident 1897630`."


async def test_a_near_miss_is_asked_back_and_anything_else_is_left_to_other_bots(env, channel, member):
    await member.send(channel, "!incidnets Entrust")
    assert channel.last_message.content == "There is no command incidnets; did you mean `!incidents`?"
    await member.send(channel, "!play music")
    assert channel.last_message.content == "!play music"


async def test_an_unknown_command_by_mention_is_answered(env, channel, member):
    await member.send(channel, f"<@{env.bot.user.id}> @everyone")
    assert channel.last_message.content == "I know no command \\@everyone; `!help` lists the commands."


async def test_the_unexpected_is_said_reported_and_logged_without_tokens(env, channel, member, bot_environment, caplog):
    with caplog.at_level(logging.ERROR):
        result = await member.slash(channel, "incidents", ca="Entrust", section="boom")
    assert result.ephemeral
    assert result.response.content == UNEXPECTED_ERROR
    assert bot_environment.problems == ["The command incidents failed: RuntimeError"]
    assert "it broke" in caplog.text
    assert "tokentoken" not in caplog.text


async def test_watching_is_for_servers(env, bot_environment):
    user = env.create_user("bob")
    assert "watch" not in user.available_commands()


def test_tokens_never_reach_the_log():
    secret = "https://discord.com/api/v10/interactions/123/aW50ZXJhY3Rpb24/callback"
    assert "aW50" not in redact_tokens(secret)
    assert redact_tokens("a" * 24 + "." + "b" * 6 + "." + "c" * 30) == "(token)"


async def test_an_answer_that_does_not_reach_discord_is_recorded(env, channel, member, bot_environment, monkeypatch):
    async def send(*_args, **_options):
        raise aiohttp.ClientConnectionError("the network is down")

    monkeypatch.setattr(discord.InteractionResponse, "send_message", send)
    await member.slash(channel, "incidents", ca="Nobody")
    assert bot_environment.problems == ["An answer could not be sent to Discord (ClientConnectionError)."]

import pytest

from bot.chat.components.pagination import QUERY_EXPIRED

# Rejected commands reach discord.py as exceptions on purpose; unexpected errors are in bot_environment.problems.
pytestmark = pytest.mark.simcord(check_errors=False)


def buttons(message):
    return {button.label.strip("«‹ ›»"): button for row in message.components for button in row.children}


async def test_pages_are_turned_forth_and_back(env, channel, member):
    await member.send(channel, "!incidents Entrust")
    first = channel.last_message
    assert first.embeds[0].footer.text == "Page 1 of 3 · Entrust"
    assert [button.disabled for button in buttons(first).values()] == [True, True, False, False]
    assert all(len(button.custom_id) < 100 for button in buttons(first).values())
    await member.click(first, custom_id=buttons(first)["Last"].custom_id)
    last = channel.last_message
    assert last.id == first.id
    assert last.embeds[0].footer.text.startswith("Page 3 of 3")
    assert [button.disabled for button in buttons(last).values()] == [False, False, True, True]
    await member.click(last, custom_id=buttons(last)["Previous"].custom_id)
    middle = channel.last_message
    assert middle.embeds[0].footer.text.startswith("Page 2 of 3")
    assert not any(button.disabled for button in buttons(middle).values())


async def test_pages_are_turned_after_a_restart(env, channel, member, bot_environment):
    await member.slash(channel, "incidents", ca="Entrust")
    await env.restart_bot(bot_environment.bot())
    message = channel.last_message
    await member.click(message, custom_id=buttons(message)["Next"].custom_id)
    assert channel.last_message.embeds[0].footer.text.startswith("Page 2 of 3")
    assert not env.errors


async def test_a_query_that_is_gone_is_said(env, channel, member, bot_environment):
    await member.send(channel, "!incidents Entrust")
    bot_environment.use_cases.button_states.stored.clear()
    message = channel.last_message
    result = await member.click(message, custom_id=buttons(message)["Next"].custom_id)
    assert result.ephemeral
    assert result.response.content == QUERY_EXPIRED
    assert channel.last_message.embeds[0].footer.text.startswith("Page 1 of 3")


async def test_a_button_that_fails_says_so(env, channel, member, bot_environment, monkeypatch):
    await member.send(channel, "!incidents Entrust")

    async def broken(_key):
        raise RuntimeError("it broke")

    monkeypatch.setattr(bot_environment.use_cases.button_states, "load", broken)
    message = channel.last_message
    result = await member.click(message, custom_id=buttons(message)["Next"].custom_id)
    assert result.ephemeral
    assert "Something went wrong" in result.response.content
    assert bot_environment.problems == ["A button that turns pages failed: RuntimeError"]


async def test_one_page_has_no_buttons(env, channel, member):
    await member.send(channel, "!incidents hostile")
    assert not channel.last_message.components

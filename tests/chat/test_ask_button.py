"""Buttons that ask what a command asks."""

import discord
import pytest

from bot.chat.components.ask_button import AskButton, fits_into_id

# Rejected questions reach discord.py as exceptions on purpose; unexpected errors are in bot_environment.problems.
pytestmark = pytest.mark.simcord(check_errors=False)


async def press(simcord_bot, channel, member, custom_id):
    """Post a message with a button, press it, and return what the member alone sees then."""
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Ask", custom_id=custom_id))
    await simcord_bot.get_channel(channel.id).send("An alert", view=view)
    return await member.click(channel.last_message, custom_id=custom_id)


@pytest.mark.parametrize("command", ["incident", "why", "similar"])
async def test_a_button_answers_as_the_command_does_but_its_member_alone(env, channel, member, simcord_bot, command):
    custom_id = AskButton(command, "1897630").custom_id
    answered = await press(simcord_bot, channel, member, custom_id)
    assert answered.ephemeral
    assert "1897630" in str(answered.response.embeds[0].to_dict())


async def test_a_button_of_another_version_is_answered_with_a_sentence(env, channel, member, simcord_bot):
    answered = await press(simcord_bot, channel, member, "rw:ask:forecast:Entrust")
    assert answered.ephemeral
    assert answered.response.content == "This button is of an older version; please ask again."


def test_only_questions_that_fit_into_an_id_become_buttons():
    assert fits_into_id("incidents", "Entrust since:2024-03-20")
    assert not fits_into_id("incidents", "x" * 81)
    assert not fits_into_id("incidents", "two\nlines")
    assert not fits_into_id("incidents", "")

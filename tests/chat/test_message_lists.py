"""The command list: mails of the lists, their pages, and their threads."""

import pytest

from bot.chat.render.messages import render_messages
from handlers.results.messages import ListedMessage, MessageList
from storage.values.messages import ListMessage, MessageFilter

pytestmark = pytest.mark.simcord(check_errors=False)


def select_of(message):
    (select,) = (part for row in message.components for part in row.children if hasattr(part, "options"))
    return select


def labels(message):
    return [part.label for row in message.components for part in row.children if not hasattr(part, "options")]


async def test_a_page_is_turned_in_place_and_its_buttons_carry_the_query(env, channel, member):
    await member.send(channel, "!list 2024-05")
    message = channel.last_message
    assert message.content == "8 mails"
    assert message.embeds[0].description.count("\n1 June 2024 · Ben · 2 mails in its thread\n") == 6
    assert labels(message) == ["‹", "1/2", "›"]
    await member.click(message, custom_id="rw:mails:1:n:since:2024-05-01 until:2024-05-31")
    assert labels(channel.last_message) == ["‹", "2/2", "›"]
    query, page = env.bot.use_cases.calls[-1]
    assert (query.as_text, page) == ("since:2024-05-01 until:2024-05-31", 1)
    assert not env.errors


async def test_a_query_too_long_for_a_button_is_stored(env, channel, member):
    await member.send(channel, f"!list {'x' * 300}")
    await member.click(channel.last_message, custom_id="rw:mails:1:n:=q1")
    assert env.bot.use_cases.calls[-1][0].about == "x" * 300
    assert not env.errors


async def test_the_menu_names_each_thread_once_and_shows_it_to_its_member_alone(env, channel, member):
    await member.send(channel, "!list")
    select = select_of(channel.last_message)
    assert [option.value for option in select.options] == [f"{n:016x}" for n in range(3)]
    answered = await member.select(channel.last_message, ["0000000000000002"], custom_id="rw:thread")
    assert answered.ephemeral
    assert env.bot.use_cases.calls[-1][0].thread_id == "0000000000000002"
    assert not env.errors


async def test_a_slash_option_says_the_same_as_the_line(env, channel, member):
    await member.slash(channel, "list", about="Entrust 2024", until="2024-03-01")
    query, _ = env.bot.use_cases.calls[-1]
    assert query.as_text == "Entrust since:2024-01-01 until:2024-03-01"


def test_a_hostile_subject_formats_nothing_and_no_address_of_it_is_a_link():
    message = ListMessage("list", "k", "https://list.example/1", "](http://x.example) **boo** @everyone", "<@1>", None)
    answer = render_messages(MessageList(MessageFilter(thread=message.subject), "", 1, (ListedMessage(message),)), str)
    assert "](http://x" not in answer.content + answer.embed.description
    assert "**boo" not in answer.content + answer.embed.description
    assert "\\<\\@1" in answer.embed.description
    assert answer.embed.description.startswith("**[\\]\\(http\\://x.example\\)")


def test_no_mail_is_said_in_one_line():
    answer = render_messages(MessageList(MessageFilter(bug=5), "5", 0, ()), str)
    assert answer.content == "No mail naming bug 5"
    assert answer.embed is None

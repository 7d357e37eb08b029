"""The command queue: who may see it, what it shows, and its pages."""

import pytest

from bot.chat.render.queue import render_queue
from tests.support.fake_use_cases import HOSTILE, incident
from tests.support.queues import queue, reason

pytestmark = pytest.mark.simcord(check_errors=False)
REFUSED = "You need the permission Manage Messages in this server to see what waits for a moderator."


def bug_url(bug):
    return f"https://bugs.example/show_bug.cgi?id={bug}"


def buttons(message):
    return [part.label for row in message.components for part in row.children if not hasattr(part, "options")]


async def test_moderators_see_what_waits_longest_first_with_its_source(env, channel, moderator):
    await moderator.send(channel, "!queue")
    message = channel.last_message
    assert message.content == (
        "12 incidents need a word: closing asked for 1 · last call 2 · questions unanswered 1 · no tags 1 · "
        "never looked at 1"
    )
    lines = message.embeds[0].description.split("\n")
    assert lines[0].startswith("**[1897630](https://bugs.example/show_bug.cgi?id=1897630) Entrust: Jurisdi")
    assert lines[1] == (
        "Closing asked for since 10 June (10 days) · [comment 9](https://bugs.example/show_bug.cgi?id=1897630#c9)"
    )
    assert lines[3].startswith(
        "Question unanswered since 11 June (9 days): “How many customers were told?” · [comment 3]("
    )
    assert lines[5].startswith("Last call ended 17 June (3 days): it may be closed · [history](")
    assert lines[7].startswith("Last call ends 23 June (in 3 days) · [history](")
    assert lines[9] == "No tag since 18 June (2 days)"
    assert lines[11] == "Never looked at by a root program since 20 June (today)"
    assert message.embeds[0].footer.text == "1–6 of 12 · what waits longest first"
    assert not env.errors


async def test_pages_are_turned_in_place(env, channel, moderator, member):
    await moderator.send(channel, "!queue")
    assert buttons(channel.last_message) == ["‹", "1/2", "›"]
    await moderator.click(channel.last_message, label="›")
    assert channel.last_message.embeds[0].footer.text.startswith("7–12 of 12")
    refused = await member.click(channel.last_message, label="‹")
    assert refused.ephemeral
    assert refused.response.content == REFUSED
    assert not env.errors


async def test_whoever_may_not_moderate_is_told_who_may(env, channel, member, manager):
    await member.send(channel, "!queue")
    assert channel.last_message.content == REFUSED
    await manager.send(channel, "!queue")
    assert channel.last_message.content.startswith("12 incidents need a word")
    answer = await manager.slash(channel, "queue")
    assert answer.response.content.startswith("12 incidents need a word")


async def test_in_a_direct_message_the_way_is_said(env):
    bob = env.create_user("bob")
    await bob.send_dm("queue")
    assert "ask for it in one of its channels" in bob.dm_channel.last_message.content


def test_an_empty_queue_and_what_is_not_read_yet_are_said():
    assert render_queue(queue([], reasons=(reason("no-tags"),)), bug_url).content == "Nothing needs a word today"
    assert render_queue(queue([], reasons=(reason("no-tags"),), unread=2), bug_url).content == (
        "Nothing needs a word today in what was read so far; 2 incidents could not be read"
    )
    answer = render_queue(queue([incident(5)], reasons=(reason("question", count=3, comment=2),), unread=2), bug_url)
    assert answer.embed.footer.text == "2 incidents could not be read so far · what waits longest first"
    assert "3 questions unanswered" in answer.embed.description


def test_a_hostile_title_and_question_format_nothing():
    reasons = (reason("question", comment=2, subject=HOSTILE),)
    description = render_queue(queue([incident(5, title=HOSTILE)], reasons=reasons), bug_url).embed.description
    assert "[click](http" not in description
    assert "**boo" not in description

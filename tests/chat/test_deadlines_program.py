"""Clocks in the chat of a whole program: from Bugzilla's comments to the answer, and a bug that becomes restricted."""

import pytest

from storage import incidents
from tests.support.database import write
from tests.support.small_corpus import FIRST_BUG, invented_bugs

QUESTION = "How many customers were told of this, and when?"


pytestmark = pytest.mark.simcord(check_errors=False)


@pytest.fixture
def simcord_bot(program):
    return program.bot


@pytest.fixture
def bugs():
    bugs = invented_bugs(3)
    asked = {"time": "2025-01-03T00:00:00Z", "creator": "ben@mozilla.com", "text": QUESTION}
    bugs[0]["comments"].append(asked)
    return bugs


async def test_a_question_of_a_program_is_listed_first_and_on_the_card(env, channel, member):
    await member.send(channel, "!deadlines overdue")
    message = channel.last_message
    assert message.content.startswith("All CAs: ")
    first = message.embeds[0].description.split("\n")[0]
    assert first.startswith(f"🔴 **[{FIRST_BUG}](")
    assert "answer to a question appears overdue since 11 January 2025: “How many customers were told" in first
    await member.send(channel, f"!incident {FIRST_BUG}")
    assert "🔴 Answer to a question appears overdue since 11 January 2025" in channel.last_message.embeds[0].description
    assert not env.errors


async def test_a_restricted_bug_is_in_no_list_and_no_count(env, program, channel, member):
    await member.send(channel, "!deadlines overdue")
    before = channel.last_message.content
    await write(program.database, incidents.mark_unavailable, FIRST_BUG, "restricted")
    await member.send(channel, "!deadlines overdue")
    assert channel.last_message.content != before
    assert str(FIRST_BUG) not in str(channel.last_message.embeds[0].to_dict())
    await member.send(channel, f"!deadlines {FIRST_BUG}")
    assert "no longer public" in channel.last_message.content


async def test_the_history_of_a_ca_is_counted_beside_all(env, channel, member):
    await member.send(channel, "!history Entrust")
    assert channel.last_message.content.startswith("Entrust: ")
    assert "1 incident" in channel.last_message.content
    assert not env.errors

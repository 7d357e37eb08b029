"""Answers that commands posted are edited when a bug that they show becomes restricted."""

from datetime import UTC, datetime, timedelta

import pytest

from storage import incidents, posted_answers
from tests.support.database import read, write
from tests.support.small_corpus import FIRST_BUG, rows

NOTICE = "which became restricted and can no longer be read"


@pytest.fixture
def simcord_bot(program):
    return program.bot


async def restrict(program, bug):
    await write(program.database, incidents.mark_unavailable, bug, "restricted")
    await program.deliver()


def text_of(message):
    return message.content + "".join(str(embed.to_dict()) for embed in message.embeds)


@pytest.mark.parametrize("command", ["incidents", "incident {bug}", "similar {bug}", "summary {bug}"])
async def test_an_answer_by_prefix_no_longer_shows_the_bug(env, program, channel, member, command):
    await member.send(channel, "!" + command.format(bug=FIRST_BUG + 11))
    before = text_of(channel.last_message)
    assert "Wrong key usage" in before or str(FIRST_BUG + 11) in before
    await restrict(program, FIRST_BUG + 11)
    await env.settle()
    after = channel.last_message
    assert "Wrong key usage" not in text_of(after)
    assert NOTICE in text_of(after)
    assert not after.components
    assert not after.attachments


async def test_an_answer_to_a_slash_command_and_a_turned_page_too(env, program, channel, member):
    await member.slash(channel, "incidents")
    answer = channel.last_message
    await member.slash(channel, "incident", bug=str(FIRST_BUG))
    await restrict(program, FIRST_BUG + 5)
    await env.settle()
    shown, other = channel.history()[-2:]
    assert shown.id == answer.id
    assert NOTICE in text_of(shown)
    assert NOTICE not in text_of(other)


async def test_an_answer_is_edited_once_and_a_public_one_never(env, program, channel, member):
    await member.send(channel, f"!incident {FIRST_BUG}")
    await program.deliver()
    assert NOTICE not in text_of(channel.last_message)
    await restrict(program, FIRST_BUG)
    await env.settle()
    edited = channel.last_message.edited_at
    for _ in range(2):
        await program.deliver()
        await env.settle()
    assert channel.last_message.edited_at == edited


async def test_text_that_was_changed_is_taken_back_too(env, program, channel, member):
    await member.send(channel, f"!incident {FIRST_BUG}")
    await write(program.database, posted_answers.mark_outdated, FIRST_BUG)
    await program.deliver()
    await env.settle()
    assert "whose text has been changed or hidden since" in text_of(channel.last_message)


async def test_an_answer_with_a_title_that_was_redacted_is_taken_back(env, program, bugzilla, channel, member):
    await member.send(channel, "!incidents")
    bugzilla.now += timedelta(minutes=1)
    changed = {"summary": "Entrust: (redacted)", "last_change_time": f"{bugzilla.now:%Y-%m-%dT%H:%M:%SZ}"}
    bugzilla.bugs[FIRST_BUG + 11] |= changed
    assert not (await program.poll()).failed
    await program.deliver()
    await env.settle()
    assert "whose text has been changed or hidden since" in text_of(channel.last_message)


async def test_an_answer_is_forgotten_after_a_year_unless_it_still_has_to_be_edited(env, program, channel, member):
    for bug in (FIRST_BUG, FIRST_BUG + 1):
        await member.send(channel, f"!incident {bug}")
    await write(program.database, incidents.mark_unavailable, FIRST_BUG, "restricted")
    later = datetime.now(UTC) + posted_answers.RETENTION + timedelta(days=1)
    await write(program.database, posted_answers.delete_old_answers, later)
    assert len(await rows(program, "SELECT message FROM posted_answer")) == 1
    due = await read(program.database, posted_answers.find_due_answers, channel.id, later)
    assert [answer.restricted for answer in due] == [(FIRST_BUG,)]


async def test_a_message_that_is_no_answer_is_not_noted(env, program, channel, member):
    await member.send(channel, "!help")
    await member.send(channel, "!status")
    assert await rows(program, "SELECT message FROM posted_answer") == []


async def test_a_proposal_keeps_its_vote_and_is_no_answer(env, program, channel, members, proposal):
    assert await rows(program, "SELECT message FROM posted_answer") == []
    await restrict(program, FIRST_BUG + 1)
    await env.settle()
    assert NOTICE not in text_of(channel.last_message)

"""Answers that commands posted are edited when a bug that they show becomes restricted."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import discord
import pytest

from bot.chat.delivery.answer_log import AnswerLog
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


@pytest.mark.parametrize(
    "command", ["incidents", "incident {bug}", "similar {bug}", "summary {bug}", "deadlines {bug}"]
)
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
    await restrict(program, FIRST_BUG + 11)  # on the first page, which has the newest
    await env.settle()
    shown, other = channel.history()[-2:]
    assert shown.id == answer.id
    assert NOTICE in text_of(shown)
    assert NOTICE not in text_of(other)


async def test_a_page_that_is_turned_as_its_answer_is_withdrawn_is_withdrawn_again(env, program, channel, member):
    await member.send(channel, "!incidents")
    answer = channel.last_message
    embed, view = answer.embeds[0], discord.ui.View.from_message(answer)
    await restrict(program, FIRST_BUG + 11)
    await env.settle()
    # what the click had begun to send before
    partial = env.bot.get_channel(channel.id).get_partial_message(answer.id)
    await partial.edit(embed=embed, view=view)
    await env.settle()
    assert "Wrong key usage" in text_of(channel.last_message)
    await program.deliver()
    await env.settle()
    assert NOTICE in text_of(channel.last_message)


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


def add_comment(bugzilla, bug, creator, text):
    """Add a comment to a bug, an hour after its filing."""
    bugzilla.now += timedelta(minutes=1)
    row = bugzilla.bugs[bug]
    time = datetime.fromisoformat(row["creation_time"]) + timedelta(hours=len(row["comments"]))
    row["comments"].append(
        {
            "id": bug * 100 + len(row["comments"]), "count": len(row["comments"]), "is_private": False,
            "creator": creator, "text": text, "creation_time": f"{time:%Y-%m-%dT%H:%M:%SZ}",
        }
    )  # fmt: skip
    row |= {"comment_count": len(row["comments"]), "last_change_time": f"{bugzilla.now:%Y-%m-%dT%H:%M:%SZ}"}


async def test_answers_of_all_new_commands_are_withdrawn_with_a_bug(env, program, bugzilla, channel, moderator):
    bug = FIRST_BUG
    add_comment(bugzilla, bug, "bwilson@mozilla.com", "How many customers of Plughtown were affected by this?")
    add_comment(bugzilla, bug, bugzilla.bugs[bug]["creator"], "We will revoke Plughtown certificates by 2025-03-01.")
    assert not (await program.poll()).failed
    ca = "Entrust"
    commands = ("queue", f"deadlines {ca}", f"commitments {ca}", f"history {ca}")
    answers = []
    for command in commands:
        await moderator.send(channel, f"!{command}")
        answers.append(channel.last_message)
        assert str(bug) in text_of(answers[-1]), command
    await restrict(program, bug)
    await env.settle()
    shown = {message.id: message for message in channel.history()}
    for command, answer in zip(commands, answers, strict=True):
        assert NOTICE in text_of(shown[answer.id]), command
        assert str(bug) not in text_of(shown[answer.id]).replace(f"bug {bug}", ""), command
        assert not shown[answer.id].components


@pytest.mark.parametrize("command", ["deadlines", "commitments"])
async def test_answers_that_quote_a_later_comment_are_taken_back_when_it_is_redacted(
    env, program, bugzilla, channel, member, command
):
    bug = FIRST_BUG + 11
    texts = {"deadlines": "How many customers of Plughtown were affected by this?",
             "commitments": "We will revoke the Plughtown certificates by 2025-03-01."}  # fmt: skip
    creators = {"deadlines": "bwilson@mozilla.com", "commitments": bugzilla.bugs[bug]["creator"]}
    for number in range(9):  # so that it is not among those in which a report is searched
        add_comment(bugzilla, bug, creators[command], f"A remark, number {number}.")
    add_comment(bugzilla, bug, creators[command], texts[command])
    assert not (await program.poll()).failed
    await member.send(channel, f"!{command} {bug}")
    assert "Plughtown" in text_of(channel.last_message)
    bugzilla.bugs[bug]["comments"][-1]["text"] = "[redacted]"
    await program.poller.recheck_comments()
    await program.deliver()
    await env.settle()
    assert "Plughtown" not in text_of(channel.last_message)
    assert "whose text has been changed or hidden since" in text_of(channel.last_message)


async def test_answers_that_arrive_at_once_are_all_noted(program, env):
    answers = AnswerLog(program.database)
    messages = [
        SimpleNamespace(
            id=number, channel=SimpleNamespace(id=1), content=f"bug {FIRST_BUG + number}", embeds=[], components=[],
            edited_at=None,
        )
        for number in range(6)
    ]  # fmt: skip
    await asyncio.gather(*(answers.note(message) for message in messages))
    assert len(await rows(program, "SELECT message FROM posted_answer")) == 6


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


async def test_a_proposal_keeps_its_vote_and_its_copies_no_longer_show_the_bug(
    env, program, channel, members, proposal
):
    for command in ("preview", "section"):
        await members[1].send(channel, f"!{command} wrong-places")
    proposed, *copies = [message for message in channel.history() if message.components]
    assert len(copies) == 2
    assert all(str(FIRST_BUG + 1) in text_of(message) for message in copies)
    await restrict(program, FIRST_BUG + 1)
    await env.settle()
    proposed, *copies = [next(m for m in channel.history() if m.id == old.id) for old in (proposed, *copies)]
    assert NOTICE not in text_of(proposed)
    assert proposed.components
    for message in copies:
        assert NOTICE in text_of(message)
        assert not message.components


async def test_a_proposal_no_longer_shows_a_bug_that_another_process_found_restricted(
    env, program, channel, members, proposal
):
    await program.close_votes()
    assert str(FIRST_BUG + 1) in text_of(proposal)
    await write(program.database, incidents.mark_unavailable, FIRST_BUG + 1, "restricted")
    await program.close_votes()
    await env.settle()
    (message,) = [message for message in channel.history() if message.id == proposal.id]
    assert str(FIRST_BUG + 1) not in text_of(message)
    assert message.components


async def test_all_bugs_of_a_long_answer_are_noted_whatever_other_numbers_it_shows(env, program, channel):
    bugs = {*range(100_000, 101_000), *range(5_000_000, 5_001_000), FIRST_BUG}
    await write(program.database, posted_answers.save_answer, 5, channel.id, bugs, datetime.now(UTC))
    assert [bug for (bug,) in await rows(program, "SELECT bug FROM posted_answer_bug")] == [FIRST_BUG]

"""Vote on sections in Discord, decide at once, and see the result in the message of the vote."""

import re

import discord
import pytest

from bot.chat.components.voting import DecisionButton
from handlers.actor import OPERATOR, Actor
from storage import incidents
from tests.chat.interactions import (
    components,
    plain_description,
    plain_fields,
    plain_last_text,
    press,
    private_text,
    refetch,
)
from tests.chat.places import COUNTRY, STATE, bugs_about_places, expire_vote
from tests.support.small_corpus import problems

pytestmark = pytest.mark.simcord(check_errors=False)


@pytest.fixture
def bugs():
    return bugs_about_places()


@pytest.fixture
def simcord_bot(program):
    return program.bot


def labels(message):
    """The labels of a message's buttons, in order."""
    return [item.label for item in components(message).values()]


async def post_decision_buttons(env, channel):
    """Post the buttons that the messages of proposals had before the commands stood there."""
    view = discord.ui.View(timeout=None)
    for decision in ("accept", "decline", "withdraw"):
        view.add_item(DecisionButton(1, decision))
    return await env.bot.get_channel(channel.id).send("Proposed section", view=view)


async def test_a_proposal_shows_what_it_would_hold_and_three_votes_make_it_a_section(
    env, program, channel, members, proposal
):
    assert proposal.content == "Shall we have the section “Wrong places”?"
    about, votes, examples, size, *_, closing = plain_description(proposal).split("\n")
    assert about == "Where the subject is"
    assert re.fullmatch(r"\*\*0 for · 0 against · 3 more votes for it decide\*\* · ends <t:[0-9]+:R>", votes)
    assert examples.startswith(f"2 examples: [{COUNTRY}]({program.use_cases.bug_url(COUNTRY)}), [")
    assert size == "Nothing else looks like them yet."
    assert closing == "Proposed by alice · with Manage Server: `!accept wrong-places`, `!decline wrong-places`"
    assert not proposal.mentions
    assert not proposal.embeds[0].fields
    assert labels(proposal) == ["For · 0", "Against · 0", "Check some", "What it would hold"]
    for count, member in enumerate(members[:2], 1):
        await press(member, proposal, "vote:for")
        assert labels(refetch(channel, proposal))[:2] == [f"For · {count}", "Against · 0"]
    assert "**2 for · 0 against · one more vote for it decides**" in plain_description(refetch(channel, proposal))
    await press(members[2], proposal, "vote:against")
    message = refetch(channel, proposal)
    assert message.content == "“Wrong places” is a section now"
    assert "**Accepted: 2 for, 1 against, and 3 votes were needed.**" in plain_description(message)
    assert not message.components
    await program.backfill_sections()
    await members[0].send(channel, "!incidents section:wrong-places")
    assert f"[{COUNTRY}](" in plain_description(channel.last_message)
    await members[0].send(channel, "!sections")
    assert channel.last_message.content == "1 section; the largest is Wrong places with 2 incidents."
    text = plain_description(channel.last_message)
    assert text.startswith("**Wrong places** 2 · by members\n")
    assert re.search(r"\n21 more are empty or declined; `!section [a-z-]+` shows one\.$", text)
    await members[0].send(channel, "!section Wrong places")
    assert channel.last_message.content == "Wrong places: 2 incidents, 2 open."
    text = plain_description(channel.last_message)
    assert "Accepted: 2 for, 1 against" in text
    assert text.endswith("`!incidents section:wrong-places` lists all")
    assert "proposed as Wrong places by alice" in plain_fields(channel.last_message)["History"]
    await members[0].send(channel, f"!why {COUNTRY}")
    assert "**Wrong places**" in plain_fields(channel.last_message)["Sections"]
    assert not env.errors


async def test_a_vote_can_be_changed_and_ends_once(env, channel, members, proposal):
    await press(members[0], proposal, "vote:for")
    await press(members[0], proposal, "vote:against")
    assert labels(refetch(channel, proposal))[:2] == ["For · 0", "Against · 1"]
    await members[0].send(channel, "!vote Wrong places yes")
    assert plain_last_text(channel).startswith("Your vote on “Wrong places” counts")
    assert "1 for · 0 against" in plain_description(channel.last_message)
    assert labels(refetch(channel, proposal))[:2] == ["For · 1", "Against · 0"]
    await press(members[1], proposal, "vote:for")
    await press(members[2], proposal, "vote:for")
    await members[3].send(channel, "!vote Wrong places no")
    assert plain_last_text(channel).startswith("The vote on Wrong places has ended. Accepted: 3 for, 0 against")


async def test_bots_and_people_from_elsewhere_have_no_vote(env, guild, channel, members, proposal):
    robot = guild.add_member(env.create_user("robot", bot=True))
    await robot.send(channel, "!vote Wrong places yes")
    assert channel.last_message.author.id == robot.id
    old_message = await post_decision_buttons(env, channel)
    for message, button in ((proposal, "vote:for"), (old_message, "decide:withdraw")):
        assert private_text(await press(robot, message, button)) == "Only members can vote and decide here, not bots."
    other_guild = env.create_guild()
    other_channel, stranger = other_guild.create_text_channel("general"), other_guild.add_member(env.create_user("eve"))
    await stranger.send(other_channel, "!vote Wrong places yes")
    assert plain_last_text(other_channel).startswith("No section called “Wrong places” was proposed by members.")
    await stranger.send(other_channel, "!sections")
    assert "Wrong places" not in str(other_channel.last_message.embeds[0].to_dict())
    assert labels(refetch(channel, proposal))[:2] == ["For · 0", "Against · 0"]


async def test_all_buttons_work_after_a_restart(env, program, channel, members, manager, proposal):
    old_message = await post_decision_buttons(env, channel)
    program.recreate_bot(message_content=True)
    await env.restart_bot(program.bot)
    # this comes first: an edit of the message would register its buttons again
    assert "You need the permission" in private_text(await press(members[1], old_message, "decide:accept"))
    await press(members[0], proposal, "vote:for")
    assert labels(refetch(channel, proposal))[0] == "For · 1"
    assert (await press(members[1], proposal, "holds")).response.content.startswith("“Wrong places” would hold")
    batch = await press(members[1], proposal, "judge")
    program.recreate_bot(message_content=True)
    await env.restart_bot(program.bot)
    result = await press(members[1], batch.response, "rest:in")
    assert result.response.embeds[0].description.startswith("Noted: ")
    await press(manager, old_message, "decide:accept")
    message = refetch(channel, proposal)
    assert "**Accepted by a member who may decide at once, at 1 for, 0 against.**" in plain_description(message)
    assert not env.errors


async def test_who_may_not_decide_is_told_and_of_two_the_second_hears_that_it_is_decided(
    env, program, channel, members, moderator, manager, proposal
):
    old_message = await post_decision_buttons(env, channel)
    result = await press(members[1], old_message, "decide:accept")
    refusal = "You need the permission Manage Server in this server to decide at once; your vote counts like any other."
    assert private_text(result) == refusal
    result = await press(moderator, old_message, "decide:decline")
    assert private_text(result) == refusal
    result = await press(members[1], old_message, "decide:withdraw")
    assert private_text(result) == (
        "You need the permission Manage Messages in this server to withdraw a section; its proposer needs none."
    )
    # another manager was quicker, and the message does not show it yet
    other_manager = Actor(channel.last_message.guild.id, channel.id, 99, may_manage=True, may_moderate=True)
    await program.use_cases.custom_sections.decide_now(other_manager, 1, accept=True)
    result = await press(manager, old_message, "decide:decline")
    assert "The vote on Wrong places has ended. Accepted by a member who may decide at once" in private_text(result)
    await program.close_votes()
    assert refetch(channel, proposal).content == "“Wrong places” is a section now"


async def test_who_proposed_it_takes_it_back(env, channel, members, proposal):
    await members[0].send(channel, "!withdraw Wrong places")
    assert channel.last_message.content == "The proposal “Wrong places” was withdrawn."
    message = refetch(channel, proposal)
    assert message.content == "The proposal “Wrong places” was withdrawn"
    assert "**Withdrawn by its proposer.**" in plain_description(message)
    assert not message.components


async def test_at_the_deadline_the_message_says_what_happened(env, program, channel, members, proposal):
    await press(members[0], proposal, "vote:for")
    await expire_vote(program)
    count = len(channel.history())
    for _ in range(2):
        await program.close_votes()
    message = refetch(channel, proposal)
    description = plain_description(message)
    assert "**Declined: only 1 of the 3 votes that were needed came in time (1 for, 0 against).**" in description
    assert not message.components
    assert len(channel.history()) == count


async def test_where_the_message_was_deleted_the_result_is_announced_anew_once(
    env, program, channel, members, moderator, proposal
):
    await moderator.delete(proposal)
    await members[0].send(channel, "!vote wrong-places yes")
    assert "1 for · 0 against" in plain_description(channel.last_message)
    await expire_vote(program)
    count = len(channel.history())
    for _ in range(3):
        await program.close_votes()
    assert len(channel.history()) == count + 1
    assert channel.last_message.content == "The proposal “Wrong places” was declined"
    assert "only 1 of the 3 votes" in plain_description(channel.last_message)


async def test_where_the_channel_is_gone_the_status_tells(env, program, guild, channel, members, proposal):
    other_channel = guild.create_text_channel("elsewhere")
    env.inject_error("*", f"/channels/{channel.id}/messages*", status=404, code=10003, times=None)
    await expire_vote(program)
    for _ in range(2):
        await program.close_votes()
    await env.settle()
    (problem,) = await problems(program)
    assert problem.startswith("The result of the proposed section number 1 could not be announced in channel")
    await members[0].send(other_channel, "!section wrong-places")
    assert other_channel.last_message.content == "Wrong places: declined, so it holds no incidents."
    assert "Declined: only 0 of the 3 votes" in plain_description(other_channel.last_message)
    assert not env.errors


async def test_what_an_operator_decides_in_a_terminal_is_announced_too(env, program, channel, members, proposal):
    await program.use_cases.custom_sections.decide_now(OPERATOR, 1, accept=False)
    await program.close_votes()
    assert "**Declined by the operator, before anybody voted.**" in plain_description(refetch(channel, proposal))


async def test_a_servers_rules_are_its_own(env, channel, members, manager):
    await members[0].send(channel, "!sectionrules")
    assert "needs 3 votes and more for than against, within 7 days." in plain_last_text(channel)
    await members[0].send(channel, "!sectionrules votes:1")
    assert (
        plain_last_text(channel)
        == "You need the permission Manage Server in this server to change how sections are decided."
    )
    result = await manager.slash(channel, "sectionrules", votes=1, decides="nobody")
    assert "needs 1 vote and more for than against, within 7 days. Nobody" in result.response.content
    assert "`/sectionrules votes:1 majority:50" in result.response.embeds[0].description.replace("`!", "`/")
    await members[0].send(channel, f"!addsection Wrong places {COUNTRY}")
    assert "!accept" not in plain_description(channel.last_message)
    await press(members[0], channel.last_message, "vote:for")
    assert channel.last_message.content == "“Wrong places” is a section now"


async def test_a_message_that_fails_for_a_while_is_edited_later(env, program, channel, members, proposal):
    await expire_vote(program)
    env.inject_error("PATCH", f"/channels/{channel.id}/messages/*", status=400, code=0, times=1)
    await program.close_votes()
    assert refetch(channel, proposal).components
    await program.close_votes()
    assert "Declined: only 0 of the 3" in plain_description(refetch(channel, proposal))


async def test_a_vote_that_meets_an_end_is_told_so_and_shown_the_end(env, program, channel, members, proposal):
    await expire_vote(program)
    await press(members[0], proposal, "vote:for")
    message = refetch(channel, proposal)
    description = plain_description(message)
    assert "**Declined: only 0 of the 3 votes that were needed came in time (0 for, 0 against).**" in description
    assert not message.components


async def test_a_proposal_shows_no_titles_and_an_example_that_became_restricted_leaves_it(
    env, program, channel, members, proposal
):
    await program.close_votes()
    preview = (await press(members[1], proposal, "holds")).response
    assert "Entrust: " in plain_fields(preview)["Most like it"]
    assert "Entrust: " not in plain_description(proposal)
    async with program.database.transaction() as transaction:
        await incidents.mark_unavailable(transaction, STATE, "restricted")
    program.vote_closing.request_refresh()
    await program.close_votes()
    message = refetch(channel, proposal)
    assert "1 example: [" in plain_description(message)
    assert f"[{STATE}]" not in plain_description(message)
    assert not env.errors

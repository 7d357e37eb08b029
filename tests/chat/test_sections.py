"""Sections by members in Discord, with the real answers behind the bot, on both databases."""

from datetime import UTC, datetime, timedelta

import discord
import pytest

from bot.health import departed_guild
from bot.polling.results import NullProgress
from handlers.actor import OPERATOR, Actor
from storage import incidents, sections
from tests.support.small_corpus import FIRST_BUG, build_app, invented_bugs, problems, rows, small_bugzilla

pytestmark = pytest.mark.simcord(check_errors=False)

GEO = {
    1: "Wrong country in certificates",
    2: "Wrong state or province in certificates",
    3: "Country and state wrong",
    4: "Wrong country code in certificates",
    5: "Locality is no country",
}
COUNTRY, STATE = FIRST_BUG + 1, FIRST_BUG + 2


@pytest.fixture
async def small():
    bugs = invented_bugs()
    for place, title in GEO.items():
        bugs[place]["summary"] = f"Entrust: {title}"
    async with small_bugzilla(bugs) as (small, url):
        yield small, url


@pytest.fixture
async def program(database_url, small):
    app = build_app(database_url, small[1])
    yield app
    await app.close()


@pytest.fixture
def simcord_bot(program):
    return program.bot


@pytest.fixture
async def env(simcord_env, program):
    assert not (await program.poll()).failed
    return simcord_env


@pytest.fixture
def members(env, guild):
    return [guild.add_member(env.create_user(name)) for name in ("alice", "bob", "carol", "dave")]


@pytest.fixture
def moderator(env, guild):
    role = guild.create_role("Moderators", permissions=discord.Permissions(manage_messages=True))
    return guild.add_member(env.create_user("mia"), roles=[role])


@pytest.fixture
async def proposal(channel, members):
    await members[0].send(channel, f"!addsection Wrong places {COUNTRY} {STATE} -- Where the subject is")
    return channel.last_message


def parts(message):
    """The buttons and menus of a message, by their ids without the section."""
    found = [part for row in getattr(message, "message", message).components for part in row.children]
    return {part.custom_id.removeprefix("rw:").rpartition(":")[0]: part for part in found}


def fields(message):
    return {field.name: field.value.replace("\\", "") for field in message.embeds[0].fields}


def described(message):
    return message.embeds[0].description.replace("\\", "")


def again(channel, message):
    return next(one for one in channel.history() if one.id == message.id)


async def press(member, message, part):
    return await member.click(message, custom_id=parts(message)[part].custom_id)


async def choose(member, message, part, values):
    return await member.select(message, [str(value) for value in values], custom_id=parts(message)[part].custom_id)


def told(result):
    """What somebody alone was told."""
    messages = [message for message in (result.response, *result.followups) if message]
    return " ".join(message.content.replace("\\", "") for message in messages if message.ephemeral)


def said(channel):
    message = channel.last_message
    return message.content.replace("\\", "") or described(message)


async def overdue(program, name="wrong-places"):
    """Let a vote's time be over."""
    async with program.database.transaction() as connection:
        (one,) = [
            one for one in await sections.find_custom_sections(program.database, connection, None) if one.key == name
        ]
        earlier = datetime.now(UTC) - timedelta(minutes=1)
        await sections.update_section(program.database, connection, one.id, decide_by=earlier)


async def test_a_proposal_shows_what_it_would_hold_and_three_votes_make_it_a_section(
    env, program, channel, members, proposal
):
    embed, shown = proposal.embeds[0], fields(proposal)
    assert embed.title == "Proposed section: Wrong places"
    assert embed.description.startswith("Where the subject is\nProposed by <@")
    assert not proposal.mentions
    assert "of 12 incidents: 2 by its examples" in shown["Would hold"]
    assert "Entrust (" in shown["By CA"]
    assert shown["By year"].startswith("2024 ")
    assert f"[{COUNTRY}]({program.queries.bug_url(COUNTRY)})" in shown["Examples"]
    assert "Entrust: " in shown["Most like it"]
    assert " · *" in shown["Most like it"]
    assert shown["Vote"].startswith("0 for, 0 against; 3 votes are needed until 20")
    assert [part.label for part in parts(proposal).values()] == [
        "For", "Against", "Judge", "Accept now", "Decline now", "Withdraw"
    ]  # fmt: skip
    for count, member in enumerate(members[:2], 1):
        await press(member, proposal, "vote:for")
        assert fields(again(channel, proposal))["Vote"].startswith(f"{count} for, 0 against")
    await press(members[2], proposal, "vote:against")
    ended = again(channel, proposal)
    assert ended.embeds[0].title == "Section active: Wrong places"
    assert "**Accepted: 2 for, 1 against, and 3 votes were needed.**" in described(ended)
    assert list(parts(ended)) == ["judge"]
    await program.backfill_sections()
    await members[0].send(channel, "!incidents section:wrong-places")
    assert f"[{COUNTRY}]" in said(channel)
    await members[0].send(channel, "!sections")
    assert "**Wrong places** 2 · wrong-places · by members" in said(channel)
    await members[0].send(channel, "!section Wrong places")
    shown = fields(channel.last_message)
    assert shown["Vote"].startswith("Accepted: 2 for, 1 against")
    assert "proposed as Wrong places by <@" in shown["History (UTC)"]
    await members[0].send(channel, f"!why {COUNTRY}")
    assert "**Wrong places**" in fields(channel.last_message)["Sections"]
    assert not env.errors


async def test_a_vote_can_be_changed_and_ends_once(env, channel, members, proposal):
    await press(members[0], proposal, "vote:for")
    await press(members[0], proposal, "vote:against")
    assert fields(again(channel, proposal))["Vote"].startswith("0 for, 1 against")
    await members[0].send(channel, "!vote Wrong places yes")
    assert said(channel).startswith("1 for, 0 against")
    assert fields(again(channel, proposal))["Vote"].startswith("1 for, 0 against")
    await press(members[1], proposal, "vote:for")
    await press(members[2], proposal, "vote:for")
    await members[3].send(channel, "!vote Wrong places no")
    assert said(channel).startswith("The vote on Wrong places has ended. Accepted: 3 for, 0 against")


async def test_bots_and_people_from_elsewhere_have_no_vote(env, guild, channel, members, proposal):
    robot = guild.add_member(env.create_user("robot", bot=True))
    await robot.send(channel, "!vote Wrong places yes")
    assert channel.last_message.author.id == robot.id
    for part in ("vote:for", "decide:withdraw"):
        assert told(await press(robot, proposal, part)) == "Only members can vote and decide here, not bots."
    other = env.create_guild()
    there, stranger = other.create_text_channel("general"), other.add_member(env.create_user("eve"))
    await stranger.send(there, "!vote Wrong places yes")
    assert said(there).startswith("No section called “Wrong places” was proposed by members.")
    await stranger.send(there, "!sections")
    assert "Wrong places" not in said(there)
    assert fields(again(channel, proposal))["Vote"].startswith("0 for, 0 against")


async def test_all_buttons_work_after_a_restart(env, program, channel, members, manager, proposal):
    program.recreate_bot(message_content=True)
    await env.restart_bot(program.bot)
    # the first of all: whatever edits the message makes its buttons known anew
    assert "You need the permission" in told(await press(members[1], proposal, "decide:accept"))
    await press(members[0], proposal, "vote:for")
    assert fields(again(channel, proposal))["Vote"].startswith("1 for, 0 against")
    shown = await press(members[1], proposal, "judge")
    program.recreate_bot(message_content=True)
    await env.restart_bot(program.bot)
    result = await press(members[1], shown.response, "rest:in")
    assert result.response.embeds[0].description.startswith("Learned: ")
    await press(manager, proposal, "decide:accept")
    ended = again(channel, proposal)
    assert "**Accepted by a member who may decide at once, at 1 for, 0 against.**" in described(ended)
    assert not env.errors


async def test_who_may_not_decide_is_told_and_of_two_the_second_hears_that_it_is_decided(
    env, program, channel, members, moderator, manager, proposal
):
    result = await press(members[1], proposal, "decide:accept")
    assert "You need the permission Manage Messages in this server to decide about a section." in told(result)
    result = await press(moderator, proposal, "decide:decline")
    assert "You need the permission Manage Server to decide at once; your vote counts like any other." in told(result)
    result = await press(members[1], proposal, "decide:withdraw")
    assert "Wrong places can be withdrawn by its proposer" in told(result)
    # another was quicker, and the message does not yet show it
    other = Actor(channel.last_message.guild.id, channel.id, 99, may_manage=True, may_moderate=True)
    await program.queries.section_service.decide_now(other, 1, accept=True)
    result = await press(manager, proposal, "decide:decline")
    assert "The vote on Wrong places has ended. Accepted by a member who may decide at once" in told(result)
    await program.close_votes()
    assert again(channel, proposal).embeds[0].title == "Section active: Wrong places"


async def test_who_proposed_it_takes_it_back(env, channel, members, proposal):
    await press(members[0], proposal, "decide:withdraw")
    ended = again(channel, proposal)
    assert ended.embeds[0].title == "Section declined: Wrong places"
    assert "**Withdrawn by its proposer.**" in described(ended)
    assert not ended.components


async def test_at_the_deadline_the_message_says_what_happened(env, program, channel, members, proposal):
    await press(members[0], proposal, "vote:for")
    await overdue(program)
    count = len(channel.history())
    for _ in range(2):
        await program.close_votes()
    ended = again(channel, proposal)
    assert "**Declined: only 1 of the 3 votes that were needed came in time (1 for, 0 against).**" in described(ended)
    assert not ended.components
    assert len(channel.history()) == count


async def test_where_the_message_was_deleted_the_end_is_told_anew_once(
    env, program, channel, members, moderator, proposal
):
    await moderator.delete(proposal)
    await members[0].send(channel, "!vote wrong-places yes")
    assert said(channel).startswith("1 for, 0 against")
    await overdue(program)
    count = len(channel.history())
    for _ in range(3):
        await program.close_votes()
    assert len(channel.history()) == count + 1
    assert channel.last_message.embeds[0].title == "Section declined: Wrong places"
    assert "only 1 of the 3 votes" in said(channel)


async def test_where_the_channel_is_gone_the_status_tells(env, program, guild, channel, members, proposal):
    other = guild.create_text_channel("elsewhere")
    env.inject_error("*", f"/channels/{channel.id}/messages*", status=404, code=10003, times=None)
    await overdue(program)
    for _ in range(2):
        await program.close_votes()
    await env.settle()
    (problem,) = await problems(program)
    assert problem.startswith("The result of the proposed section number 1 could not be announced in channel")
    await members[0].send(other, "!section wrong-places")
    assert fields(other.last_message)["Vote"].startswith("Declined: only 0 of the 3 votes")
    assert not env.errors


async def test_what_an_operator_decides_in_a_terminal_is_told_too(env, program, channel, members, proposal):
    await program.queries.section_service.decide_now(OPERATOR, 1, accept=False)
    await program.close_votes()
    assert "**Declined by the operator, before anybody voted.**" in described(again(channel, proposal))


async def test_the_form_proposes_and_hands_back_what_was_wrong(env, channel, members):
    opened = await members[0].slash(channel, "addsection")
    assert opened.modal["title"] == "Propose a section"
    count = len(channel.history())
    result = await members[0].submit_modal(
        opened, {"name": "@everyone", "bugs": str(COUNTRY), "description": "Where it is"}
    )
    assert told(result).startswith("A section's name cannot contain a mention")
    assert len(channel.history()) == count
    reopened = await members[0].click(result.response, label="Open the form again")
    written = [label["component"].get("value") for label in reopened.modal["components"]]
    assert written == ["@everyone", str(COUNTRY), "Where it is"]
    result = await members[0].submit_modal(
        reopened, {"name": "Wrong places", "bugs": f"{COUNTRY} {STATE}", "description": "Where it is"}
    )
    assert not result.ephemeral
    assert result.response.embeds[0].title == "Proposed section: Wrong places"
    await press(members[1], result.response, "vote:for")
    assert fields(again(channel, result.response))["Vote"].startswith("1 for")


async def test_without_anything_a_button_opens_the_form(env, channel, members):
    await members[0].send(channel, "!addsection")
    assert channel.last_message.content.startswith("A name, example bugs")
    opened = await members[1].click(channel.last_message, label="Fill in the form")
    assert opened.modal["title"] == "Propose a section"


async def test_a_name_alone_is_offered_what_is_known_to_be_ticked(env, program, channel, members):
    await members[0].send(channel, "!addsection geographical")
    offer = channel.last_message
    assert offer.embeds[0].title == "geographical: which incidents belong?"
    assert offer.embeds[0].description.startswith("I know this topic: The country, state or province")
    options = [option.value for option in parts(offer)["examples"].options]
    assert {str(COUNTRY), str(STATE)} <= set(options)
    result = await choose(members[1], offer, "examples", [COUNTRY])
    assert "Only the member who used the command can choose here" in told(result)
    await choose(members[0], offer, "examples", [COUNTRY, STATE])
    proposal = channel.last_message
    assert proposal.embeds[0].title == "Proposed section: geographical"
    assert f"[{STATE}]" in fields(proposal)["Examples"]
    assert not again(channel, offer).components
    result = await members[0].slash(channel, "addsection", name="weak keys")
    await press(members[0], result.response, "noexamples")
    assert channel.last_message.embeds[0].title == "Proposed section: weak keys"


async def test_a_name_that_nothing_is_known_of_asks_for_examples(env, channel, members):
    await members[0].send(channel, "!addsection flibbertigibbet")
    assert said(channel) == (
        "Nothing is known about “flibbertigibbet” yet: name a few bugs that belong, as in addsection flibbertigibbet "
        "1658792 1658794."
    )


async def test_a_pasted_mail_gives_its_links_as_examples_also_from_a_file(env, channel, members):
    mail = f"Wrong places\nHello all,\n> see https://bugzilla.mozilla.org/show_bug.cgi?id={COUNTRY} and 2024 others\n"
    await members[0].send(channel, f"!addsection {mail}")
    assert f"[{COUNTRY}]" in fields(channel.last_message)["Examples"]
    file = ("message.txt", f"Hello,\nas in bug {STATE}.\n".encode())
    await members[0].send(channel, "!addsection Other places", attachments=[file])
    assert f"[{STATE}]" in fields(channel.last_message)["Examples"]


async def test_members_judge_batches_and_each_answer_teaches(env, channel, members, proposal):
    result = await press(members[1], proposal, "judge")
    assert result.ephemeral
    batch = [option.value for option in parts(result.response)["verdict:in"].options]
    assert 1 <= len(batch) <= 8
    assert batch == [option.value for option in parts(result.response)["verdict:out"].options]
    assert "0 of 2 batches are judged" in result.response.embeds[0].description
    result = await choose(members[1], result.response, "verdict:in", batch[:2])
    description = result.response.embeds[0].description
    assert f"{batch[0]} belongs" in description
    left = [option.value for option in parts(result.response)["verdict:in"].options]
    assert sorted(left) == sorted(batch[2:])
    result = await press(members[1], result.response, "rest:out")
    assert f"{batch[2]} does not" in result.response.embeds[0].description
    assert "4 by its examples" in fields(again(channel, proposal))["Would hold"]
    assert not set(batch) & {
        option.value for part in parts(result.response).values() for option in getattr(part, "options", [])
    }
    await members[1].send(channel, f"!judge wrong-places no {batch[0]}")
    assert said(channel).startswith(f"Learned from [{batch[0]}]")
    await members[1].send(channel, "!judge wrong-places")
    assert channel.last_message.embeds[0].title == "Do these belong in Wrong places?"
    assert not env.errors


async def test_moderators_keep_sections_and_every_change_is_in_the_history(
    env, channel, members, moderator, manager, proposal
):
    await press(manager, proposal, "decide:accept")
    await members[1].send(channel, "!rename Wrong places to Places")
    assert said(channel) == "You need the permission Manage Messages in this server to rename a section."
    await moderator.send(channel, "!rename Wrong places to Places")
    assert channel.last_message.embeds[0].title == "Places"
    result = await moderator.slash(channel, "describe", section="places", description="Where **it** is")
    assert "Where **it** is" in described(result.response)
    await manager.send(channel, f"!addsection Countries {COUNTRY}")
    await press(manager, channel.last_message, "decide:accept")
    result = await moderator.slash(channel, "merge", section="countries", into="places")
    assert result.response.embeds[0].title == "Places"
    await moderator.send(channel, "!section wrong places")
    history = fields(channel.last_message)["History (UTC)"]
    assert "renamed by <@" in history
    assert "Wrong places → Places" in history
    assert "described by <@" in history
    assert "merged by <@" in history
    await moderator.send(channel, "!retire places")
    assert "Retired by a moderator." in said(channel)
    await members[0].send(channel, "!incidents section:places")
    assert said(channel).startswith("Places is retired and has no incidents.")


async def test_a_servers_rules_are_its_own(env, channel, members, manager):
    await members[0].send(channel, "!sectionrules")
    assert said(channel).startswith("3 votes and more for than against, within 7 days.")
    await members[0].send(channel, "!sectionrules votes:1")
    assert said(channel) == "You need the permission Manage Server to change how sections are decided."
    result = await manager.slash(channel, "sectionrules", votes="1", decides="nobody")
    assert result.response.embeds[0].description.startswith("1 vote and more for than against, within 7 days. Nobody")
    await members[0].send(channel, f"!addsection Wrong places {COUNTRY}")
    assert "decide:accept" not in parts(channel.last_message)
    await press(members[0], channel.last_message, "vote:for")
    assert channel.last_message.embeds[0].title == "Section active: Wrong places"


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (f"addsection **@everyone** {COUNTRY}", "A section's name cannot contain a mention"),
        (f"addsection [x](http://x) {COUNTRY}", "A section's name cannot contain a link"),
        (f"addsection Entrust {COUNTRY}", "“Entrust” is the CA owner Entrust"),
        (f"addsection ev-misissuance {COUNTRY}", "“ev-misissuance” is a built-in section"),
        (f"addsection <@1> {COUNTRY}", "A section's name cannot contain a mention"),
        ("addsection Places 12345", "Rootwatch does not know bug 12345 as an incident"),
        ("vote nothing yes", "No section called “nothing” was proposed by members."),
        ("vote nothing", "Say what you vote on and how, as in vote geographical yes."),
        ("vote", "Write `!vote NAME yes|no`, for example `!vote geographical yes`."),
        ("accept nothing", "No section called “nothing”"),
        ("withdraw nothing", "No section called “nothing”"),
        ("judge nothing", "No section called “nothing”"),
        ("judge nothing yes", "Say which bugs belong and which do not"),
        ("rename nothing", "Write it as in rename geographical to Wrong places."),
        ("merge nothing into x", "No section called “nothing”"),
        ("retire @everyone", "No section called “@everyone”"),
        ("sectionrules votes:0", "0 is not valid for votes needed"),
        ("preview flibbertigibbet", "Nothing is known about “flibbertigibbet” yet"),
    ],
)
async def test_bad_input_is_answered_with_a_sentence(env, channel, manager, line, answer):
    await manager.send(channel, f"!{line}")
    assert said(channel).replace("\\", "").startswith(answer)
    assert not channel.last_message.mention_everyone


async def test_hostile_words_do_nothing(env, channel, members):
    await members[0].send(channel, f"!addsection **Bold** `x` {COUNTRY} -- @everyone [click](http://x) <@1> ||hidden||")
    message = channel.last_message
    assert message.embeds[0].title == "Proposed section: Bold x"
    assert "\\@everyone \\[click\\]\\(http\\://x\\) \\<\\@1\\> \\|\\|hidden\\|\\|" in message.embeds[0].description
    assert not message.mention_everyone
    assert not message.mentions


async def test_slash_commands_suffice(env, program, guild, channel, members, manager):
    program.recreate_bot(message_content=False)
    await env.restart_bot(program.bot)
    result = await members[0].slash(
        channel, "addsection", name="Wrong places", bugs=f"{COUNTRY} {STATE}", description="Where"
    )
    assert result.response.embeds[0].title == "Proposed section: Wrong places"
    found = await members[1].autocomplete(channel, "vote", "section", "wro")
    assert [choice["value"] for choice in found] == ["wrong-places"]
    found = await members[1].autocomplete(channel, "addsection", "bugs", f"{COUNTRY} {STATE}")
    assert [choice["value"] for choice in found] == [f"{COUNTRY} {STATE}"]
    result = await members[1].slash(channel, "vote", section="wrong-places", vote="yes")
    assert result.response.embeds[0].description.startswith("1 for, 0 against")
    result = await members[1].slash(channel, "preview", name="wrong-places")
    assert "vote:for" in parts(result.response)
    result = await members[1].slash(channel, "preview", name="keys", bugs=str(FIRST_BUG + 7))
    assert result.response.embeds[0].title == "keys: a preview"
    result = await members[1].slash(channel, "judge", section="wrong-places")
    assert result.ephemeral
    result = await members[1].slash(channel, "judge", section="wrong-places", belong=str(FIRST_BUG + 3))
    assert result.response.embeds[0].description.startswith("Learned from")
    result = await manager.slash(channel, "accept", section="wrong-places")
    assert result.response.embeds[0].title == "Wrong places: active"
    result = await manager.slash(channel, "rename", section="wrong-places", name="Places to go")
    assert result.response.embeds[0].title == "Places to go"
    result = await manager.slash(channel, "retire", section="places-to-go")
    assert "Retired by a moderator." in result.response.embeds[0].description
    await members[0].slash(channel, "addsection", name="Other", bugs=str(COUNTRY))
    result = await manager.slash(channel, "decline", section="other")
    assert result.response.embeds[0].title == "Other: declined"
    await members[0].slash(channel, "addsection", name="Third", bugs=str(COUNTRY))
    result = await members[0].slash(channel, "withdraw", section="third")
    assert result.response.embeds[0].description == "Withdrawn by its proposer."
    assert not env.errors


async def test_alerts_name_members_sections_by_their_titles(env, program, small, channel, manager, proposal):
    await manager.send(channel, "!watch")
    await press(manager, proposal, "decide:accept")
    bug = small[0].file("Entrust: Wrong country code in certificates", "It went wrong.")
    await program.poll()
    await program.deliver()
    alert = channel.last_message
    assert "Wrong places" not in fields(alert)["Sections"]
    result = await press(manager, alert, "wrong")
    menu = parts(result.response)["section:in"]
    assert "wrong-places" in [option.value for option in menu.options]
    await choose(manager, result.response, "section:in", ["wrong-places"])
    await program.deliver()
    assert "**Wrong places** by a member" in fields(again(channel, alert))["Sections"]
    await manager.send(channel, f"!why {bug}")
    assert "**Wrong places**: a member said so" in fields(channel.last_message)["Sections"]


async def test_what_the_text_finds_reaches_an_alert_that_went_out_before(env, program, small, channel, manager):
    await manager.send(channel, "!watch")
    made = program.queries.section_service
    done = await made.propose(OPERATOR, name="Wrong places", bugs=f"{COUNTRY} {STATE} {FIRST_BUG + 4}", accept=True)
    await program.backfill_sections()
    small[0].file("Entrust: Wrong country code in certificates", "It went wrong.")
    await program.poller.poll_bugzilla(NullProgress(), on_schedule=False, sweep=False)
    await program.deliver()
    alert = channel.last_message
    assert "Wrong places" not in fields(alert)["Sections"]
    await program.poll()
    await program.deliver()
    assert "**Wrong places** " in fields(again(channel, alert))["Sections"]
    assert "% by text" in fields(again(channel, alert))["Sections"]
    await manager.send(channel, "!sections")
    assert f"{done.section.key} · by members, of all servers" in said(channel)


async def test_progress_and_then_the_count_stand_in_the_message(env, program, channel, manager, proposal):
    await press(manager, proposal, "decide:accept")
    await program.backfill_sections()
    for _ in range(2):
        await program.close_votes()
    assert "backfill" not in described(again(channel, proposal))
    assert list(parts(again(channel, proposal))) == ["judge"]
    (one,) = await rows(program, "SELECT channel, message FROM section")
    assert one == (None, None)


async def test_a_message_that_fails_for_a_while_is_edited_later(env, program, channel, members, proposal):
    await overdue(program)
    env.inject_error("PATCH", f"/channels/{channel.id}/messages/*", status=400, code=0, times=1)
    await program.close_votes()
    assert again(channel, proposal).components
    await program.close_votes()
    assert "Declined: only 0 of the 3" in described(again(channel, proposal))


async def test_a_forgotten_communitys_buttons_say_so(env, program, guild, channel, members, proposal):
    await program.queries.section_service.delete_community(OPERATOR, guild.id)
    for part in ("vote:for", "judge", "decide:withdraw"):
        assert told(await press(members[0], proposal, part)) == (
            "That section no longer exists; `sections` lists the existing ones."
        )


async def test_the_rest_of_a_batch_is_left_to_others(env, channel, members, proposal):
    result = await press(members[1], proposal, "judge")
    first = [option.value for option in parts(result.response)["verdict:in"].options]
    result = await press(members[1], result.response, "rest:next")
    part = parts(result.response).get("verdict:in")
    assert not set(first) & {option.value for option in (part.options if part else [])}
    assert "Learned" not in described(result.response)


async def test_forms_of_two_members_are_both_taken_also_after_a_restart(env, program, channel, members):
    opened = [await member.slash(channel, "addsection") for member in members[:2]]
    result = await members[0].submit_modal(opened[0], {"name": "Wrong places", "bugs": str(COUNTRY)})
    assert result.response.embeds[0].title == "Proposed section: Wrong places"
    program.recreate_bot(message_content=True)
    await env.restart_bot(program.bot)
    result = await members[1].submit_modal(opened[1], {"name": "Other places", "bugs": str(STATE)})
    assert result.response.embeds[0].title == "Proposed section: Other places"
    assert not env.errors


async def test_the_check_names_a_server_that_was_left_with_sections(env, guild, channel, proposal):
    assert await departed_guild(env.bot, guild.id) == []
    ((name, well, sentence),) = await departed_guild(env.bot, 4242)
    assert (name, well) == ("server 4242", True)
    assert sentence.startswith("the bot has left it; its sections and votes stay until `forget 4242`")


async def test_a_vote_that_meets_an_end_is_told_so_and_shown_the_end(env, program, channel, members, proposal):
    await overdue(program)
    await press(members[0], proposal, "vote:for")
    ended = again(channel, proposal)
    assert "**Declined: only 0 of the 3 votes that were needed came in time (0 for, 0 against).**" in described(ended)
    assert not ended.components


async def test_a_title_that_became_restricted_leaves_the_proposal_and_none_stays_in_what_was_decided(
    env, program, channel, members, proposal
):
    third = FIRST_BUG + 3
    assert f"[{third}]" in fields(proposal)["Most like it"]
    await program.close_votes()
    async with program.database.transaction() as connection:
        await incidents.mark_unavailable(program.database, connection, third, "restricted")
    program.vote_closing.request_refresh()
    await program.close_votes()
    shown = again(channel, proposal)
    assert f"[{third}]" not in str(fields(shown))
    assert "Country and state wrong" not in str(fields(shown))
    for member in members[:3]:
        await press(member, proposal, "vote:for")
    assert "Most like it" not in fields(again(channel, proposal))
    assert not env.errors


async def test_manage_messages_in_one_channel_alone_makes_nobody_a_moderator(env, guild, channel, members, proposal):
    await press(members[0], proposal, "vote:for")
    for member in members[1:3]:
        await press(member, proposal, "vote:for")
    own = guild.create_text_channel("own", overwrites={members[3]: discord.PermissionOverwrite(manage_messages=True)})
    await members[3].send(own, "!retire wrong-places")
    assert "Manage Messages in this server" in said(own)

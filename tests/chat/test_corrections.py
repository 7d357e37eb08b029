"""Corrections as members make them in Discord, with the real answers behind the bot, on both databases."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.chat.errors import UNEXPECTED_ERROR
from bot.chat.render.corrections import render_correction
from handlers.parsing.tags import BUILT_IN_SECTIONS
from handlers.queries.incidents import IncidentQueries
from handlers.results.corrections import CorrectionResult
from handlers.sections.catalogue import SectionCatalogue
from storage import events, incidents
from storage.values.incidents import Assignment
from storage.values.sections import Section
from tests.chat.interactions import choose, components, fields, last_text, press, refetch
from tests.support.small_corpus import FIRST_BUG, REPORT, invented_bugs

LATE, PLAIN_BUG = FIRST_BUG + 2, FIRST_BUG + 7  # by its text in leaf-revocation-delay; in no section
pytestmark = pytest.mark.simcord(check_errors=False)


@pytest.fixture
def bugs():
    bugs = invented_bugs()
    bugs[0]["whiteboard"] = "[ca-compliance] [audit-delay]"
    bugs[2]["summary"] = "DigiCert: Late revocation: delayed revocation leaf not revoked within 5 days"
    return bugs


@pytest.fixture
def simcord_bot(program):
    return program.bot


@pytest.fixture
def other_server(env):
    """A channel of another server, and a member of that server."""
    guild = env.create_guild()
    return guild.create_text_channel("general"), guild.add_member(env.create_user("bob"))


def whole_text(message):
    """All that a message's members read: its content and its embed."""
    return message.content + "".join(str(embed.to_dict()) for embed in message.embeds)


async def test_a_member_classifies_by_prefix_and_every_answer_of_the_server_says_so(
    env, program, channel, member, other_server
):
    await member.send(channel, f"!classify bug {LATE} CRL failure")
    assert last_text(channel) == f"{LATE} is now in CRL failure (by a member)."
    embed = channel.last_message.embeds[0]
    assert embed.url == program.use_cases.bug_url(LATE)
    assert embed.description.startswith("Before, it was ")
    assert [item.label for item in components(channel.last_message).values()] == ["Undo"]
    for line, text in (
        ("!section crl-failure", f"[{LATE}]"),
        ("!incidents section:crl-failure", f"[{LATE}]"),
        ("!summary crl-failure", "1 incident"),
        ("!sections", "**CRL failure** 1"),
        (f"!incident {LATE}", "CRL failure"),
    ):
        await member.send(channel, line)
        assert text in whole_text(channel.last_message), line
        other_channel, stranger = other_server
        await stranger.send(other_channel, line)
        assert text not in whole_text(other_channel.last_message), line


async def test_why_names_who_said_it_and_when_and_pings_nobody(env, channel, member, other_server):
    await member.send(channel, f"!classify {LATE} crl-failure")
    await member.send(channel, f"!why {LATE}")
    assert "CRL failure" in whole_text(channel.last_message)
    corrections = fields(channel.last_message)["Corrections by members"]
    assert corrections.startswith("alice put it in CRL failure, <t:")
    assert not channel.last_message.mentions
    other_channel, stranger = other_server
    await stranger.send(other_channel, f"!why {LATE}")
    assert "Corrections by members" not in fields(other_channel.last_message)


async def test_a_member_corrects_by_mention_and_slash(env, channel, member):
    await member.send(channel, f"<@{env.bot.user.id}> unclassify #{LATE}")
    assert last_text(channel) == f"{LATE} is no longer in Leaf revocation delay (by a member)."
    assert "it is in no section now" in channel.last_message.embeds[0].description
    result = await member.slash(channel, "classify", bug=str(PLAIN_BUG), section="crl-failure")
    assert not result.ephemeral
    assert result.response.content == f"{PLAIN_BUG} is now in CRL failure (by a member)."
    result = await member.slash(channel, "unclassify", bug=str(PLAIN_BUG))
    assert result.response.content == f"{PLAIN_BUG} is no longer in CRL failure (by a member)."
    assert "Before, it was in CRL failure (by a member)." in result.response.embeds[0].description


async def test_agreeing_with_a_prediction_and_saying_it_twice(env, channel, member):
    await member.send(channel, f"!classify {LATE} leaf-revocation-delay")
    assert last_text(channel) == f"{LATE} is now in Leaf revocation delay (by a member)."
    assert "% by text)" in channel.last_message.embeds[0].description
    await member.send(channel, f"!classify {LATE} leaf-revocation-delay")
    assert last_text(channel) == f"{LATE} is in Leaf revocation delay already, so there was nothing to change."
    assert not channel.last_message.components
    await member.send(channel, f"!unclassify {FIRST_BUG} crl-failure")
    assert "is not in CRL failure anyway" in last_text(channel)


async def test_bugs_and_sections_are_suggested(env, channel, member):
    for command in ("classify", "unclassify"):
        choices = await member.autocomplete(channel, command, "bug", str(LATE))
        assert [choice["value"] for choice in choices] == [str(LATE)]
        choices = await member.autocomplete(channel, command, "section", "crl")
        assert "crl-failure" in [choice["value"] for choice in choices]


async def test_what_a_tag_says_needs_the_permission_to_moderate(env, channel, member, moderator):
    await member.send(channel, f"!unclassify {FIRST_BUG}")
    assert last_text(channel).replace("\\", "") == (
        "You need the permission Manage Messages in this server to overrule the tag that Bugzilla's staff set."
    )
    result = await member.slash(channel, "unclassify", bug=str(FIRST_BUG))
    assert result.ephemeral
    await moderator.send(channel, f"!unclassify {FIRST_BUG}")
    assert last_text(channel).startswith(f"{FIRST_BUG} is no longer in Audit delay")


async def test_too_many_corrections_are_refused_with_the_time(env, channel, member):
    for number in range(5):
        await member.send(channel, f"!classify {FIRST_BUG + 3 + number} crl-failure")
    await member.send(channel, f"!classify {FIRST_BUG + 9} crl-failure")
    assert "you can make 5 corrections in 10 minutes; the next one can be made at" in last_text(channel)


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ("classify", "Write `!classify BUG SECTION`, for example `!classify 1897630 ev-misissuance`."),
        ("classify 1900001", "Write `!classify BUG SECTION`, for example `!classify 1897630 ev-misissuance`."),
        (
            "classify bug 1900001",
            "Say which section the bug belongs in. For example: `!classify 1897630 ev-misissuance`",
        ),
        ('classify "1900001 crl-failure', "Write `!classify BUG SECTION`, for example `!classify 1897630"),
        ("unclassify", "Write `!unclassify BUG [SECTION]`, for example `!unclassify 1897630`."),
        ("classify 1900001 @everyone **x**", "No section called “\\@everyone \\*\\*x\\*\\*” is known."),
    ],
)
async def test_what_is_not_understood_is_answered(env, channel, member, line, reply):
    await member.send(channel, f"!{line}")
    assert last_text(channel).startswith(reply)
    assert not channel.last_message.mention_everyone


async def test_corrections_are_for_servers(env, member):
    assert not {"classify", "unclassify"} & set(env.create_user("carol").available_commands())


@pytest.mark.parametrize("changed", [True, False])
def test_a_sections_name_does_nothing_in_an_answer(changed):
    hostile = "`@everyone` [x](http://x) **y** <@1>"
    assignment = Assignment(hostile, "member", 1.0)
    result = CorrectionResult(5, hostile, True, assignment, (assignment,), changed, incident_title=hostile)
    answer = render_correction(result, {}, str)
    for text in (answer.content, answer.embed.title):
        assert "\\[x\\]\\(http" in text
        assert "\\@everyone" in text
        assert "\\<\\@1\\>" in text


# The button below an alert, and its menus.


@pytest.fixture
async def alert(program, bugzilla, watched_channel):
    """A new incident's alert in a watched channel: predicted from its text to be in leaf-revocation-delay."""
    bugzilla.file_bug("Entrust: Late revocation: delayed revocation leaf not revoked within 5 days", REPORT)
    await program.poll()
    await program.deliver()
    return watched_channel.last_message


def bug_of(message):
    return int(message.embeds[0].url.partition("id=")[2])


def menus(result):
    items = components(result.response).items()
    return {name: [option.value for option in item.options] for name, item in items if hasattr(item, "options")}


async def test_an_alert_has_a_button_that_tells_who_pressed_it_how_its_sections_were_found(env, channel, member, alert):
    assert [item.label for item in components(alert).values()] == ["Similar", "Wrong section"]
    result = await press(member, alert, "wrong")
    assert result.ephemeral
    embed = result.response.embeds[0]
    assert embed.url == alert.embeds[0].url
    assert embed.fields[0].value.startswith("**")
    assert "% by text" in embed.fields[0].value
    assert menus(result)["section:out"] == ["leaf-revocation-delay"]
    assert len(menus(result)["section:in"]) == len(BUILT_IN_SECTIONS) - 1
    assert f"`!classify {bug_of(alert)} leaf-revocation-delay`" in embed.description
    placeholders = [item.placeholder for item in components(result.response).values()]
    assert placeholders == ["It does not belong in …", "It belongs in …"]


async def test_choosing_corrects_here_and_the_alert_is_edited(env, program, channel, member, alert, other_server):
    bug = bug_of(alert)
    menu_message = (await press(member, alert, "wrong")).response
    result = await choose(member, menu_message, "section:in", ["crl-failure"])
    assert result.response.content == f"{bug} is now in CRL failure (by a member)."
    assert "undo" in components(result.response)
    assert menus(result)["section:out"] == ["crl-failure"]
    await program.deliver()
    edited = refetch(channel, alert)
    assert "CRL failure" in whole_text(edited)
    assert "wrong" in components(edited)
    other_channel, stranger = other_server
    await stranger.send(other_channel, f"!incident {bug}")
    assert "CRL failure" not in str(fields(other_channel.last_message))
    result = await choose(member, result.response, "section:out", ["crl-failure"])
    await program.deliver()
    edited = refetch(channel, alert)
    assert "CRL failure" not in whole_text(edited)
    assert not env.errors


async def test_button_and_menus_work_after_a_restart(env, program, channel, member, alert):
    program.recreate_bot(message_content=True)
    await env.restart_bot(program.bot)
    menu_message = (await press(member, alert, "wrong")).response
    program.recreate_bot(message_content=True)
    await env.restart_bot(program.bot)
    result = await choose(member, menu_message, "section:out", ["leaf-revocation-delay"])
    assert "is no longer in Leaf revocation delay" in result.response.content
    assert not env.errors


async def test_where_the_alerts_stopped_a_correction_still_shows(env, program, channel, member, manager, alert):
    await manager.send(channel, "!unwatch")
    await choose(member, (await press(member, alert, "wrong")).response, "section:out", ["leaf-revocation-delay"])
    await program.deliver()
    edited = refetch(channel, alert)
    assert "revocation delay" not in whole_text(edited)


async def test_the_menu_asks_for_the_permission_to_overrule_a_tag(
    env, program, bugzilla, channel, member, moderator, alert
):
    bug = bugzilla.bugs[bug_of(alert)]
    bug["whiteboard"] = "[ca-compliance] [audit-delay]"
    bugzilla.now += timedelta(minutes=1)
    bug["last_change_time"] = f"{bugzilla.now:%Y-%m-%dT%H:%M:%SZ}"
    await program.poll()
    menu_message = (await press(member, alert, "wrong")).response
    result = await choose(member, menu_message, "section:out", ["audit-delay"])
    replies = [message.content for message in (result.response, *result.followups) if message]
    assert any("You need the permission Manage Messages in this server" in reply for reply in replies)
    await member.send(channel, f"!incident {bug_of(alert)}")
    assert "Audit delay" in whole_text(channel.last_message)
    result = await choose(moderator, (await press(moderator, alert, "wrong")).response, "section:out", ["audit-delay"])
    assert "is no longer in Audit delay" in result.response.content


async def test_a_withdrawn_alert_has_no_button_and_an_open_menu_keeps_nothing(
    env, program, bugzilla, channel, member, alert
):
    menu_message = (await press(member, alert, "wrong")).response
    async with program.database.transaction() as transaction:
        await incidents.mark_unavailable(transaction, bug_of(alert), "restricted")
        await events.mark_incidents_stale(transaction, [bug_of(alert)])
    for result in (
        await choose(member, menu_message, "section:in", ["crl-failure"]),
        await press(member, alert, "wrong"),
    ):
        assert result.ephemeral
        replies = [message.content for message in (result.response, *result.followups) if message]
        assert any("is no longer public" in reply for reply in replies)
    await program.deliver()
    edited = refetch(channel, alert)
    assert "became restricted" in edited.embeds[0].description
    assert not edited.components


async def test_a_failing_button_says_so(env, program, channel, member, alert, monkeypatch):
    async def broken(*_):
        raise RuntimeError("it broke")

    monkeypatch.setattr(SectionCatalogue, "list", broken)
    result = await press(member, alert, "wrong")
    assert result.ephemeral
    assert result.response.content == UNEXPECTED_ERROR


@pytest.mark.simcord(settle_timeout=4)  # longer than Discord waits, shorter than the answer takes
async def test_a_slow_answer_to_button_and_menu_still_comes(env, program, channel, member, alert, monkeypatch):
    quick = IncidentQueries.explain

    async def slow(self, actor, bug):
        await asyncio.sleep(5)
        return await quick(self, actor, bug)

    monkeypatch.setattr(IncidentQueries, "explain", slow)
    result = await press(member, alert, "wrong")
    assert result.deferred
    assert result.ephemeral
    await env.advance_time(10)
    assert result.response.content == f"Which sections is bug {bug_of(alert)} in?"
    result = await choose(member, result.response, "section:in", ["crl-failure"])
    await env.advance_time(10)
    assert "is now in CRL failure" in result.response.content


async def test_of_more_sections_than_a_menu_holds_the_likeliest_are_there(env, channel, member, alert, monkeypatch):
    all_sections = [Section(f"s{number}", f"Section {number}", "builtin", incidents=number) for number in range(40)]
    suggested = tuple(Assignment(key, "text", score, confident=False) for key, score in (("s0", 0.2), ("s1", 0.3)))
    original_explain = IncidentQueries.explain

    async def explain(self, actor, bug):
        explanation = await original_explain(self, actor, bug)
        return replace(explanation, sections=(Assignment("s39", "tag", 1.0),), suggested=suggested)

    async def sections(self, actor):
        return tuple(all_sections)

    monkeypatch.setattr(IncidentQueries, "explain", explain)
    monkeypatch.setattr(SectionCatalogue, "list", sections)
    result = await press(member, alert, "wrong")
    assert menus(result)["section:out"] == ["s39"]
    options = menus(result)["section:in"]
    assert len(options) == 25
    assert options[:4] == ["s1", "s0", "s38", "s37"]
    assert "The menu has no room for 14 more sections" in result.response.embeds[0].description

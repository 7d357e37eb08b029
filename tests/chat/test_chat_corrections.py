"""Corrections as members make them in Discord, with the real answers behind the bot, on both databases."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import discord
import pytest

from bot.chat.errors import UNEXPECTED_ERROR
from bot.chat.render.corrections import render_correction
from handlers.parsing.tags import BUILT_IN_SECTIONS
from handlers.queries.service import Queries
from handlers.results.corrections import CorrectionResult
from storage import events, incidents
from storage.values.incidents import Assignment
from storage.values.sections import Section
from tests.support.small_corpus import FIRST_BUG, REPORT, build_app, invented_bugs, small_bugzilla

LATE, PLAIN_BUG = FIRST_BUG + 2, FIRST_BUG + 7  # by its text in leaf-revocation-delay; in no section
pytestmark = pytest.mark.simcord(check_errors=False)


@pytest.fixture
async def small():
    bugs = invented_bugs()
    bugs[0]["whiteboard"] = "[ca-compliance] [audit-delay]"
    bugs[2]["summary"] = "DigiCert: Late revocation: delayed revocation leaf not revoked within 5 days"
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
def moderator(env, guild):
    role = guild.create_role("Moderators", permissions=discord.Permissions(manage_messages=True))
    return guild.add_member(env.create_user("mia"), roles=[role])


@pytest.fixture
def elsewhere(env):
    """A channel of another server, and a member there."""
    other = env.create_guild()
    return other.create_text_channel("general"), other.add_member(env.create_user("bob"))


def said(channel):
    message = channel.last_message
    return message.content or message.embeds[0].description


def fields(channel):
    return {field.name: field.value for field in channel.last_message.embeds[0].fields}


async def test_a_member_classifies_by_prefix_and_every_answer_of_the_server_says_so(
    env, program, channel, member, elsewhere
):
    link = f"[{LATE}]({program.queries.bug_url(LATE)})"
    await member.send(channel, f"!classify bug {LATE} CRL failure")
    before = "was not in **CRL failure**" if "was not in" in said(channel) else "was perhaps in **CRL failure** 1"
    assert said(channel).startswith(f"Bug {link} {before}")
    assert "; here it is now in **CRL failure** by a member; " in said(channel)
    assert said(channel).endswith(f"`unclassify {LATE} crl-failure` undoes this.")
    for line, shown in (
        ("!section crl-failure", f"[{LATE}]"),
        ("!incidents section:crl-failure", f"[{LATE}]"),
        ("!summary crl-failure", "**1**"),
        ("!sections", "**CRL failure** 1"),
    ):
        await member.send(channel, line)
        assert shown in said(channel), line
        there, stranger = elsewhere
        await stranger.send(there, line)
        assert shown not in said(there), line
    await member.send(channel, f"!incident {LATE}")
    assert fields(channel)["Sections"] == "CRL failure"


async def test_why_names_who_said_it_and_when_and_pings_nobody(env, channel, member, elsewhere):
    await member.send(channel, f"!classify {LATE} crl-failure")
    await member.send(channel, f"!why {LATE}")
    assert fields(channel)["Sections"] == "**CRL failure**: a member said so"
    words = fields(channel)["Corrections by members"]
    assert words.startswith(f"It belongs in **CRL failure**: <@{member.id}>, 20")
    assert words.endswith(" UTC")
    assert not channel.last_message.mentions
    there, stranger = elsewhere
    await stranger.send(there, f"!why {LATE}")
    assert "Corrections by members" not in fields(there)


async def test_a_member_corrects_by_mention_and_slash(env, channel, member):
    await member.send(channel, f"<@{env.bot.user.id}> unclassify #{LATE}")
    assert "here it is now in no section" in said(channel)
    result = await member.slash(channel, "classify", bug=str(PLAIN_BUG), section="crl-failure")
    assert not result.ephemeral
    assert "here it is now in **CRL failure** by a member" in result.response.embeds[0].description
    result = await member.slash(channel, "unclassify", bug=str(PLAIN_BUG))
    assert "was in **CRL failure** by a member; here it is now in no section" in result.response.embeds[0].description


async def test_agreeing_with_a_guess_and_saying_it_twice(env, channel, member):
    await member.send(channel, f"!classify {LATE} leaf-revocation-delay")
    assert "% by text; here it is now in **" in said(channel)
    assert said(channel).endswith(f"`unclassify {LATE} leaf-revocation-delay` says the opposite.")
    await member.send(channel, f"!classify {LATE} leaf-revocation-delay")
    assert said(channel).endswith("by a member already, so there was nothing to change.")
    await member.send(channel, f"!unclassify {FIRST_BUG} crl-failure")
    assert "is not in **CRL failure** already" in said(channel)


async def test_bugs_and_sections_are_suggested(env, channel, member):
    for command in ("classify", "unclassify"):
        found = await member.autocomplete(channel, command, "bug", str(LATE))
        assert [choice["value"] for choice in found] == [str(LATE)]
        found = await member.autocomplete(channel, command, "section", "crl")
        assert "crl-failure" in [choice["value"] for choice in found]


async def test_what_a_tag_says_needs_the_right_to_moderate(env, channel, member, moderator):
    await member.send(channel, f"!unclassify {FIRST_BUG}")
    assert said(channel).replace("\\", "") == (
        "That would overrule the tag that Bugzilla's staff set: you need the permission Manage Messages in this "
        "server."
    )
    result = await member.slash(channel, "unclassify", bug=str(FIRST_BUG))
    assert result.ephemeral
    await moderator.send(channel, f"!unclassify {FIRST_BUG}")
    assert "here it is now in no section" in said(channel)


async def test_too_many_corrections_are_refused_with_the_time(env, channel, member):
    for number in range(5):
        await member.send(channel, f"!classify {FIRST_BUG + 3 + number} crl-failure")
    await member.send(channel, f"!classify {FIRST_BUG + 9} crl-failure")
    assert "you can make 5 corrections in 10 minutes; the next one can be made at" in said(channel)


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("classify", "Write `!classify BUG SECTION`, for example `!classify 1897630 ev-misissuance`."),
        ("classify 1900001", "Write `!classify BUG SECTION`, for example `!classify 1897630 ev-misissuance`."),
        ("classify bug 1900001", "Say which section the bug belongs in, as in classify 1897630 ev-misissuance."),
        ('classify "1900001 crl-failure', "Write `!classify BUG SECTION`, for example `!classify 1897630"),
        ("unclassify", "Write `!unclassify BUG [SECTION]`, for example `!unclassify 1897630`."),
        ("classify 1900001 @everyone **x**", "No section called “\\@everyone \\*\\*x\\*\\*” is known."),
    ],
)
async def test_what_is_not_understood_is_answered(env, channel, member, line, answer):
    await member.send(channel, f"!{line}")
    assert said(channel).startswith(answer)
    assert not channel.last_message.mention_everyone


async def test_corrections_are_for_servers(env, member):
    assert not {"classify", "unclassify"} & set(env.create_user("carol").available_commands())


@pytest.mark.parametrize("changed", [True, False])
def test_a_sections_name_does_nothing_in_an_answer(changed):
    hostile = "`@everyone` [x](http://x) **y** <@1>"
    word = Assignment(hostile, "member", 1.0)
    shown = render_correction(CorrectionResult(5, hostile, True, word, (word,), changed), {}, str).description
    assert "\\[x\\]\\(http" in shown
    code = shown.split("; `")[-1].rpartition("`")[0] if changed else ""
    assert "`" not in code
    outside = shown.replace(code, "") if code else shown
    assert "\\@everyone" in outside
    assert "\\<\\@1\\>" in outside


# The button below an alert, and its menus.


@pytest.fixture
def manager(env, guild):
    role = guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
    return guild.add_member(env.create_user("mallory"), roles=[role])


@pytest.fixture
async def alert(env, program, small, channel, manager):
    """A new incident's alert in a watching channel: guessed from its text to be in leaf-revocation-delay."""
    await manager.send(channel, "!watch")
    small[0].file("Entrust: Late revocation: delayed revocation leaf not revoked within 5 days", REPORT)
    await program.poll()
    await program.deliver()
    return channel.last_message


def bug_of(message):
    return int(message.embeds[0].url.partition("id=")[2])


def parts(message):
    """The buttons and menus of a message, by their ids without the bug."""
    found = [part for row in getattr(message, "message", message).components for part in row.children]
    return {part.custom_id.rpartition(":")[0].removeprefix("rw:"): part for part in found}


def menus(result):
    return {name: [option.value for option in part.options] for name, part in parts(result.response).items()}


async def press(member, alert):
    return await member.click(alert, custom_id=parts(alert)["wrong"].custom_id)


async def choose(member, message, way, section):
    return await member.select(message, [section], custom_id=parts(message)[f"section:{way}"].custom_id)


def sections(message):
    return {field.name: field.value for field in message.embeds[0].fields}["Sections"]


async def test_an_alert_has_a_button_that_tells_who_pressed_it_how_its_sections_were_found(env, channel, member, alert):
    assert [part.label for part in parts(alert).values()] == ["Wrong section"]
    result = await press(member, alert)
    assert result.ephemeral
    embed = result.response.embeds[0]
    assert embed.url == alert.embeds[0].url
    assert embed.fields[0].value.startswith("**")
    assert "% by text" in embed.fields[0].value
    assert menus(result)["section:out"] == ["leaf-revocation-delay"]
    assert len(menus(result)["section:in"]) == len(BUILT_IN_SECTIONS) - 1
    assert f"`classify {bug_of(alert)} SECTION`" in embed.description
    placeholders = [part.placeholder for part in parts(result.response).values()]
    assert placeholders == ["It does not belong in …", "It belongs in …"]


async def test_choosing_corrects_here_and_the_alert_is_edited(env, program, channel, member, alert, elsewhere):
    bug = bug_of(alert)
    shown = (await press(member, alert)).response
    result = await choose(member, shown, "in", "crl-failure")
    assert "was " in result.response.embeds[0].description
    assert "here it is now in **CRL failure** by a member; `unclassify" in result.response.embeds[0].description
    assert menus(result)["section:out"] == ["crl-failure"]
    await program.deliver()
    (edited,) = [message for message in channel.history() if message.id == alert.id]
    assert sections(edited) == "**CRL failure** by a member"
    assert list(parts(edited)) == ["wrong"]
    there, stranger = elsewhere
    await stranger.send(there, f"!incident {bug}")
    assert "CRL failure" not in str(fields(there))
    result = await choose(member, result.response, "out", "crl-failure")
    await program.deliver()
    (edited,) = [message for message in channel.history() if message.id == alert.id]
    assert "CRL failure" not in sections(edited)
    assert not env.errors


async def test_button_and_menus_work_after_a_restart(env, program, channel, member, alert):
    program.recreate_bot(message_content=True)
    await env.restart_bot(program.bot)
    shown = (await press(member, alert)).response
    program.recreate_bot(message_content=True)
    await env.restart_bot(program.bot)
    result = await choose(member, shown, "out", "leaf-revocation-delay")
    assert "here it is now in no section" in result.response.embeds[0].description
    assert not env.errors


async def test_where_the_alerts_stopped_a_correction_still_shows(env, program, channel, member, manager, alert):
    await manager.send(channel, "!unwatch")
    await choose(member, (await press(member, alert)).response, "out", "leaf-revocation-delay")
    await program.deliver()
    (edited,) = [message for message in channel.history() if message.id == alert.id]
    assert sections(edited) == "none found yet"


async def test_the_menu_asks_for_the_right_to_overrule_a_tag(env, program, small, channel, member, moderator, alert):
    bug = small[0].bugs[bug_of(alert)]
    bug["whiteboard"] = "[ca-compliance] [audit-delay]"
    small[0].now += timedelta(minutes=1)
    bug["last_change_time"] = f"{small[0].now:%Y-%m-%dT%H:%M:%SZ}"
    await program.poll()
    shown = (await press(member, alert)).response
    result = await choose(member, shown, "out", "audit-delay")
    said = [message.content for message in (result.response, *result.followups) if message]
    assert any("you need the permission Manage Messages in this server" in one for one in said)
    await member.send(channel, f"!incident {bug_of(alert)}")
    assert fields(channel)["Sections"] == "Audit delay"
    result = await choose(moderator, (await press(moderator, alert)).response, "out", "audit-delay")
    assert "here it is now in no section" in result.response.embeds[0].description


async def test_a_withdrawn_alert_has_no_button_and_an_open_menu_keeps_nothing(
    env, program, small, channel, member, alert
):
    shown = (await press(member, alert)).response
    async with program.database.transaction() as connection:
        await incidents.mark_unavailable(program.database, connection, bug_of(alert), "restricted")
        await events.mark_stale(program.database, connection, bug=bug_of(alert))
    for result in (await choose(member, shown, "in", "crl-failure"), await press(member, alert)):
        assert result.ephemeral
        said = [message.content for message in (result.response, *result.followups) if message]
        assert any("is no longer public" in one for one in said)
    await program.deliver()
    (edited,) = [message for message in channel.history() if message.id == alert.id]
    assert "became restricted" in edited.embeds[0].description
    assert not edited.components


async def test_a_failing_button_says_so(env, program, channel, member, alert, monkeypatch):
    async def broken(*_):
        raise RuntimeError("it broke")

    monkeypatch.setattr(Queries, "sections", broken)
    result = await press(member, alert)
    assert result.ephemeral
    assert result.response.content == UNEXPECTED_ERROR


async def test_a_slow_answer_to_button_and_menu_still_comes(env, program, channel, member, alert, monkeypatch):
    quick = Queries.explain

    async def slow(self, text):
        await asyncio.sleep(5)
        return await quick(self, text)

    monkeypatch.setattr(Queries, "explain", slow)
    result = await press(member, alert)
    assert result.deferred
    assert result.ephemeral
    await env.advance_time(10)
    assert result.response.embeds[0].title == f"Which sections is bug {bug_of(alert)} in?"
    result = await choose(member, result.response, "in", "crl-failure")
    await env.advance_time(10)
    assert "here it is now in **CRL failure** by a member" in result.response.embeds[0].description


async def test_of_more_sections_than_a_menu_holds_the_likeliest_are_there(env, channel, member, alert, monkeypatch):
    many = [Section(f"s{number}", f"Section {number}", "builtin", incidents=number) for number in range(40)]
    suggested = tuple(Assignment(key, "text", score, confident=False) for key, score in (("s0", 0.2), ("s1", 0.3)))
    real = Queries.explain

    async def explain(self, text):
        return replace(await real(self, text), sections=(Assignment("s39", "tag", 1.0),), suggested=suggested)

    async def sections(self):
        return tuple(many)

    monkeypatch.setattr(Queries, "explain", explain)
    monkeypatch.setattr(Queries, "sections", sections)
    result = await press(member, alert)
    assert menus(result)["section:out"] == ["s39"]
    chosen = menus(result)["section:in"]
    assert len(chosen) == 25
    assert chosen[:4] == ["s1", "s0", "s38", "s37"]
    assert "The menu has no room for 14 more sections" in result.response.embeds[0].description

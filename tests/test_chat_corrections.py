"""Corrections as members make them in Discord, with the real answers behind the bot, on both databases."""

import discord
import pytest
from small_corpus import FIRST, app_for, invented_bugs, small_bugzilla

LATE, PLAIN_BUG = FIRST + 2, FIRST + 7  # by its text in leaf-revocation-delay; in no section
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
    app = app_for(database_url, small[1])
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
    link = f"[{LATE}]({program.answers.bug_url(LATE)})"
    await member.send(channel, f"!classify bug {LATE} CRL failure")
    before = "was not in **CRL failure**" if "was not in" in said(channel) else "was perhaps in **CRL failure** 1"
    assert said(channel).startswith(f"Bug {link} {before}")
    assert "; here it is now in **CRL failure** by a member; " in said(channel)
    assert said(channel).endswith(f"`unclassify {LATE} crl-failure` takes it back.")
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
    words = fields(channel)["What members said"]
    assert words.startswith(f"It belongs in **CRL failure**: <@{member.id}>, 20")
    assert words.endswith(" UTC")
    assert not channel.last_message.mentions
    there, stranger = elsewhere
    await stranger.send(there, f"!why {LATE}")
    assert "What members said" not in fields(there)


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
    assert said(channel).endswith(f"`unclassify {LATE} leaf-revocation-delay` says the contrary.")
    await member.send(channel, f"!classify {LATE} leaf-revocation-delay")
    assert said(channel).endswith("by a member already, so there was nothing to change.")
    await member.send(channel, f"!unclassify {FIRST} crl-failure")
    assert "is not in **CRL failure** already" in said(channel)


async def test_bugs_and_sections_are_suggested(env, channel, member):
    for command in ("classify", "unclassify"):
        found = await member.autocomplete(channel, command, "bug", str(LATE))
        assert [choice["value"] for choice in found] == [str(LATE)]
        found = await member.autocomplete(channel, command, "section", "crl")
        assert "crl-failure" in [choice["value"] for choice in found]


async def test_what_a_tag_says_needs_the_right_to_moderate(env, channel, member, moderator):
    await member.send(channel, f"!unclassify {FIRST}")
    assert said(channel).replace("\\", "") == (
        "That would overrule the tag that Bugzilla's staff gave: you need the permission Manage Messages in this "
        "server for it."
    )
    result = await member.slash(channel, "unclassify", bug=str(FIRST))
    assert result.ephemeral
    await moderator.send(channel, f"!unclassify {FIRST}")
    assert "here it is now in no section" in said(channel)


async def test_too_many_corrections_are_refused_with_the_time(env, channel, member):
    for number in range(5):
        await member.send(channel, f"!classify {FIRST + 3 + number} crl-failure")
    await member.send(channel, f"!classify {FIRST + 9} crl-failure")
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

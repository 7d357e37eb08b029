import asyncio
from datetime import date

import discord
import pytest
import simcord

from bot.chat.errors import UNEXPECTED_ERROR
from bot.formatting.command_specs import COMMANDS, SECTION_COMMANDS
from handlers.queries.filters import IncidentQuery
from tests.support.fake_use_cases import HOSTILE

# Rejected commands reach discord.py as exceptions on purpose; unexpected errors are in bot_environment.problems.
pytestmark = pytest.mark.simcord(check_errors=False)


def last_text(channel):
    message = channel.last_message
    embed = message.embeds[0] if message.embeds else None
    return f"{message.content} {embed.title} {embed.description}" if embed else message.content


async def test_a_member_asks_by_prefix(env, channel, member, bot_environment):
    await member.send(channel, "!incidents Entrust")
    assert channel.last_message.content == "Entrust: 3 open of 23"
    embed = channel.last_message.embeds[0]
    assert embed.title is None
    assert embed.description.startswith("EV mis-issuance 20 · Policy failure 3\n\n🟠 **[1897630](https://bugs.example")
    assert (
        "[1897630](https://bugs.example/show_bug.cgi?id=1897630)** Jurisdiction issue in some EV certificates\n"
        "open · 15 May 2024 · EV mis-issuance · update due 14 June\n"
    ) in embed.description
    assert embed.description.count("https://bugs.example") == 6
    assert bot_environment.use_cases.calls[-1] == (IncidentQuery("Entrust"), 0)


async def test_flags_spaces_quotes_and_colons_reach_the_answers_as_typed(env, channel, member, bot_environment):
    line = 'Foo: Bar\'s "CA" section:ev-misissuance open:yes since:2024-01-01'
    await member.send(channel, f"!Incidents {line}")
    query = IncidentQuery('Foo: Bar\'s "CA"', "ev-misissuance", state="open", since=date(2024, 1, 1))
    assert bot_environment.use_cases.calls[-1] == (query, 0)


async def test_a_member_asks_by_mention(env, channel, member):
    await member.send(channel, f"<@{env.bot.user.id}> incidents Entrust")
    assert "Entrust: 3 open of 23" in last_text(channel)


async def test_a_member_asks_by_slash_with_options(env, channel, member, bot_environment):
    result = await member.slash(
        channel, "incidents", ca="Entrust", section="ev-misissuance", open="yes", since="2024-01-01", until="2024-06-30"
    )
    assert result.response.content == (
        "Entrust, EV mis-issuance, opened from 1 January 2024 to 30 June 2024: 23 open incidents"
    )
    query = IncidentQuery("Entrust", "ev-misissuance", "open", date(2024, 1, 1), date(2024, 6, 30))
    assert bot_environment.use_cases.calls[-1] == (query, 0)


async def test_without_a_ca_every_line_names_its_own(env, channel, member):
    await member.send(channel, "!incidents")
    assert "All CAs: 3 open of 23" in last_text(channel)
    assert "Entrust: Jurisdiction issue" in last_text(channel)


async def test_nothing_found_is_said(env, channel, member):
    await member.send(channel, "!incidents none")
    assert last_text(channel) == "none: no incidents"
    assert not channel.last_message.embeds
    assert not channel.last_message.components


@pytest.mark.parametrize(
    "line",
    [
        "incidents Entrust",
        "incident 1897630",
        "why 1897630",
        "similar 1897630",
        "similar 1",
        "sections",
        "section ev-misissuance",
        "summary Entrust since:2024-01-01",
        "classify 1897630 ev-misissuance",
        "unclassify 1897630",
        "status",
        "help",
        "help incidents",
        "watch",
        "unwatch",
        "watches",
    ],
)
async def test_every_command_answers(env, channel, manager, bot_environment, line):
    await manager.send(channel, f"!{line}")
    assert channel.last_message.author.id == env.bot.user.id
    # what members read who have switched embeds off
    assert channel.last_message.content
    assert not bot_environment.problems
    assert not env.errors


async def test_every_command_answers_as_a_slash_command_too(env, channel, manager, bot_environment):
    options = {
        "incident": {"bug": "5"},
        "why": {"bug": "5"},
        "similar": {"bug": "5"},
        "history": {"ca": "Entrust"},
        "commitments": {"ca": "Entrust"},
        "explain": {"term": "last call"},
        "section": {"name": "x"},
        "summary": {"about": "Entrust"},
        "classify": {"bug": "5", "section": "x"},
        "unclassify": {"bug": "5"},
    }
    # those about members' sections: test_section_proposals.py; the form for a draft: test_draft_checks.py
    for spec in (spec for spec in COMMANDS if spec not in SECTION_COMMANDS and spec.name != "checkreport"):
        result = await manager.slash(channel, spec.name, **options.get(spec.name, {}))
        assert result.response.content, spec.name
        assert result.ephemeral == (spec.name == "help")
    assert {spec.name for spec in COMMANDS} == {command.name for command in env.bot.commands}
    assert not env.errors


async def test_an_incident_begins_with_its_state_and_sections_and_has_buttons_for_more(env, channel, member):
    await member.send(channel, "!incident 1897630")
    message = channel.last_message
    assert message.content == "🟠 Bug 1897630 · open · EV mis-issuance"
    assert message.embeds[0].title == "Entrust: Jurisdiction issue"
    assert message.embeds[0].description.split("\n") == [
        "> On 2024-05-19 we found \\# a thing",
        "Opened 15 May 2024 by Entrust",
        "Update due 14 June · 0 comments",
    ]
    (row,) = message.components
    assert [button.label for button in row.children] == ["Open bug", "Why", "Similar"]
    assert row.children[0].url == "https://bugs.example/show_bug.cgi?id=1897630"
    answer = await member.click(message, label="Why")
    assert answer.ephemeral
    assert answer.response.content == "Bug 1897630 is in EV mis-issuance"


async def test_why_shows_the_words_that_decided(env, channel, member):
    await member.send(channel, "!why 5")
    assert channel.last_message.content == "Bug 5 is in EV mis-issuance"
    fields = {field.name: field.value for field in channel.last_message.embeds[0].fields}
    assert fields["Sections"] == "**EV mis-issuance**: 78 % by its text, for jurisdiction, EV"
    assert fields["Perhaps also"] == "**Policy failure**: 31 % by its text"


async def test_a_hostile_title_shows_exactly_and_pings_nobody(env, channel, member):
    for line in ("!incidents hostile", "!incident 666"):
        await member.send(channel, line)
        message = channel.last_message
        assert not message.mention_everyone
        text = f"{message.embeds[0].title} {message.embeds[0].description}"
        assert "\\@everyone \\[click\\]\\(http\\://x\\) \\*\\*boo\\*\\*" in text
        assert HOSTILE in text.replace("\\", "")
    assert env.bot.allowed_mentions.to_dict() == discord.AllowedMentions.none().to_dict()


async def test_suggestions_come_while_typing(env, channel, member):
    choices = await member.autocomplete(channel, "incidents", "ca", "ent")
    assert [choice["value"] for choice in choices] == ["Entrust"]
    choices = await member.autocomplete(channel, "incidents", "section", "")
    assert {"name": "EV mis-issuance", "value": "ev-misissuance"}.items() <= choices[0].items()
    choices = await member.autocomplete(channel, "incident", "bug", "1")
    assert len(choices) == 25
    assert all(len(choice["name"]) <= 100 and "\u202e" not in choice["name"] for choice in choices)
    choices = await member.autocomplete(channel, "summary", "about", "")
    assert [choice["value"] for choice in choices][:3] == ["Entrust", "E-Tugra", "ev-misissuance"]


async def test_a_suggestion_that_fails_says_so(env, channel, member, bot_environment):
    choices = await member.autocomplete(channel, "incidents", "ca", "boom")
    assert [choice["name"] for choice in choices] == [UNEXPECTED_ERROR]
    assert bot_environment.problems == ["A suggestion failed: RuntimeError"]


async def test_help_says_what_can_be_asked(env, channel, member):
    await member.send(channel, "!help")
    assert channel.last_message.content == "Ask me for example `!incidents Entrust`."
    named = " ".join(field.value for field in channel.last_message.embeds[0].fields)
    assert [f"`{spec.name}`" in named for spec in COMMANDS] == [True] * len(COMMANDS)
    (menu,) = (part for row in channel.last_message.components for part in row.children)
    chosen = await member.select(channel.last_message, custom_id=menu.custom_id, values=[menu.options[0].value])
    assert chosen.ephemeral
    assert "`!incidents Entrust`" in chosen.response.embeds[0].description
    await member.send(channel, "!help !summary")
    assert "!summary" in last_text(channel)
    await member.send(channel, "!help cooking")
    assert "There is no command cooking" in last_text(channel)


async def test_without_message_content_help_says_how_to_write(bot_environment):
    async with simcord.run(bot_environment.bot(message_content=False)) as env:
        guild = env.create_guild()
        channel = guild.create_text_channel("alerts")
        member = guild.add_member(env.create_user("alice"))
        await member.send(channel, f"<@{env.bot.user.id}> help")
        assert "I may not read messages here: write `/`, or mention me" in last_text(channel)
        assert "`/incidents Entrust`" in last_text(channel)


@pytest.mark.simcord(settle_timeout=4)  # longer than Discord waits, shorter than the answer takes
async def test_a_slow_answer_is_announced_before_discord_gives_up(env, channel, member, bot_environment, monkeypatch):
    quick = bot_environment.use_cases.incidents.detail

    async def slow(actor, bug):
        await asyncio.sleep(5)
        return await quick(actor, bug)

    monkeypatch.setattr(bot_environment.use_cases.incidents, "detail", slow)
    result = await member.slash(channel, "incident", bug="5")
    assert result.deferred
    await env.advance_time(10)
    assert channel.last_message.embeds[0].url.endswith("id=5")
    assert not bot_environment.problems


async def test_a_slow_answer_that_fails_says_why(env, channel, member, bot_environment, monkeypatch):
    quick = bot_environment.use_cases.incidents.detail

    async def slow(actor, bug):
        await asyncio.sleep(5)
        return await quick(actor, bug)

    monkeypatch.setattr(bot_environment.use_cases.incidents, "detail", slow)
    result = await member.slash(channel, "incident", bug="404")
    await env.advance_time(10)
    messages = [result.response, *result.followups]
    assert any(message and message.content == "Rootwatch does not know bug 404 as an incident." for message in messages)


async def test_no_choice_offered_is_empty(env):
    for command in env.bot.tree.get_commands():
        for option in command.to_dict(env.bot.tree)["options"]:
            assert all(choice["name"] for choice in option.get("choices", ())), option


async def test_commands_are_registered_only_when_they_changed(bot_environment):
    for _ in range(2):
        async with simcord.run(bot_environment.bot()):
            pass
    assert bot_environment.hash_saves == 1
    assert bot_environment.opened == 2

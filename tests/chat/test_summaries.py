"""The command summary in Discord: the answer in a line, then sentences with their sources, and the buttons below."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.render.summaries import render_sources, render_summary, render_summary_sections
from handlers.results.summaries import BugSummary
from tests.support.fake_use_cases import HOSTILE, TITLES, FakeUseCases, incident
from tests.support.summaries import group_summary

pytestmark = pytest.mark.simcord(check_errors=False)

BUG_URL = FakeUseCases().bug_url
LINK = "[{0}](https://bugs.example/show_bug.cgi?id={0})"


async def test_the_numbers_come_first_and_every_bug_is_linked(env, channel, member):
    await member.send(channel, "!summary Entrust since:2024-01-01")
    message = channel.last_message
    assert message.content == (
        "Entrust since 1 January 2024: 9 bugs, of which 1 is no incident, 3 still open (2023: 1)"
    )
    first, longest, newest, again, on_list = message.embeds[0].description.split("\n")
    assert first == "Jurisdiction issue 9 (1 by text)"
    assert longest == f"Longest open {LINK.format(1897628)} Jurisdiction issue, since 13 May 2024"
    assert newest == f"Newest {LINK.format(1897630)} Jurisdiction issue, 15 May 2024"
    assert again.startswith(f"Same fault again: jurisdiction {LINK.format(1897630)} (2024), ")
    assert on_list == "On the list: [Jurisdiction issue](https://list.example/1)"


async def test_a_bugs_summary_says_who_wrote_what_it_quotes_and_where(env, channel, member):
    await member.send(channel, "!summary 7")
    message = channel.last_message
    assert message.content == "Bug 7 of Entrust: open for 12 days"
    embed = message.embeds[0]
    assert embed.url == BUG_URL(7)
    assert "> It was late.\n– Entrust, [comment 2](https://bugs.example/show_bug.cgi?id=7#c2)" in embed.description
    assert f"Refers to {LINK.format(8)} Entrust: Jurisdiction issue" in embed.description


@pytest.mark.parametrize(
    ("label", "expected"),
    [("Open ones", "1897630"), ("By section", "Jurisdiction issue 9"), ("Sources", "Opened in 2024, 9: [1897630]")],
)
async def test_the_buttons_answer_their_member_alone(env, channel, member, label, expected):
    await member.send(channel, "!summary Entrust since:2024-01-01")
    message = channel.last_message
    (button,) = [part for row in message.components for part in row.children if part.label == label]
    answered = await member.click(message, custom_id=button.custom_id)
    assert answered.ephemeral
    assert expected in answered.response.embeds[0].description


async def test_a_hostile_title_shows_exactly_and_does_nothing(env, channel, member):
    await member.send(channel, "!summary hostile")
    message = channel.last_message
    assert not message.mention_everyone
    text = message.embeds[0].description
    assert "](http://x)" not in text
    assert "**boo**" not in text


@given(st.text(max_size=300))
def test_whatever_a_title_holds_a_summary_fits_into_an_embed(text):
    members = tuple(incident(1897000 + n, title=text) for n in range(200))
    for kind in ("ca", "section"):
        summary = group_summary(text or "x", members, text or HOSTILE, kind)
        for answer in (
            render_summary(summary, BUG_URL),
            render_summary_sections(summary, BUG_URL),
            render_sources(summary, BUG_URL),
        ):
            assert len(answer.content) <= 300
            assert len(answer.embed) <= 6000
    bug = BugSummary(members[0], 3, text, text, members[1:9], (), TITLES)
    assert len(render_summary(bug, BUG_URL).embed) <= 6000

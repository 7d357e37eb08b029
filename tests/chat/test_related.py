"""The command similar in Discord: headings, links and reasons, and the table to paste."""

import re

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.render.related import render_related
from bot.formatting.plain import to_single_line
from bot.formatting.related_table import code_block, escape_table_cell, related_rows
from handlers.results.related import RelatedIncidents
from tests.support.fake_use_cases import HOSTILE, FakeUseCases, echo, incident

pytestmark = pytest.mark.simcord(check_errors=False)

BUG_URL = FakeUseCases().bug_url
LINK = "[{0}](https://bugs.example/show_bug.cgi?id={0})"
TEXTS = st.text(st.one_of(st.characters(), st.sampled_from("|`\\\n\r<>[]()*_~&@:#\u2028\u202e")), max_size=90)
CELLS = re.compile(r"(?:\\[!-/:-@\[-`{-~]|[^|\\])*")


def parse_cells(row):
    """Read a row as GitHub's Markdown does: a backslash takes the next punctuation along."""
    cells, index = [], 0
    while index < len(row):
        match = CELLS.match(row, index)
        cells.append(match[0])
        index = match.end() + 1
    return [cell.strip() for cell in cells[1:]]


async def test_echoes_stand_under_their_headings_with_links_days_and_reasons(env, channel, member):
    await member.send(channel, "!similar 5")
    (embed,) = channel.last_message.embeds
    assert embed.url == BUG_URL(5)
    referred, same_ca, other_cas = embed.description.split("\n\n")
    assert referred.startswith(f"**It refers to**\n{LINK.format(11)} EV jurisdiction wrong (2024-05-12, *referred to*)")
    assert referred.endswith("more than two years before")
    assert (
        same_ca
        == f"**Like it, of the same CA**\n{LINK.format(12)} EV jurisdiction wrong (2024-05-13, *jurisdiction, ev*)"
    )
    assert f"{LINK.format(13)} DigiCert: EV jurisdiction wrong" in other_cas


async def test_the_table_of_two_years_is_ready_to_paste(env, channel, member):
    await member.send(channel, "!similar 5")
    content = channel.last_message.content
    block = re.search(r"```\n(.*)\n```", content, re.DOTALL)[1].split("\n")
    assert block == [
        "| Bug | Date | Description |",
        "|---|---|---|",
        f"| {LINK.format(12)} | 2024-05-13 | Entrust: EV jurisdiction wrong. In common: jurisdiction, ev |",
        f"| {LINK.format(13)} | 2024-05-14 | DigiCert: EV jurisdiction wrong. In common: jurisdiction, ev |",
    ]


async def test_a_table_that_fits_no_message_comes_as_a_file(env, channel, member):
    await member.send(channel, "!similar 30")
    (file,) = channel.last_message.attachments
    assert file.filename == "related-incidents-30.md"
    assert "```" not in channel.last_message.content
    assert "… and 25 more." in channel.last_message.embeds[0].description


async def test_where_files_are_not_allowed_the_table_says_how_many_are_missing(env, guild, member):
    no_files = discord.PermissionOverwrite(attach_files=False)
    channel = guild.create_text_channel("bare", overwrites={env.bot.user: no_files})
    await member.send(channel, "!similar 30")
    content = channel.last_message.content
    assert not channel.last_message.attachments
    assert len(content) <= 2000
    assert re.search(r"\n[0-9]+ more did not fit", content)


async def test_an_incident_like_no_other_says_so(env, channel, member):
    await member.send(channel, "!similar 1")
    assert channel.last_message.embeds[0].description == "No earlier incident is like it, and it refers to none."
    assert not channel.last_message.content


async def test_a_hostile_title_ends_neither_the_code_block_nor_a_ping(env, channel, member):
    await member.send(channel, "!similar 666")
    message = channel.last_message
    assert not message.mention_everyone
    assert message.content.count("```") == 2
    assert "](http://x)" not in message.content + message.embeds[0].description


async def test_by_slash_the_bug_is_suggested_and_the_answer_is_the_same(env, channel, member):
    result = await member.slash(channel, "similar", bug="5")
    assert "| Bug | Date | Description |" in result.response.content
    assert result.response.embeds[0].url == BUG_URL(5)


@given(TEXTS, TEXTS, TEXTS)
def test_whatever_a_title_holds_the_table_keeps_its_three_columns(title, reason, ca):
    related = echo(12, (reason, "x"), title=title, ca=ca)
    rows = related_rows(RelatedIncidents(incident(5), (related, echo(13))), BUG_URL)
    assert len(rows) == 4
    for row in rows:
        assert len(row.splitlines()) == 1
        assert "```" not in row
        assert len(parse_cells(row)) == 3
    block, omitted = code_block(rows, 2000)
    assert (block.count("```"), omitted) == (2, 0)
    embed = render_related(RelatedIncidents(incident(5, title=title), (related,) * 40), BUG_URL)
    assert len(embed) <= 6000


@given(TEXTS)
def test_a_cell_shows_what_was_written(text):
    cell = escape_table_cell(text, 1000)
    assert re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", cell) == to_single_line(text, 1000)
    assert not re.search(r"[|`<\[*_~&\\]", re.sub(r"\\[!-/:-@\[-`{-~]", "", cell))


def test_a_table_never_outgrows_a_message():
    related = tuple(echo(1_000_000 + n, ca="Telia", title=HOSTILE * 9) for n in range(10))
    block, omitted = code_block(related_rows(RelatedIncidents(incident(5), related), BUG_URL), 1000)
    assert len(block) <= 1000
    assert omitted > 0
    assert block.endswith("|\n```")

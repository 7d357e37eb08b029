"""The command similar in Discord: the answer in a line, the others under headings, and the table as a file."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.render.related import render_related
from bot.formatting.plain import to_single_line
from bot.formatting.related_table import escape_table_cell, related_rows
from handlers.results.related import RelatedIncidents
from tests.support.fake_use_cases import FakeUseCases, alike, echo, incident

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


async def press(channel, member, label):
    message = channel.last_message
    (button,) = [part for row in message.components for part in row.children if part.label == label]
    return await member.click(message, custom_id=button.custom_id)


def answer(title, echoes=(), alike=(), limit=2):
    return render_related(RelatedIncidents(incident(20, title=title), echoes, alike), BUG_URL, limit)


async def test_the_answer_comes_first_and_the_others_under_their_headings(env, channel, member):
    await member.send(channel, "!similar 5")
    message = channel.last_message
    assert message.content == "5 refers to 11 EV jurisdiction wrong (Entrust, within a day)"
    assert message.embeds[0].url == BUG_URL(5)
    assert message.embeds[0].description.split("\n") == [
        "**Refers to**",
        f"{LINK.format(11)}, 12 May 2024",
        "**Entrust before**",
        f"{LINK.format(12)} EV jurisdiction wrong, 13 May 2024 (both: jurisdiction)",
        "**Other CAs**",
        f"{LINK.format(13)} DigiCert: EV jurisdiction wrong, 14 May 2024 (both: jurisdiction)",
    ]


def test_a_late_revocation_belongs_to_the_incident_that_it_is_about():
    cause = echo(14, ("jurisdiction issue",), title="Jurisdiction issue", may_be_cause=True)
    title = "Delayed revocation of certificates affected by Jurisdiction issue"
    late = answer(title, (cause,), (alike(13, ("delayed revocation",), title="Delayed revocation"),))
    assert late.content == "20 belongs to 14 Jurisdiction issue (Entrust, 6 days earlier)"
    assert late.embed.description.split("\n")[0] == "**Belongs to**"


def test_what_a_ca_had_before_comes_before_what_others_had():
    before = alike(14, title="Jurisdiction issue")
    other = alike(13, ca="DigiCert", title="Jurisdiction issue")
    title = "Jurisdiction issue in some certificates"
    assert answer(title, alike=(other, before)).content == (
        "Entrust had this before: 14 Jurisdiction issue (6 days earlier)"
    )
    assert answer(title, alike=(other,)).content == "20 is like 13 Jurisdiction issue (DigiCert, 7 days earlier)"


def test_what_is_only_older_than_two_years_comes_after_saying_so():
    old = alike(14, title="Jurisdiction issue", recent=False)
    other = alike(13, ca="DigiCert", title="Jurisdiction issue")
    title = "Jurisdiction issue in some certificates"
    assert answer(title, alike=(old,)).content == (
        "Found nothing like 20 in the two years before; earlier 14 Jurisdiction issue (Entrust, 6 days earlier)"
    )
    assert answer(title, alike=(old, other)).content == "20 is like 13 Jurisdiction issue (DigiCert, 7 days earlier)"


def test_what_refers_to_another_may_be_of_a_new_kind_all_the_same():
    note = "Found nothing else like it in the two years before"
    assert answer("Something", (echo(14),)).embed.description.split("\n")[:2] == [note, "**Refers to**"]
    assert note not in answer("Something", (echo(14),), (alike(13),)).embed.description
    assert note in answer("Something", (echo(14),), (alike(13, recent=False),)).embed.description


def test_what_it_may_refer_to_is_shown_with_all_the_others_alone():
    likely = echo(15, ("same CA, 3 days before",), title="CRL late")
    assert answer("Something", (likely,)).content == (
        "Found nothing like 20 in the two years before, and it refers to no earlier incident"
    )
    assert not answer("Something", (likely,)).embed.description
    assert answer("Something", (likely,), limit=None).embed.description.split("\n") == [
        "**May refer to**",
        f"{LINK.format(15)} CRL late, 16 May 2024 (same CA, 3 days before)",
    ]


def test_of_copies_that_were_filed_together_one_is_shown_and_all_are_in_the_table():
    copies = tuple(alike(number, ca="Telia", copy_of=21) for number in range(22, 122))
    related = RelatedIncidents(incident(140), (), (alike(21, ca="Telia"), *copies, alike(13, ca="DigiCert")))
    lines = render_related(related, BUG_URL).embed.description.split("\n")
    assert [line.split("]")[0] for line in lines] == ["**Other CAs**", "[21", "[13"]
    assert len(related_rows(related, BUG_URL)) == 2 + 102


async def test_the_table_comes_by_its_button_alone_as_a_file_to_one_member(env, channel, member):
    await member.send(channel, "!similar 5")
    assert not channel.last_message.attachments
    answered = await press(channel, member, "Table for a report")
    assert answered.ephemeral
    assert not answered.response.embeds
    (file,) = answered.response.attachments
    assert file.filename == "related-incidents-5.md"


def test_the_table_of_two_years_is_ready_to_paste():
    echoes = (echo(11, recent=False), echo(12), echo(15, ("same CA, 3 days before",)))
    others = (alike(13, ca="DigiCert"), alike(14, recent=False), alike(12))
    assert related_rows(RelatedIncidents(incident(5), echoes, others), BUG_URL) == (
        "| Bug | Date | Description |",
        "|---|---|---|",
        f"| {LINK.format(12)} | 2024-05-13 | Entrust: EV jurisdiction wrong. Referred to |",
        f"| {LINK.format(13)} | 2024-05-14 | DigiCert: EV jurisdiction wrong. In common: jurisdiction |",
    )


async def test_a_button_shows_how_many_more_there_are(env, channel, member):
    await member.send(channel, "!similar 30")
    assert channel.last_message.embeds[0].description.count("https://bugs.example") == 4
    answered = await press(channel, member, "30 more")
    assert answered.ephemeral
    assert answered.response.embeds[0].description.count("https://bugs.example") > 20


async def test_an_incident_like_no_other_says_so_without_buttons(env, channel, member):
    await member.send(channel, "!similar 1")
    message = channel.last_message
    assert message.content == "Found nothing like 1 in the two years before, and it refers to no earlier incident"
    assert not message.components


async def test_a_hostile_title_pings_nobody_and_links_nothing(env, channel, member):
    await member.send(channel, "!similar 666")
    message = channel.last_message
    assert not message.mention_everyone
    assert "](http://x)" not in message.content + message.embeds[0].description + message.embeds[0].title


async def test_by_slash_the_answer_is_the_same(env, channel, member):
    result = await member.slash(channel, "similar", bug="5")
    assert result.response.content.startswith("5 refers to 11")
    assert result.response.embeds[0].url == BUG_URL(5)


@given(TEXTS, TEXTS, TEXTS)
def test_whatever_a_title_holds_the_table_keeps_its_three_columns(title, reason, ca):
    related = alike(12, (reason, "x y"), title=title, ca=ca)
    rows = related_rows(RelatedIncidents(incident(5), (echo(13, title=title),), (related,)), BUG_URL)
    assert len(rows) == 4
    for row in rows:
        assert len(row.splitlines()) == 1
        assert len(parse_cells(row)) == 3
    echoes = (echo(14, (reason,), title=title, ca=ca), echo(13, title=title, ca=ca))
    many = RelatedIncidents(incident(5, title=title), echoes, (related,) * 40)
    for limit in (3, None):
        shown = render_related(many, BUG_URL, limit)
        assert len(shown.embed) <= 6000
        assert len(shown.content) <= 600


@given(TEXTS)
def test_a_cell_shows_what_was_written(text):
    cell = escape_table_cell(text, 1000)
    assert re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", cell) == to_single_line(text, 1000)
    assert not re.search(r"[|`<\[*_~&\\]", re.sub(r"\\[!-/:-@\[-`{-~]", "", cell))

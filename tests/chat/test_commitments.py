"""The command commitments and its buttons."""

from dataclasses import replace
from datetime import date

import pytest

from bot.chat.render.commitments import render_commitments
from bot.chat.render.escape import MAX_CUSTOM_ID
from handlers.queries.commitment_filters import parse_commitment_query
from handlers.results.commitments import CommitmentCounts
from tests.support.commitments import commitment_list, promise
from tests.support.fake_use_cases import HOSTILE, incident

pytestmark = pytest.mark.simcord(check_errors=False)


def bug_url(bug):
    return f"https://bugs.example/show_bug.cgi?id={bug}"


def buttons(message):
    return [part.label for row in message.components for part in row.children if not hasattr(part, "options")]


async def test_each_promise_has_its_words_what_became_of_it_and_where_it_was_said(env, channel, member):
    await member.send(channel, "!commitments Entrust")
    message = channel.last_message
    assert message.content == (
        "Entrust: 9 promises, 4 open (2 past the date), 3 done, 1 done late, 1 closed without a word"
    )
    lines = message.embeds[0].description.split("\n")
    link = "https://bugs.example/show_bug.cgi?id="
    assert lines == [
        f"🔴 [1897630]({link}1897630) “We will revoke them by 2024-06-10 Jurisdiction issue”",
        f"alice, [3 June]({link}1897630#c3) · due 10 June, not told done",
        f"⚪ [1897629]({link}1897629) “We will train the clerks by 2024-07-01”",
        f"alice, [3 June]({link}1897629#c3) · due 1 July, open",
        f"🟡 [1897628]({link}1897628) “We will revoke them by 2024-06-10”",
        (
            f"alice, [3 June]({link}1897628#c3) · due 10 June ([moved once]({link}1897628#c4)), done "
            f"[12 June]({link}1897628#c5), 2 days late"
        ),
        f"🟢 [1897627]({link}1897627) “Deploy the linter” (an intention)",
        f"alice, [3 June]({link}1897627#c3) · no date, done [12 June]({link}1897627#c5)",
    ]
    assert message.embeds[0].footer.text == "1–4 of 12 · read by a program from the public comments"
    assert not env.errors


async def test_pages_are_turned_in_place_and_filters_are_buttons(env, channel, member):
    await member.send(channel, "!commitments Entrust")
    assert buttons(channel.last_message) == ["‹", "1/2", "›", "Open", "Broken"]
    await member.click(channel.last_message, label="›")
    query, page = env.bot.use_cases.calls[-1]
    assert (query.ca, query.scope, page) == ("Entrust", "all", 1)
    await member.click(channel.last_message, label="Broken")
    query, page = env.bot.use_cases.calls[-1]
    assert (query.ca, query.scope, page) == ("Entrust", "broken", 0)
    assert channel.last_message.content.endswith("; of these the broken ones")
    await member.click(channel.last_message, label="All")
    assert env.bot.use_cases.calls[-1][0].scope == "all"
    assert not env.errors


async def test_the_slash_command_asks_the_same_and_a_ca_is_needed(env, channel, member):
    await member.slash(channel, "commitments", ca="Entrust", only="broken")
    query, _ = env.bot.use_cases.calls[-1]
    assert (query.ca, query.scope) == ("Entrust", "broken")
    await member.send(channel, "!commitments")
    assert "commitments CA or BUG" in channel.last_message.content
    await member.send(channel, "!commitments Nobody CA")
    assert "No CA owner called “Nobody CA” is known" in channel.last_message.content


@pytest.mark.parametrize(
    ("line", "ca", "bug", "scope", "page"),
    [
        ("Entrust", "Entrust", None, "all", None),
        ("broken", "", None, "broken", None),
        ("Let's Encrypt BROKEN page:3", "Let's Encrypt", None, "broken", 2),
        ("open SSL.com", "SSL.com", None, "open", None),
        ("1897630 open", "", 1897630, "open", None),
        ("", "", None, "all", None),
    ],
)
def test_filters_are_words_beside_the_ca_or_the_bug(line, ca, bug, scope, page):
    query = parse_commitment_query(line)
    assert (query.ca, query.bug, query.scope, query.page) == (ca, bug, scope, page)


def test_what_the_bug_does_not_tell_is_said_as_that():
    rows = [
        promise(incident(5), became="never"),
        promise(incident(6), due=None, became="unknown"),
        promise(incident(7), became="canceled"),
        promise(incident(8), became="late", done_on=date(2024, 6, 12), late_days=2, of_bug=9),
    ]
    text = render_commitments(commitment_list([], ca="Entrust", rows=rows), bug_url).embed.description
    assert "due 10 June, closed without a word" in text
    assert "no date, its end is not told" in text
    assert "due 10 June, canceled [12 June](" in text
    assert "told in [9](" in text
    assert "broken" not in text
    assert "violat" not in text


def test_nothing_promised_and_nothing_broken_are_said():
    listed = commitment_list([], ca="Entrust", rows=[], scope="broken", page_count=0)
    assert render_commitments(listed, bug_url).content.endswith("; none is broken")
    empty = type(listed)(listed.owners, listed.as_of, "", "all", None, CommitmentCounts(), (), 0)
    assert render_commitments(empty, bug_url).content == "Entrust: no promise was found"
    unread = replace(empty, unread=2)
    assert render_commitments(unread, bug_url).content == (
        "Entrust: no promise was found in what was read so far; 2 incidents could not be read"
    )


async def test_hostile_words_format_nothing_and_ids_fit(env, channel, member):
    row = promise(incident(5, title=HOSTILE, ca="x"), HOSTILE)
    embed = render_commitments(commitment_list([], rows=[row]), bug_url).embed
    assert "[click](http" not in embed.description
    assert "**boo" not in embed.description
    for ca in ("x" * 200, "y" * 70):
        await member.send(channel, f"!commitments {ca}")
        ids = [part.custom_id for row in channel.last_message.components for part in row.children]
        assert all(len(custom_id) <= MAX_CUSTOM_ID for custom_id in ids)
    assert not env.errors

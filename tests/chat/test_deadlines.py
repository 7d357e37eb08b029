"""The commands deadlines and history, their buttons, and the running clocks on an incident's card."""

from dataclasses import replace
from datetime import date

import pytest

from bot.chat.render.deadlines import render_deadlines, render_history
from bot.chat.render.escape import MAX_CUSTOM_ID
from tests.support.deadlines import deadline_list, listed, missed_history
from tests.support.fake_use_cases import HOSTILE, incident

pytestmark = pytest.mark.simcord(check_errors=False)


def bug_url(bug):
    return f"https://bugs.example/show_bug.cgi?id={bug}"


def buttons(message):
    return [part.label for row in message.components for part in row.children if not hasattr(part, "options")]


def description(rows, **options):
    return render_deadlines(deadline_list(rows, **options), bug_url).embed.description


async def test_what_appears_overdue_comes_first_and_a_page_has_six(env, channel, member):
    await member.send(channel, "!deadlines")
    message = channel.last_message
    assert message.content == "All CAs: 5 clocks appear overdue, 1 due"
    lines = message.embeds[0].description.split("\n")
    assert lines[0].startswith(
        "🔴 **[1897630](https://bugs.example/show_bug.cgi?id=1897630) Entrust**: answer to a question appears overdue "
        "since 18 June: “Jurisdiction issue"
    )
    assert lines[1] == (
        "[guidelines 2.0](https://www.ccadb.org/cas/incident-report): 7 days, asked for · set by "
        "[comment 3](https://bugs.example/show_bug.cgi?id=1897630#c3) · CA’s last word "
        "[3 June](https://bugs.example/show_bug.cgi?id=1897630#c2)"
    )
    assert lines[-2].startswith("⚪ **[1897620]")
    assert lines[-2].endswith("weekly update due 24 June (in 4 days)")
    assert message.embeds[0].footer.text == "1–6 of 18 · a reading, no verdict"
    assert buttons(message) == ["‹", "1/3", "›", "Overdue", "7d"]
    assert not env.errors


async def test_pages_are_turned_in_place_and_filters_are_buttons(env, channel, member):
    await member.send(channel, "!deadlines Entrust")
    await member.click(channel.last_message, label="›")
    query, page = env.bot.use_cases.calls[-1]
    assert (query.ca, query.scope, page) == ("Entrust", "running", 1)
    await member.click(channel.last_message, label="Overdue")
    query, page = env.bot.use_cases.calls[-1]
    assert (query.ca, query.scope, page) == ("Entrust", "overdue", 0)
    await member.click(channel.last_message, label="All")
    await member.click(channel.last_message, label="7d")
    query, _ = env.bot.use_cases.calls[-1]
    assert (query.ca, query.days) == ("Entrust", 7)
    assert not env.errors


@pytest.mark.parametrize(
    ("line", "ca", "scope", "days"),
    [
        ("overdue", "", "overdue", None),
        ("7d", "", "running", 7),
        ("Let's Encrypt overdue", "Let's Encrypt", "overdue", None),
        ("30D SSL.com", "SSL.com", "running", 30),
    ],
)
async def test_filters_are_words_beside_the_ca(env, channel, member, line, ca, scope, days):
    await member.send(channel, f"!deadlines {line}")
    query, _ = env.bot.use_cases.calls[-1]
    assert (query.ca, query.scope, query.days) == (ca, scope, days)
    assert not env.errors


async def test_options_of_the_slash_command_say_the_same(env, channel, member):
    await member.slash(channel, "deadlines", ca="Entrust", only="overdue")
    query, _ = env.bot.use_cases.calls[-1]
    assert (query.ca, query.scope) == ("Entrust", "overdue")


async def test_the_card_of_an_incident_shows_its_running_clocks_in_short_lines(env, channel, member):
    await member.send(channel, "!incident 5")
    message = channel.last_message
    lines = message.embeds[0].description.split("\n")
    assert lines[-4].startswith("🔴 Answer to a question appears overdue since 18 June: “Why?” · [comment 3](")
    assert lines[-4].endswith(" · asked for")
    assert lines[-1] == "… and 2 more clocks"
    assert buttons(message) == ["Open bug", "Why", "Similar", "Deadlines"]
    answer = await member.click(message, label="Deadlines")
    assert answer.ephemeral
    assert answer.response.content == "Bug 5: 5 clocks appear overdue"
    assert not env.errors


async def test_the_history_counts_by_year_and_rule_beside_all_cas(env, channel, member):
    await member.send(channel, "!history Entrust")
    message = channel.last_message
    assert message.content == "Entrust: 2 clocks appear missed in 4 incidents, 0.5 each (all CAs: 0.5 each)"
    lines = message.embeds[0].description.split("\n")
    assert lines[0].replace("\\", "") == "2024: 2 in 4 incidents (all CAs 10 in 20): weekly update 2"
    assert "weekly update due 1 May 2024, 3 days late · [comment 4](" in lines[2]
    assert "left open by the rules" in lines[-1]
    await member.click(message, label="›")
    assert env.bot.use_cases.calls[-1] == ("Entrust", 1)
    assert "all CAs" not in channel.last_message.embeds[0].description
    assert not env.errors


async def test_an_unknown_ca_is_said_and_history_needs_one(env, channel, member):
    await member.send(channel, "!deadlines Nobody CA")
    assert "No CA owner called “Nobody CA” is known" in channel.last_message.content
    await member.send(channel, "!history")
    assert "history Entrust" in channel.last_message.content


def test_a_should_is_shown_as_one_and_what_the_rules_leave_open_as_open():
    subject = incident(5)
    text = description([listed(subject, "weekly-2.0", why="the CA's last word is older")])
    assert ": 7 days, should" in text
    assert text.startswith("🟡 ")
    assert "weekly update appears overdue since 18 June" in text
    assert text.split("\n")[1].replace("\\", "") == "Open: the CA's last word is older"
    assert "violat" not in text


def test_the_headline_says_how_much_of_it_is_open():
    rows = [listed(incident(5)), listed(incident(6), why="open")]
    answer = render_deadlines(deadline_list(rows, ca="Entrust"), bug_url)
    assert answer.content == "Entrust: 2 clocks appear overdue (1 left open by the rules)"
    nothing = render_deadlines(deadline_list([listed(incident(5), state="due", due=date(2024, 6, 21))]), bug_url)
    assert nothing.content == "All CAs: nothing appears overdue, 1 due"
    assert render_deadlines(deadline_list([]), bug_url).content == "All CAs: no clock is running"


def test_that_nothing_runs_is_only_said_of_what_was_read():
    unread = "in what was read so far; 16 incidents could not be read"
    answer = render_deadlines(deadline_list([], ca="Entrust", unread=16), bug_url)
    assert answer.content == f"Entrust: no clock is running {unread}"
    later = render_deadlines(deadline_list([], days=7, unread=16), bug_url)
    assert later.content.endswith(f" {unread}")
    history = replace(
        missed_history(incident(5), count=0), years=(), all_years={}, incident_count=0, all_incident_count=0, unread=16
    )
    assert render_history(history, bug_url).content == (
        "Entrust: no missed clock appears in 0 incidents (all CAs: 0 each); 16 incidents could not be read so far"
    )


def test_unknown_and_missing_words_are_said():
    text = description([listed(incident(5), "action-due", None, "unknown", last_word=None, subject="Fix it")])
    assert "action item of unknown date: “Fix it”" in text
    assert "no word of the CA yet" in text


def test_several_questions_of_one_comment_are_one_row():
    text = description([listed(incident(5), count=3, subject="Why?")])
    assert "answers to 3 questions appear overdue since 18 June" in text


def test_a_hostile_title_and_question_format_nothing():
    rows = [listed(incident(5, title=HOSTILE), subject=HOSTILE, why=HOSTILE)]
    for embed in (
        render_deadlines(deadline_list(rows, ca="x"), bug_url).embed,
        render_history(missed_history(incident(5, title=HOSTILE), HOSTILE), bug_url).embed,
    ):
        assert "[click](http" not in embed.description
        assert "**boo" not in embed.description


async def test_ids_of_buttons_fit_whatever_a_ca_is_called(env, channel, member):
    await member.send(channel, f"!deadlines {'x' * 200}")
    await member.send(channel, f"!history {'x' * 70}")
    ids = [part.custom_id for row in channel.last_message.components for part in row.children]
    assert ids
    assert all(len(custom_id) <= MAX_CUSTOM_ID for custom_id in ids)
    assert not env.errors

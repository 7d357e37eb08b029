"""The button below an alert about a list message that asks for a section, its form, and the proposal."""

import asyncio
import html

import pytest
from aiohttp import web

from bot.chat.errors import UNEXPECTED_ERROR
from bot.polling.results import NullProgress
from bot.terminal.layout import OutputStyle
from bot.terminal.render.dispatch import render
from handlers.sections.list_requests import mark_list_alerts_stale
from handlers.sections.service import SectionService
from storage import events, incidents
from storage.database import Database
from storage.values.incidents import GLOBAL_COMMUNITY
from tests.chat.interactions import fields, poll_and_deliver
from tests.chat.section_requests import (
    BUG,
    OTHER_BUG,
    REQUEST,
    UNKNOWN,
    buttons,
    form_values,
    press_button,
)
from tests.support.database import read
from tests.support.replay import http_server
from tests.support.small_corpus import FIRST_BUG, announcements, build_app, open_app

pytestmark = pytest.mark.simcord(check_errors=False)
HOSTILE = "@everyone <@1> **boo** [click](x) ||hush||"


class SmallList:
    """A feed whose entries a test adds."""

    def __init__(self):
        self.entries = []

    def post(self, body, subject="Recent incidents"):
        self.entries.insert(0, (len(self.entries) + 1, subject, html.escape(body).replace("\n", "<br>")))

    async def handle_request(self, _request):
        entries = "".join(
            f"<entry><id>urn:message:{number}</id><title>{html.escape(subject)}</title>"
            f'<updated>2024-05-07T12:00:00Z</updated><link href="https://list.example/{number}"/>'
            f'<summary type="html">{html.escape(body)}</summary></entry>'
            for number, subject, body in self.entries
        )
        feed = f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>List</title>{entries}</feed>'
        return web.Response(text=feed, content_type="application/atom+xml")


@pytest.fixture
async def mailing_list():
    mailing_list = SmallList()
    mailing_list.post("An old message.")
    async with http_server(mailing_list.handle_request) as url:
        mailing_list.url = f"{url}/list.atom"
        yield mailing_list


@pytest.fixture
async def program(database_url, running_bugzilla, mailing_list):
    app = build_app(database_url, running_bugzilla[1], mailing_list.url, kind="feed")
    yield app
    await app.close()


@pytest.fixture
def simcord_bot(program):
    return program.bot


@pytest.fixture
async def alert(program, watched_channel, mailing_list):
    mailing_list.post(REQUEST)
    return await poll_and_deliver(program, watched_channel)


async def test_a_request_is_announced_with_its_name_and_the_bugs_that_it_names(program, alert):
    values = fields(alert)
    lines = values["Asks for a section: geographical"].splitlines()
    link = f"[{BUG}]({program.use_cases.bug_url(BUG)})"
    assert lines[0] == f"{link} Sectigo: Wrong state or province in OV certificates · 31 December 2024"
    assert f"[{OTHER_BUG}]" in lines[1]
    assert len(lines) == 2
    assert values["Not known here"] == f"[{UNKNOWN}]({program.use_cases.bug_url(UNKNOWN)})"
    assert not [name for name in values if name.startswith("Bugs it mentions")]
    assert [button.label for button in buttons(alert)] == ["Propose this section"]


async def test_whoever_asks_again_in_the_thread_with_the_same_bugs_is_announced_without_a_button(
    program, watched_channel, mailing_list, alert
):
    mailing_list.post(f"+1. {REQUEST}", subject="Re: Recent incidents")
    again = await poll_and_deliver(program, watched_channel)
    assert again.embeds[0].title == "Re\\: Recent incidents"
    assert buttons(again) == []
    mailing_list.post(REQUEST.replace(f", bug {OTHER_BUG}", ""), subject="Re: Recent incidents")
    other_bugs = await poll_and_deliver(program, watched_channel)
    mailing_list.post(REQUEST, subject="Another thread")
    other_thread = await poll_and_deliver(program, watched_channel)
    assert [button.label for button in (*buttons(other_bugs), *buttons(other_thread))] == ["Propose this section"] * 2


async def test_the_button_opens_a_form_filled_in_with_name_and_bugs_and_that_proposes_the_section(
    env, program, watched_channel, member, alert
):
    result = await press_button(member, alert)
    values = form_values(result)
    assert list(values.values()) == ["geographical", f"{BUG} {OTHER_BUG}", ""]
    assert not env.errors
    await member.submit_modal(result, values)
    await member.send(watched_channel, "!section geographical")
    assert watched_channel.last_message.content.startswith("geographical: proposed; 2 incidents")
    assert not env.errors


async def test_the_button_outlives_a_restart(env, program, member, alert):
    program.recreate_bot(message_content=True)
    await env.restart_bot(program.bot)
    result = await press_button(member, alert)
    await member.submit_modal(result, form_values(result))
    assert "geographical" in await program.use_cases.sections.titles(alert.guild.id)
    assert not env.errors


async def test_a_section_that_is_proposed_already_is_said_in_place_of_a_form(member, manager, alert):
    form = await press_button(member, alert)
    await member.submit_modal(form, form_values(form))
    result = await press_button(manager, alert)
    assert result.modal is None
    assert result.ephemeral
    assert "is proposed already" in result.response.content


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("CRL failures", None), ("CRL failure", "is a built-in section already"), ("Entrust", "is the CA owner Entrust")],
)
async def test_a_name_that_is_taken_is_said_in_place_of_a_form(
    program, watched_channel, mailing_list, member, name, sentence
):
    mailing_list.post(REQUEST.replace("geographical incidents", f'"{name}"'))
    result = await press_button(member, await poll_and_deliver(program, watched_channel))
    if sentence is None:
        assert name in form_values(result).values()
    else:
        assert result.modal is None
        assert sentence in result.response.content


async def test_reading_that_takes_too_long_for_a_form_ends_in_a_sentence(env, member, alert, monkeypatch):
    async def slow(*_):
        await asyncio.sleep(60)

    monkeypatch.setattr(SectionService, "draft", slow)
    monkeypatch.setattr("bot.chat.components.propose_button.MODAL_DEADLINE_SECONDS", 0.01)
    result = await press_button(member, alert)
    assert result.ephemeral
    assert "took too long for a form" in result.response.content


async def test_a_failing_button_says_so(member, alert, monkeypatch):
    async def broken(*_):
        raise RuntimeError("it broke")

    monkeypatch.setattr(SectionService, "draft", broken)
    assert (await press_button(member, alert)).response.content == UNEXPECTED_ERROR


async def test_a_message_that_is_gone_is_said(program, member, alert):
    table = program.database.tables["message"]
    async with program.database.transaction() as transaction:
        await transaction.execute(table.delete())
    result = await press_button(member, alert)
    assert result.response.content.startswith("The message no longer asks for a section")


async def test_a_bug_that_another_process_restricts_while_the_message_comes_is_not_named(
    program, mailing_list, database_url
):
    await open_app(program)
    assert not (await program.poll()).failed
    mailing_list.post(REQUEST)
    other_database = Database(database_url)
    await other_database.open()
    async with other_database.transaction() as transaction:
        await incidents.mark_unavailable(transaction, BUG, "restricted")
        await mark_list_alerts_stale(transaction, [BUG])
        polling = asyncio.create_task(
            program.poller.poll_list(program.settings.lists[0], NullProgress(), on_schedule=False)
        )
        await asyncio.wait({polling}, timeout=1)
        assert await announcements(program) == []
    await polling
    await other_database.close()
    (event,) = await read(program.database, events.find_events_after, 0)
    alert = await program.use_cases.build_alert(event, GLOBAL_COMMUNITY)
    assert alert.requested_section.other_bugs == (BUG, UNKNOWN)


NO_REQUESTS = [
    f"Bug {BUG} and bug {OTHER_BUG} are late.",
    (
        f"Section 4.9.1 of the CPS says 24 hours, and bug {BUG} and bug {OTHER_BUG} took five days. "
        "Could we see that section?"
    ),
    f"+1\n\n> {REQUEST}",
    f"There is a section for geographical incidents already, with bug {BUG} and bug {OTHER_BUG}.",
    f"Could we add a section for geographical incidents? Bug {BUG} is one.",
    f"Could the CA list the certificates of bug {BUG} and bug {OTHER_BUG} in a separate file?",
    f"Here are summaries for the page.\n\n*Wrong state -*\nbug {BUG}\n\n*Misspelled locality -*\nbug {OTHER_BUG}",
    f"---------- Forwarded message ---------\nFrom: Someone\n\n{REQUEST}",
    (
        "I would like to add a section for geographical names to the Baseline Requirements; "
        f"see bug {BUG}, bug {OTHER_BUG}."
    ),
]


async def test_messages_that_ask_for_nothing_have_no_button_and_speak_of_no_section(
    program, watched_channel, mailing_list
):
    for body in NO_REQUESTS:
        mailing_list.post(body)
    await poll_and_deliver(program, watched_channel)
    alerts = [message for message in watched_channel.history() if message.embeds]
    assert len(alerts) == len(NO_REQUESTS)
    for alert in alerts:
        assert not alert.components, alert.embeds[0].description
        assert "Asks for a section" not in str(fields(alert))


async def test_a_hostile_name_does_nothing_and_proposes_nothing_hostile(
    env, program, watched_channel, mailing_list, member
):
    mailing_list.post(f"Could we add a section called {HOSTILE}? See bug {BUG}, bug {OTHER_BUG}.", HOSTILE)
    alert = await poll_and_deliver(program, watched_channel)
    (name,) = [field for field in fields(alert) if field.startswith("Asks for a section")]
    assert "@everyone" not in name.replace("\\@", "")
    assert "**boo" not in name
    assert not alert.mention_everyone
    result = await press_button(member, alert)
    assert not any(mark in " ".join(form_values(result).values()) for mark in "@<*[|")
    assert not env.errors


async def test_a_name_of_two_hundred_letters_is_none(env, program, watched_channel, mailing_list):
    mailing_list.post(REQUEST.replace("geographical", "g" * 200))
    assert not (await poll_and_deliver(program, watched_channel)).components


async def test_a_name_that_is_too_long_for_a_section_leaves_the_field_empty(
    env, program, watched_channel, mailing_list, member
):
    mailing_list.post(
        REQUEST.replace("geographical incidents", "certificate misissuances throughout southern jurisdictions")
    )
    result = await press_button(member, await poll_and_deliver(program, watched_channel))
    assert list(form_values(result).values())[:2] == ["", f"{BUG} {OTHER_BUG}"]
    assert not env.errors


async def test_a_message_that_names_three_hundred_bugs_fits(env, program, watched_channel, mailing_list, member):
    bugs = [FIRST_BUG + index for index in range(300)]
    mailing_list.post("Please add a section for late things.\n\n" + "\n".join(f"bug {bug}" for bug in bugs))
    alert = await poll_and_deliver(program, watched_channel)
    values = fields(alert)
    assert all(f"[{FIRST_BUG + index}]" in values["Asks for a section: late things"] for index in range(12))
    assert values["Not known here"].endswith(" more")
    result = await press_button(member, alert)
    assert " ".join(map(str, bugs[:12])) in form_values(result).values()
    assert not env.errors


async def test_the_terminal_tells_the_line_to_type(program, alert):
    newest_id = await read(program.database, events.newest_event_id)
    (event,) = await read(program.database, events.find_events_after, newest_id - 1)
    text = render(await program.use_cases.build_alert(event, GLOBAL_COMMUNITY), OutputStyle(program.use_cases.bug_url))
    assert "Asks for a section: geographical" in text
    assert f"Not known here: {UNKNOWN}" in text
    assert f"To propose it: addsection geographical {BUG} {OTHER_BUG}" in text

"""List messages that ask for a section, from the list to the alert, its button, the form and the proposal."""

import asyncio
import html

import pytest
from aiohttp import web

from bot.chat.errors import UNEXPECTED_ERROR
from bot.polling.results import NullProgress
from bot.terminal.layout import OutputStyle
from bot.terminal.render.dispatch import render
from handlers.sections.list_requests import mark_request_alerts_stale
from handlers.sections.service import SectionService
from storage import events, incidents
from storage.database import Database
from tests.support.replay import http_server, replay
from tests.support.small_corpus import (
    FIRST_BUG,
    announcements,
    build_app,
    file_bug,
    open_app,
    small_bugzilla,
    write_corpus,
    write_messages,
)

pytestmark = pytest.mark.simcord(check_errors=False)
ONE, TWO, UNKNOWN = FIRST_BUG + 1, FIRST_BUG + 5, 1_234_567  # two about places, and one that is nowhere
ASKS = f"Could we add a section for geographical incidents? See bug {ONE}, bug {TWO} and bug {UNKNOWN}."
HOSTILE = "@everyone <@1> **boo** [click](x) ||hush||"


class SmallList:
    """A feed whose entries a test adds."""

    def __init__(self):
        self.entries = []

    def post(self, body, subject="Recent incidents"):
        self.entries.insert(0, (len(self.entries) + 1, subject, html.escape(body).replace("\n", "<br>")))

    async def answer(self, _request):
        entries = "".join(
            f"<entry><id>urn:message:{number}</id><title>{html.escape(subject)}</title>"
            f'<updated>2024-05-07T12:00:00Z</updated><link href="https://list.example/{number}"/>'
            f'<summary type="html">{html.escape(body)}</summary></entry>'
            for number, subject, body in self.entries
        )
        feed = f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>List</title>{entries}</feed>'
        return web.Response(text=feed, content_type="application/atom+xml")


@pytest.fixture
async def mail():
    mail = SmallList()
    mail.post("An old message.")
    async with http_server(mail.answer) as url:
        mail.url = f"{url}/list.atom"
        yield mail


@pytest.fixture
async def program(database_url, mail):
    async with small_bugzilla() as (_, url):
        app = build_app(database_url, url, mail.url, kind="feed")
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
async def watching(env, channel, manager):
    await manager.send(channel, "!watch")
    return channel


async def told(program, channel):
    """Poll the lists and incidents and send what came of it; gives the channel's last message."""
    assert not (await program.poll()).failed
    await program.deliver()
    return channel.last_message


@pytest.fixture
async def alert(program, watching, mail):
    mail.post(ASKS)
    return await told(program, watching)


def fields(message):
    return {field.name: field.value for field in message.embeds[0].fields}


def buttons(message):
    return [part for row in message.components for part in row.children]


async def press(member, alert):
    (button,) = buttons(alert)
    return await member.click(alert, custom_id=button.custom_id)


def filled(result):
    """What the form holds as it opens, by field; the discord.py form tells what each field's id is."""
    return [one for one in _texts(result.modal["components"]) if one.get("type") == 4]


def _texts(parts):
    for part in parts:
        yield part
        yield from _texts([*part.get("components", ()), *([part["component"]] if "component" in part else [])])


def answers_of(result):
    return {one["custom_id"]: one.get("value", "") for one in filled(result)}


async def test_a_request_is_announced_with_its_name_and_the_bugs_that_it_names(program, alert):
    shown = fields(alert)
    lines = shown["Asks for a section: geographical"].splitlines()
    assert lines[0].endswith(
        f"[{ONE}]({program.queries.bug_url(ONE)}) Sectigo: Wrong state or province in OV certificates"
    )
    assert lines[0].startswith("2024-12-31 ")
    assert f"[{TWO}]" in lines[1]
    assert len(lines) == 2
    assert shown["Not known here"] == f"[{UNKNOWN}]({program.queries.bug_url(UNKNOWN)})"
    assert not [name for name in shown if name.startswith("Bugs it mentions")]
    assert [part.label for part in buttons(alert)] == ["Propose this section"]


async def test_the_button_opens_a_form_filled_in_with_name_and_bugs_and_that_proposes_the_section(
    env, program, watching, member, alert
):
    result = await press(member, alert)
    values = answers_of(result)
    assert list(values.values()) == ["geographical", f"{ONE} {TWO}", ""]
    assert not env.errors
    await member.submit_modal(result, values)
    await member.send(watching, "!section geographical")
    assert "geographical" in str(watching.last_message.embeds[0].title).lower()
    assert not env.errors


async def test_the_button_outlives_a_restart(env, program, member, alert):
    program.recreate_bot(message_content=True)
    await env.restart_bot(program.bot)
    result = await press(member, alert)
    await member.submit_modal(result, answers_of(result))
    assert "geographical" in [one.key for one in await program.queries.for_community(alert.guild.id).sections()]
    assert not env.errors


async def test_a_section_that_is_proposed_already_is_said_in_place_of_a_form(member, manager, alert):
    first = await press(member, alert)
    await member.submit_modal(first, answers_of(first))
    result = await press(manager, alert)
    assert result.modal is None
    assert result.ephemeral
    assert "is proposed already" in result.response.content


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("CRL failures", None), ("CRL failure", "is a built-in section already"), ("Entrust", "is the CA owner Entrust")],
)
async def test_a_name_that_is_taken_is_said_in_place_of_a_form(program, watching, mail, member, name, sentence):
    mail.post(ASKS.replace("geographical incidents", f'"{name}"'))
    result = await press(member, await told(program, watching))
    if sentence is None:
        assert name in answers_of(result).values()
    else:
        assert result.modal is None
        assert sentence in result.response.content


async def test_reading_that_takes_too_long_for_a_form_ends_in_a_sentence(env, member, alert, monkeypatch):
    async def slow(*_):
        await asyncio.sleep(60)

    monkeypatch.setattr(SectionService, "draft", slow)
    monkeypatch.setattr("bot.chat.components.propose_button.MODAL_DEADLINE_SECONDS", 0.01)
    result = await press(member, alert)
    assert result.ephemeral
    assert "took too long for a form" in result.response.content


async def test_a_failing_button_says_so(member, alert, monkeypatch):
    async def broken(*_):
        raise RuntimeError("it broke")

    monkeypatch.setattr(SectionService, "draft", broken)
    assert (await press(member, alert)).response.content == UNEXPECTED_ERROR


async def test_a_message_that_is_gone_is_said(program, member, alert):
    table = program.database.tables["message"]
    async with program.database.transaction() as connection:
        await connection.execute(table.delete())
    result = await press(member, alert)
    assert result.response.content.startswith("The message no longer asks for a section")


async def test_a_bug_that_another_process_restricts_while_the_message_comes_is_not_named(program, mail, database_url):
    await open_app(program)
    assert not (await program.poll()).failed
    mail.post(ASKS)
    other = Database(database_url)
    await other.open()
    async with other.transaction() as connection:
        await incidents.mark_unavailable(other, connection, ONE, "restricted")
        await mark_request_alerts_stale(other, connection, [ONE])
        polling = asyncio.create_task(
            program.poller.poll_list(program.settings.lists[0], NullProgress(), on_schedule=False)
        )
        await asyncio.wait({polling}, timeout=1)
        assert await announcements(program) == []
    await polling
    await other.close()
    (event,) = await events.find_events_after(program.database, 0)
    alert = await program.queries.alert(event)
    assert alert.requested_section.other_bugs == (ONE, UNKNOWN)


NO_REQUESTS = [
    f"Bug {ONE} and bug {TWO} are late.",
    f"Section 4.9.1 of the CPS says 24 hours, and bug {ONE} and bug {TWO} took five days. Could we see that section?",
    f"+1\n\n> {ASKS}",
    f"There is a section for geographical incidents already, with bug {ONE} and bug {TWO}.",
    f"Could we add a section for geographical incidents? Bug {ONE} is one.",
    f"Could the CA list the certificates of bug {ONE} and bug {TWO} in a separate file?",
    f"Here are summaries for the page.\n\n*Wrong state -*\nbug {ONE}\n\n*Misspelled locality -*\nbug {TWO}",
    f"---------- Forwarded message ---------\nFrom: Someone\n\n{ASKS}",
    f"I would like to add a section for geographical names to the Baseline Requirements; see bug {ONE}, bug {TWO}.",
]


async def test_messages_that_ask_for_nothing_have_no_button_and_speak_of_no_section(program, watching, mail):
    for body in NO_REQUESTS:
        mail.post(body)
    await told(program, watching)
    alerts = [message for message in watching.history() if message.embeds]
    assert len(alerts) == len(NO_REQUESTS)
    for one in alerts:
        assert not one.components, one.embeds[0].description
        assert "Asks for a section" not in str(fields(one))


async def test_a_hostile_name_does_nothing_and_proposes_nothing_hostile(env, program, watching, mail, member):
    mail.post(f"Could we add a section called {HOSTILE}? See bug {ONE}, bug {TWO}.", HOSTILE)
    alert = await told(program, watching)
    (name,) = [field for field in fields(alert) if field.startswith("Asks for a section")]
    assert "@everyone" not in name.replace("\\@", "")
    assert "**boo" not in name
    assert not alert.mention_everyone
    result = await press(member, alert)
    assert not any(mark in " ".join(answers_of(result).values()) for mark in "@<*[|")
    assert not env.errors


async def test_a_name_of_two_hundred_letters_is_none(env, program, watching, mail):
    mail.post(ASKS.replace("geographical", "g" * 200))
    assert not (await told(program, watching)).components


async def test_a_name_that_is_too_long_for_a_section_leaves_the_field_empty(env, program, watching, mail, member):
    mail.post(ASKS.replace("geographical incidents", "certificate misissuances throughout southern jurisdictions"))
    result = await press(member, await told(program, watching))
    assert list(answers_of(result).values())[:2] == ["", f"{ONE} {TWO}"]
    assert not env.errors


async def test_a_message_that_names_three_hundred_bugs_fits(env, program, watching, mail, member):
    bugs = [FIRST_BUG + place for place in range(300)]
    mail.post("Please add a section for late things.\n\n" + "\n".join(f"bug {bug}" for bug in bugs))
    alert = await told(program, watching)
    shown = fields(alert)
    assert all(f"[{FIRST_BUG + place}]" in shown["Asks for a section: late things"] for place in range(12))
    assert shown["Not known here"].endswith(" more")
    result = await press(member, alert)
    assert " ".join(map(str, bugs[:12])) in answers_of(result).values()
    assert not env.errors


async def test_the_terminal_tells_the_line_to_type(program, alert):
    last = await events.newest_event_id(program.database)
    (event,) = await events.find_events_after(program.database, last - 1)
    shown = render(await program.queries.alert(event), OutputStyle(program.queries.bug_url))
    assert "Asks for a section: geographical" in shown
    assert f"Not known here: {UNKNOWN}" in shown
    assert f"To propose it: addsection geographical {ONE} {TWO}" in shown


class TestInTheReplay:
    """What happens to bugs later, with invented ones behind the replay."""

    @pytest.fixture
    def server(self, tmp_path):
        with replay(corpus=write_corpus(tmp_path), messages=write_messages(tmp_path)) as server:
            yield server

    @pytest.fixture
    def program(self, database_url, server):
        return build_app(database_url, server.url, server.list_url)

    @pytest.fixture
    def simcord_bot(self, program):
        return program.bot

    def posted(self, server, body):
        server.control(advance=60, post={"subject": "Some incidents", "body": body})

    def found(self, channel, alert):
        (message,) = [one for one in channel.history() if one.id == alert.id]
        return message

    async def test_a_named_bug_that_becomes_restricted_leaves_the_alert_and_the_form(
        self, program, watching, server, member
    ):
        new = file_bug(server, "Entrust: Zanzibarquux")
        await told(program, watching)
        self.posted(server, ASKS.replace(str(UNKNOWN), str(new)))
        alert = await told(program, watching)
        assert "Zanzibarquux" in str(fields(alert))
        server.control(advance=60, hide=new)
        await told(program, watching)
        alert = self.found(watching, alert)
        assert "Zanzibarquux" not in str(alert.embeds[0].to_dict())
        assert str(new) in fields(alert)["Not known here"]
        assert str(new) not in str(answers_of(await press(member, alert)))
        server.control(advance=60, show=new)
        await told(program, watching)
        assert "Zanzibarquux" in str(fields(self.found(watching, alert)))
        await program.close()

    async def test_a_bug_that_is_filed_after_the_request_is_listed_when_it_is_known(self, program, watching, server):
        self.posted(server, ASKS.replace(str(UNKNOWN), str(FIRST_BUG + 12)))
        alert = await told(program, watching)
        assert str(FIRST_BUG + 12) in fields(alert)["Not known here"]
        assert file_bug(server, "Entrust: Zanzibarquux") == FIRST_BUG + 12
        await told(program, watching)
        assert "Zanzibarquux" in fields(self.found(watching, alert))["Asks for a section: geographical"]
        await program.close()

    async def test_only_the_alerts_that_list_a_withdrawn_bug_are_edited(self, program, watching, server):
        bodies = [
            ASKS,
            f"Could we add a section for weak keys? See bug {ONE + 1} and bug {TWO + 1}.",
            f"Bug {ONE} and bug {TWO} are worth reading.",
        ]
        for body in bodies:
            self.posted(server, body)
        await told(program, watching)
        server.control(advance=60, hide=ONE)
        await program.poll()
        table, event = program.database.tables["delivery"], program.database.tables["event"]
        async with program.database.read() as connection:
            query = table.select().join(event, event.c.id == table.c.event).where(event.c.kind == "message")
            stale = [row["stale"] for row in (await connection.execute(query.order_by(table.c.id))).mappings()]
        assert stale == [1, 0, 0]
        await program.close()


class TestWithTheCorpus:
    """The real list, of whose 26 messages a person would pick one."""

    @pytest.fixture
    def server(self):
        with replay("2024-05-07T12:00:00Z") as server:
            yield server

    @pytest.fixture
    def program(self, tmp_path, server):
        return build_app(f"sqlite:///{tmp_path / 'rootwatch.db'}", server.url, server.list_url)

    @pytest.fixture
    def simcord_bot(self, program):
        return program.bot

    async def test_the_request_of_may_2024_and_no_other_has_the_button(self, program, watching, server, member):
        server.control(now="2024-05-08T00:00:00Z")
        alert = await told(program, watching)
        lines = fields(alert)["Asks for a section: geographical"].splitlines()
        assert [line.split("[")[1][:7] for line in lines] == ["1658792", "1658794", "1802916", "1804753", "1867130"]
        assert all("Entrust" in line for line in lines)
        server.control(now="2025-12-31T00:00:00Z")
        outcome = await program.poller.poll_list(program.settings.lists[0], NullProgress(), on_schedule=False)
        assert outcome.error is None
        await program.deliver()
        asked = [message for message in watching.history() if "Asks for a section" in str(message.embeds)]
        messages = [message for message in watching.history() if message.components]
        picked = [one for one in messages if any(part.label == "Propose this section" for part in buttons(one))]
        assert [one.id for one in picked] == [alert.id]
        assert len(asked) <= 1
        result = await press(member, alert)
        assert list(answers_of(result).values())[:2] == ["geographical", "1658792 1658794 1802916 1804753 1867130"]
        await member.submit_modal(result, answers_of(result))
        assert "geographical" in [one.key for one in await program.queries.for_community(watching.guild.id).sections()]
        await program.close()

"""Alerts, from a bug's filing to the message in a channel, and what becomes of that message."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import discord
import pytest
from discord.gateway import DiscordWebSocket

from bot.sources.bugzilla.client import BugzillaClient
from bot.sources.errors import SourceError
from handlers.actor import OPERATOR
from handlers.queries.filters import IncidentQuery
from storage import routes
from storage.values.incidents import Assignment
from tests.support.database import read
from tests.support.discord import SKIP_REASON, fake_discord
from tests.support.replay import replay
from tests.support.small_corpus import (
    FIRST_BUG,
    REPORT,
    build_app,
    file_bug,
    invented_bugs,
    open_app,
    problems,
    rows,
    small_bugzilla,
    watch_channel,
    write_corpus,
    write_messages,
)

HOSTILE = "@everyone [click](http://x.example) **boo** <@1> ||hush||"


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr("bot.sources.http.INITIAL_RETRY_DELAY_SECONDS", 0.001)
    monkeypatch.setattr("bot.chat.delivery.requests.RETRY_DELAYS", (0.01, 0.01, 0.01))


@pytest.fixture
def server(tmp_path):
    with replay(corpus=write_corpus(tmp_path), messages=write_messages(tmp_path)) as server:
        yield server


@pytest.fixture
def chat(monkeypatch, request):
    """A fake Discord that discord.py connects to; the parameter holds more options of the fake."""
    if SKIP_REASON:
        pytest.skip(SKIP_REASON)
    with fake_discord("--channels", "3", *getattr(request, "param", ())) as chat:
        monkeypatch.setattr(discord.http.Route, "BASE", chat.startup_info["api"])
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
        yield chat


def channel_id(chat, name):
    return int(chat.startup_info["channels"][name])


@pytest.fixture
async def app(database_url, server, chat):
    """The program, logged in to the fake Discord: its backlog is read and the channel alerts is watched."""
    app = await open_app(build_app(database_url, server.url, server.list_url), channel_id(chat, "alerts"))
    await app.bot.login(chat.startup_info["token"])
    assert not (await app.poll()).failed
    yield app
    await app.bot.close()
    await app.close()


async def test_a_poll_that_is_cancelled_leaves_nothing_running(app, server):
    before = asyncio.all_tasks()
    for steps in range(0, 100, 5):
        file_bug(server)
        poll = asyncio.create_task(app.poll())
        await asyncio.sleep(steps / 1000)
        poll.cancel()
        await asyncio.wait({poll})
        assert asyncio.all_tasks() <= before
    assert not (await app.poll()).failed


def bug_links(server, *bugs):
    return [f"{server.url}/show_bug.cgi?id={bug}" for bug in bugs]


async def poll_and_deliver(app):
    """Poll every source and deliver the alerts; returns the result of the poll."""
    result = await app.poll()
    await app.deliver()
    return result


async def deliver_postponed(app):
    """Make postponed deliveries due now, and deliver them."""
    channel = app.database.tables["channel"]
    async with app.database.transaction() as transaction:
        await transaction.execute(channel.update().values(next_at=datetime.now(UTC) - timedelta(seconds=1)))
    await app.deliver()


async def test_new_bugs_and_messages_are_posted_once_and_in_order(app, server, chat):
    await app.deliver()
    assert chat.messages("alerts") == []
    new = [file_bug(server) for _ in range(4)]
    for _ in range(2):
        await poll_and_deliver(app)
    assert chat.alerts("alerts") == bug_links(server, *new)
    number = server.control(advance=60, post={"subject": "Entrust again", "body": f"See bug {new[0]}."})["number"]
    for _ in range(2):
        await poll_and_deliver(app)
    last = chat.messages("alerts")[-1]["embeds"][0]
    assert last["url"].endswith(f"/msg{number:05d}.html")
    assert f"[{new[0]}]({server.url}/show_bug.cgi?id={new[0]})" in last["description"]
    assert "Names Entrust" in last["description"]
    assert len(chat.messages("alerts")) == 5


async def test_a_restricted_bugs_alert_is_edited_to_say_so_and_again_when_it_is_public(app, server, chat):
    new = file_bug(server, "Entrust: Zanzibarquux", text="plughword was here, at some length, to be read.")
    await poll_and_deliver(app)
    assert chat.messages("alerts")[0]["content"] == "New incident · Entrust: Zanzibarquux"
    server.control(advance=60, hide=new)
    await poll_and_deliver(app)
    (message,) = chat.messages("alerts")
    assert message["content"] == "An incident that can no longer be read"
    assert not message["components"]
    assert "became restricted" in str(message)
    assert "Zanzibarquux" not in str(message)
    assert "plughword" not in str(message)
    server.control(advance=60, show=new)
    await poll_and_deliver(app)
    assert "Zanzibarquux" in str(chat.messages("alerts"))
    assert chat.alerts("alerts") == bug_links(server, new)


def echoes_of(message):
    lines = message["embeds"][0]["description"].split("\n")
    return "\n".join(line for line in lines if line.startswith(("Refers to ", "Like ")))


async def test_an_alert_names_what_it_echoes_and_is_edited_when_that_becomes_restricted(app, server, chat):
    old = file_bug(server, "Sectigo: Zanzibarquux grumblex plughword", text="It went wrong.")
    await poll_and_deliver(app)
    file_bug(server, "Entrust: Zanzibarquux grumblex again", text="It went wrong again.")
    await poll_and_deliver(app)
    old_alert, new_alert = chat.messages("alerts")
    echo = f"Like [{old}]({server.url}/show_bug.cgi?id={old}) Sectigo: Zanzibarquux grumblex plughword, <t:"
    assert echoes_of(new_alert).startswith(echo)
    assert "again" not in echoes_of(old_alert)
    server.control(advance=60, hide=old)
    await poll_and_deliver(app)
    for message in chat.messages("alerts"):
        assert "plughword" not in str(message)
    assert "Zanzibarquux grumblex again" in str(chat.messages("alerts")[1])
    server.control(advance=60, show=old)
    await poll_and_deliver(app)
    assert "plughword" in echoes_of(chat.messages("alerts")[1])


def mail_in(chat):
    """The only alert of a mail; it may have come before the bug's, since sources are polled side by side."""
    (mail,) = (message for message in chat.messages("alerts") if message["content"].startswith("New mail"))
    return mail


async def test_the_alert_of_a_mail_that_names_a_bug_loses_its_title_when_that_becomes_restricted(app, server, chat):
    named = file_bug(server, "Sectigo: Zanzibarquux grumblex plughword")
    server.control(advance=60, post={"subject": "A question", "body": f"What about bug {named}?"})
    await poll_and_deliver(app)
    mail = mail_in(chat)
    assert mail["content"].startswith("New mail · dev-security-policy: A question · ")
    assert f"id={named}) Sectigo: Zanzibarquux grumblex plughword" in mail["embeds"][0]["description"]
    server.control(advance=60, change={"id": named, "summary": "Sectigo: Another title"})
    await poll_and_deliver(app)
    assert "Another title" in str(mail_in(chat))
    server.control(advance=60, hide=named)
    await poll_and_deliver(app)
    for message in chat.messages("alerts"):
        assert "Another title" not in str(message)
        assert "plughword" not in str(message)
    assert "What about bug" in str(mail_in(chat))


async def test_an_alert_does_not_wait_for_echoes_that_do_not_come(app, server, chat, monkeypatch):
    async def never(bug):
        await asyncio.sleep(3600)

    async def broken(bug):
        raise RuntimeError

    monkeypatch.setattr("handlers.alerts.content.RELATED_TIMEOUT_SECONDS", 0.01)
    new = []
    for related_to in (never, broken):
        monkeypatch.setattr(app._indexes, "related_to", related_to)
        new.append(file_bug(server))
        await poll_and_deliver(app)
    assert chat.alerts("alerts") == bug_links(server, *new)
    assert not any(echoes_of(message) for message in chat.messages("alerts"))


async def test_a_bug_restricted_before_its_alert_went_out_is_not_spoken_of(app, server, chat):
    new = file_bug(server, "Entrust: Zanzibarquux")
    await app.poll()
    server.control(advance=60, hide=new)
    await poll_and_deliver(app)
    assert chat.messages("alerts") == []


async def test_a_bug_restricted_while_its_alert_is_on_its_way_is_edited_after(app, server, chat):
    new = file_bug(server, "Entrust: Zanzibarquux")
    await app.poll()
    chat.control(fault="POST /channels/*/messages", status="reset-after", n=4)
    await app.deliver()
    assert len(chat.messages("alerts")) == 1
    server.control(advance=60, hide=new)
    await app.poll()
    for _ in range(2):
        await deliver_postponed(app)
    (message,) = chat.messages("alerts")
    assert "Zanzibarquux" not in str(message)


async def test_an_empty_first_comment_is_filled_in_when_the_report_comes(app, server, chat):
    new = file_bug(server, text="")
    await poll_and_deliver(app)
    (before,) = chat.messages("alerts")
    assert "not been posted yet" in str(before)
    assert before["content"].startswith("New incident · ")
    server.control(advance=3600, comment={"id": new, "text": REPORT})
    await poll_and_deliver(app)
    (message,) = chat.messages("alerts")
    assert "lost its power cord" in str(message)


async def test_an_alert_that_went_out_without_comments_is_filled_in_when_they_come(app, server, chat, monkeypatch):
    async def broken(self, bugs):
        raise SourceError("The comments are not to be had.")
        yield {}

    new = file_bug(server, text="A plain text without a form, which says that the clock was wrong by an hour.")
    with monkeypatch.context() as patched:
        patched.setattr(BugzillaClient, "get_comments", broken)
        assert (await poll_and_deliver(app)).failed
    assert chat.alerts("alerts") == bug_links(server, new)
    await poll_and_deliver(app)
    (message,) = chat.messages("alerts")
    assert "the clock was wrong" in str(message)


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({"summary": "Sectigo: Plughword"}, "Sectigo: Plughword"),
        ({"whiteboard": "[ca-compliance] [ev-misissuance]"}, "EV mis-issuance"),
        ({"status": "RESOLVED", "resolution": "FIXED"}, ""),
    ],
    ids=["title and CA", "tag", "status"],
)
async def test_an_alert_is_edited_when_anything_that_it_shows_changes(app, server, chat, change, shown):
    new = file_bug(server, "Entrust: Zanzibarquux")
    await poll_and_deliver(app)
    (before,) = chat.messages("alerts")
    server.control(advance=3600, change={"id": new, **change})
    await poll_and_deliver(app)
    (after,) = chat.messages("alerts")
    assert shown in str(after)
    assert before["embeds"] != after["embeds"]
    assert (before["content"] != after["content"]) == ("summary" in change)


async def test_a_change_that_an_alert_does_not_show_edits_nothing(app, server, chat):
    new = file_bug(server, "Entrust: Zanzibarquux", whiteboard="[ca-compliance] [ev-misissuance]")
    await poll_and_deliver(app)
    server.control(advance=3600, change={"id": new, "whiteboard": "[ca-compliance] [ev-misissuance] next update soon"})
    server.control(advance=3600, comment={"id": new, "text": "Thank you."})
    chat.control(fault="PATCH /channels/*/messages/*", status=503, n=9)
    await poll_and_deliver(app)
    # an edit would have failed and would still be due
    assert (await rows(app, "SELECT stale FROM delivery")) == [(0,)]


async def test_alert_and_answer_quote_the_same_comment_when_a_program_files_and_the_ca_reports(app, server, chat):
    new = file_bug(server, text="Please report on this.", creator="someone@mozilla.com")
    await poll_and_deliver(app)
    server.control(advance=3600, comment={"id": new, "text": REPORT})
    await poll_and_deliver(app)
    (message,) = chat.messages("alerts")
    detail = await app.use_cases.incidents.detail(OPERATOR, new)
    assert "lost its power cord" in message["embeds"][0]["description"]
    assert "lost its power cord" in detail.incident.excerpt
    summary = await app.use_cases.summaries.summarize(OPERATOR, IncidentQuery(str(new)))
    assert "power cord" in summary.incident.excerpt
    assert summary.incident.excerpt_comment == 1


async def test_a_hostile_title_pings_nobody_and_links_nothing(app, server, chat):
    file_bug(server, f"Entrust: {HOSTILE}", text=HOSTILE)
    server.control(advance=60, post={"subject": HOSTILE, "body": HOSTILE, "author": HOSTILE})
    await poll_and_deliver(app)
    messages = chat.messages("alerts")
    assert len(messages) == 2
    for message in messages:
        assert HOSTILE in re.sub(r"\\(?=[^0-9A-Za-z\s])", "", message["content"])
        assert not re.search(r"(?<!\\)(?:[@<*\[|]|://)", message["content"])
        assert message["allowed_mentions"] == {"parse": []}
        embed = message["embeds"][0]
        text = embed["title"] + embed["description"]
        assert "[click](http" not in text
        assert "**boo**" not in text
        assert "<@1>" not in text


async def test_more_than_the_bound_at_once_are_one_message_with_links(database_url, server, chat):
    app = build_app(database_url, server.url, ALERTS__FLOOD_BOUND="3")
    await open_app(app, channel_id(chat, "alerts"))
    await app.bot.login(chat.startup_info["token"])
    await app.poll()
    new = [file_bug(server) for _ in range(4)]
    await poll_and_deliver(app)
    (message,) = chat.messages("alerts")
    assert message["content"].startswith("4 new incidents since ")
    assert all(f"show_bug.cgi?id={bug}" in message["embeds"][0]["description"] for bug in new)
    (row,) = message["components"]
    assert [button["label"] for button in row["components"]] == ["List with titles"]
    server.control(advance=60, hide=new[0])
    await poll_and_deliver(app)
    (message,) = chat.messages("alerts")
    assert message["content"].startswith("3 new incidents since ")
    assert str(new[0]) not in str(message)
    await app.bot.close()
    await app.close()


@pytest.mark.parametrize("fault", [503, "reset", "reset-after"])
async def test_a_send_that_breaks_once_is_one_message(app, server, chat, fault):
    new = [file_bug(server) for _ in range(3)]
    chat.control(fault="POST /channels/*/messages", status=fault, n=1)
    await poll_and_deliver(app)
    assert chat.alerts("alerts") == bug_links(server, *new)


async def test_a_discord_that_is_down_for_longer_gets_everything_later_in_order(app, server, chat):
    new = [file_bug(server) for _ in range(3)]
    chat.control(fault="POST /channels/*/messages", status=503, n=4)
    await poll_and_deliver(app)
    assert chat.messages("alerts") == []
    await deliver_postponed(app)
    assert chat.alerts("alerts") == bug_links(server, *new)


@pytest.mark.parametrize("chat", [("--nonce-seconds", "0")], indirect=True, ids=["nonces forgotten"])
async def test_a_send_that_was_never_noted_is_found_again_by_its_mark(app, server, chat):
    new = file_bug(server)
    await poll_and_deliver(app)
    delivery = app.database.tables["delivery"]
    long_ago = datetime.now(UTC) - timedelta(minutes=4)
    async with app.database.transaction() as transaction:
        await transaction.execute(delivery.update().values(state="pending", message=None, attempted_at=long_ago))
    await app.deliver()
    assert chat.alerts("alerts") == bug_links(server, new)
    assert (await rows(app, "SELECT state FROM delivery"))[0][0] == "sent"


@pytest.mark.parametrize("chat", [("--nonce-seconds", "0")], indirect=True, ids=["nonces forgotten"])
async def test_an_alert_that_a_restored_database_has_forgotten_is_compared_with_what_is_stored_now(app, server, chat):
    new = file_bug(server, "Entrust: Zanzibarquux")
    await poll_and_deliver(app)
    delivery = app.database.tables["delivery"]
    forgotten = {"state": "pending", "message": None, "attempted_at": None, "stale": 0, "shown": ""}
    async with app.database.transaction() as transaction:
        await transaction.execute(delivery.update().values(**forgotten))
    server.control(advance=60, hide=new)
    await app.poll()
    await app.deliver()
    assert len(chat.messages("alerts")) == 1
    assert "Zanzibarquux" not in str(chat.messages("alerts"))


async def test_an_alert_shows_the_section_that_a_later_comment_gives(app, server, chat, monkeypatch):
    def classify(_incident, texts, _siblings=()):
        return (Assignment("ov-misissuance", "text", 0.99),) if len(texts) > 1 else ()

    monkeypatch.setattr(app.poller._classifier, "classify", classify)
    new = file_bug(server, text=REPORT)
    await poll_and_deliver(app)
    assert "OV mis-issuance" not in str(chat.messages("alerts"))
    server.control(advance=3600, comment={"id": new, "text": "It was an OV certificate."})
    await poll_and_deliver(app)
    assert "OV mis-issuance" in str(chat.messages("alerts"))


async def test_a_forbidden_channel_delays_no_other_and_gets_its_alerts_when_allowed(app, server, chat):
    await watch_channel(app, channel_id(chat, "channel-3"))
    chat.control(forbid="alerts")
    new = [file_bug(server) for _ in range(3)]
    await poll_and_deliver(app)
    assert chat.messages("alerts") == []
    assert chat.alerts("channel-3") == bug_links(server, *new)
    errors = {route.channel: route.error for route in await read(app.database, routes.find_routes)}
    assert "may not write" in errors[channel_id(chat, "alerts")]
    chat.control(allow="alerts")
    await deliver_postponed(app)
    assert chat.alerts("alerts") == bug_links(server, *new)
    assert chat.alerts("channel-3") == bug_links(server, *new)
    assert not any(route.error for route in await read(app.database, routes.find_routes))


async def test_a_deleted_channel_is_dropped_and_said(app, server, chat):
    await watch_channel(app, channel_id(chat, "channel-3"))
    chat.control(delete="alerts")
    new = file_bug(server)
    await poll_and_deliver(app)
    assert chat.alerts("channel-3") == bug_links(server, new)
    assert [route.channel for route in await read(app.database, routes.find_routes)] == [channel_id(chat, "channel-3")]
    assert sum("is gone" in problem for problem in await problems(app)) == 1
    states = dict((await app.use_cases.status.status()).deliveries)
    assert states.get("pending", 0) == 0


async def test_an_alert_that_a_moderator_deleted_is_not_posted_again(app, server, chat):
    new = file_bug(server, text="")
    await poll_and_deliver(app)
    chat.control(forget=True)
    server.control(advance=60, comment={"id": new, "text": REPORT})
    await poll_and_deliver(app)
    assert chat.messages("alerts") == []
    assert dict((await app.use_cases.status.status()).deliveries)["sent"] == 1


class TestWithMembers:
    """In one process with simcord, as a member types it; this does not need ../shared."""

    @pytest.fixture
    async def running_bugzilla(self):
        async with small_bugzilla() as (bugzilla, url):
            yield bugzilla, url

    @pytest.fixture
    def program(self, database_url, running_bugzilla):
        return build_app(database_url, running_bugzilla[1])

    @pytest.fixture
    def simcord_bot(self, program):
        return program.bot

    async def test_a_member_watches_and_is_told_of_a_new_bug_once(self, program, running_bugzilla, simcord_env):
        bugzilla, url = running_bugzilla
        guild = simcord_env.create_guild()
        channel = guild.create_text_channel("alerts")
        role = guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
        manager = guild.add_member(simcord_env.create_user("mallory"), roles=[role])
        await manager.send(channel, "!watch")
        assert "are posted in" in channel.last_message.content
        assert not (await program.poll()).failed
        new = bugzilla.file_bug(f"Entrust: {HOSTILE}", REPORT)
        for _ in range(2):
            await program.poll()
            await program.deliver()
        alerts = [message for message in channel.history() if message.embeds]
        assert [message.embeds[0].url for message in alerts] == [f"{url}/show_bug.cgi?id={new}"]
        assert not alerts[0].mention_everyone
        await manager.send(channel, f"!why {new}")
        (status,) = [field for field in channel.last_message.embeds[0].fields if field.name.startswith("Its alert")]
        assert status.value.startswith("Sent as a message of its own on ")
        assert f"[Go to it](https://discord.com/channels/{guild.id}/{channel.id}/{alerts[0].id})" in status.value
        elsewhere = guild.create_text_channel("elsewhere")
        await manager.send(elsewhere, f"!why {new}")
        assert "this channel is not watched" in elsewhere.last_message.embeds[0].fields[-1].value
        await manager.send(channel, "!incidents Entrust")
        assert channel.last_message.content == "Entrust: 3 incidents, all open"
        await program.close()


class TestWithTheCorpus:
    """All recorded incidents: the bot shows as many as the corpus has."""

    @pytest.fixture
    def server(self):
        with replay("2025-01-01") as server:
            yield server

    @pytest.fixture
    def program(self, tmp_path, server):
        return build_app(f"sqlite:///{tmp_path / 'rootwatch.db'}", server.url)

    @pytest.fixture
    def simcord_bot(self, program):
        return program.bot

    async def test_a_member_is_told_of_as_many_incidents_as_the_corpus_holds(self, program, simcord_env):
        guild = simcord_env.create_guild()
        channel = guild.create_text_channel("general")
        member = guild.add_member(simcord_env.create_user("alice"))
        report = await program.poll()
        assert report.bugzilla.error is None
        assert report.bugzilla.seen == report.bugzilla.new > 1300
        await member.send(channel, "!incidents Entrust")
        assert channel.last_message.content == "Entrust: 9 open of 67 bugs, of which 2 are no incidents"
        await program.close()


def test_invented_incidents_are_older_than_the_clock_of_the_replay():
    assert all(bug["creation_time"] < "2025-01-01" for bug in invented_bugs(1100))
    assert FIRST_BUG in {bug["id"] for bug in invented_bugs()}

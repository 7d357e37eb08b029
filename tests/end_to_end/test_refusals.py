"""What Discord refuses for a while arrives later; what it refuses for good holds back nothing else."""

from datetime import UTC, datetime, timedelta

import discord
import pytest
from discord.gateway import DiscordWebSocket

from handlers.alerts import content
from storage import routes
from tests.support.database import read
from tests.support.discord import SKIP_REASON, fake_discord
from tests.support.replay import replay
from tests.support.small_corpus import (
    REPORT,
    build_app,
    file_bug,
    open_app,
    problems,
    rows,
    watch_channel,
    write_corpus,
    write_messages,
)

SEND, EDIT = "POST /channels/*/messages", "PATCH /channels/*/messages/*"


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr("bot.sources.http.INITIAL_RETRY_DELAY_SECONDS", 0.001)
    monkeypatch.setattr("bot.chat.delivery.requests.RETRY_DELAYS", (0.01, 0.01, 0.01))


@pytest.fixture
def server(tmp_path):
    with replay(corpus=write_corpus(tmp_path), messages=write_messages(tmp_path)) as server:
        yield server


@pytest.fixture
def chat(monkeypatch):
    if SKIP_REASON:
        pytest.skip(SKIP_REASON)
    with fake_discord("--channels", "3") as chat:
        monkeypatch.setattr(discord.http.Route, "BASE", chat.startup_info["api"])
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
        yield chat


def channel_id(chat, name):
    return int(chat.startup_info["channels"][name])


@pytest.fixture
async def app(database_url, server, chat):
    app = await open_app(build_app(database_url, server.url, server.list_url), channel_id(chat, "alerts"))
    await app.bot.login(chat.startup_info["token"])
    assert not (await app.poll()).failed
    yield app
    await app.bot.close()
    await app.close()


async def poll_and_deliver(app):
    await app.poll()
    await app.deliver()


async def deliver_postponed(app):
    """Make everything that waits due now, and deliver it."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    async with app.database.transaction() as transaction:
        for name in ("channel", "delivery", "posted_answer"):
            table = app.database.tables[name]
            await transaction.execute(table.update().where(table.c.next_at.is_not(None)).values(next_at=past))
    await app.deliver()


async def waiting(app):
    return [
        (messages.kind, messages.count, messages.reason) for messages in (await app.use_cases.status.status()).waiting
    ]


def links(server, *bugs):
    return [f"{server.url}/show_bug.cgi?id={bug}" for bug in bugs]


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (401, 0, "does not accept the bot's token at the moment"),
        (400, 50083, "the thread is archived or locked"),
        (404, 10003, "does not know the channel"),
        (404, 0, "answered 404"),
        (403, 50001, "cannot see the channel"),
        (429, 0, "asks for fewer requests"),
        (400, 98765, "answered 400 (code 98765"),
    ],
)
async def test_a_refusal_that_passes_delays_an_alert_and_says_why(app, server, chat, status, code, reason):
    first, second = file_bug(server), file_bug(server)
    chat.control(fault=SEND, status=status, code=code, n=1)
    await poll_and_deliver(app)
    assert chat.messages("alerts") == []
    ((kind, count, said),) = await waiting(app)
    assert (kind, count) == ("alert", 1)
    assert reason in said
    assert [route.channel for route in await read(app.database, routes.find_routes)] == [channel_id(chat, "alerts")]
    await deliver_postponed(app)
    assert chat.alerts("alerts") == links(server, first, second)
    assert await waiting(app) == []


async def test_an_alert_that_discord_finds_invalid_is_posted_without_its_details(app, server, chat):
    new = file_bug(server, text=REPORT)
    chat.control(fault=SEND, status=400, code=50035, n=1)
    await poll_and_deliver(app)
    assert chat.alerts("alerts") == links(server, new)
    (message,) = chat.messages("alerts")
    assert "power cord" not in str(message)
    # a title may be what Discord refuses, so the line that it is announced by has none
    assert message["content"] == f"New incident · bug {new}"
    assert any("without its details" in problem for problem in await problems(app))


async def test_an_alert_that_is_refused_altogether_fails_and_the_next_ones_go_out(app, server, chat):
    file_bug(server)
    second = file_bug(server)
    chat.control(fault=SEND, status=400, code=50035, n=2)
    await poll_and_deliver(app)
    assert chat.alerts("alerts") == links(server, second)
    assert (await rows(app, "SELECT state, reason FROM delivery ORDER BY id"))[0] == (
        "failed",
        "Discord finds the message invalid (Discord's code 50035)",
    )


async def test_a_withdrawal_is_tried_until_it_succeeds(app, server, chat):
    new = file_bug(server, "Entrust: Zanzibarquux", text="plughword")
    await poll_and_deliver(app)
    server.control(advance=60, hide=new)
    for status, code in ((400, 50083), (403, 50013), (401, 0), (429, 30046), (400, 98765), (503, 0)):
        chat.control(fault=EDIT, status=status, code=code, n=4)
        if status == 400 and code == 50083:
            await poll_and_deliver(app)
        else:
            await deliver_postponed(app)
        chat.control(clear_faults=True)
        assert "Zanzibarquux" in str(chat.messages("alerts"))
        assert [(kind, count) for kind, count, _ in await waiting(app)] == [("edit", 1)]
    await deliver_postponed(app)
    assert "Zanzibarquux" not in str(chat.messages("alerts"))
    assert await waiting(app) == []


@pytest.mark.parametrize(("status", "code"), [(403, 50005), (429, 30046), (403, 50013)])
async def test_an_edit_that_is_refused_holds_back_no_alert(app, server, chat, status, code):
    old = file_bug(server, text="")
    await poll_and_deliver(app)
    chat.control(fault=EDIT, status=status, code=code, n=100)
    server.control(advance=3600, comment={"id": old, "text": REPORT})
    new = file_bug(server)
    await poll_and_deliver(app)
    assert chat.alerts("alerts") == links(server, old, new)
    assert not any(route.error for route in await read(app.database, routes.find_routes))


async def test_one_edit_that_is_refused_holds_back_no_other_edit(app, server, chat):
    bugs = [file_bug(server, text="") for _ in range(3)]
    await poll_and_deliver(app)
    first = chat.messages("alerts")[0]["id"]
    chat.control(fault=f"PATCH /channels/*/messages/{first}", status=429, code=30046, n=100)
    for bug in bugs:
        server.control(advance=3600, comment={"id": bug, "text": REPORT})
    await poll_and_deliver(app)
    shown = ["lost its power cord" in str(message) for message in chat.messages("alerts")]
    assert shown == [False, True, True]


async def test_a_message_of_another_bot_account_is_left_alone_until_its_bug_is_restricted(app, server, chat):
    new = file_bug(server, "Entrust: Zanzibarquux", text="")
    await poll_and_deliver(app)
    chat.control(fault=EDIT, status=403, code=50005, n=100)
    server.control(advance=3600, comment={"id": new, "text": REPORT})
    await poll_and_deliver(app)
    assert await waiting(app) == []
    assert "another bot account" in (await rows(app, "SELECT reason FROM delivery"))[0][0]
    chat.control(fault="DELETE /channels/*/messages/*", status=403, code=50013, n=1)
    server.control(advance=60, hide=new)
    await poll_and_deliver(app)
    ((kind, _, reason),) = await waiting(app)
    assert kind == "edit"
    assert "another bot account posted the message" in reason
    assert "grant the bot Manage Messages" in reason
    await deliver_postponed(app)
    assert chat.messages("alerts") == []
    assert await waiting(app) == []


async def test_an_alert_that_was_refused_and_never_posted_is_not_withdrawn_in_public(app, server, chat):
    new = file_bug(server, "Entrust: Zanzibarquux")
    chat.control(forbid="alerts")
    await poll_and_deliver(app)
    server.control(advance=60, hide=new)
    chat.control(allow="alerts")
    await app.poll()
    await deliver_postponed(app)
    assert chat.messages("alerts") == []
    assert (await rows(app, "SELECT state, reason FROM delivery"))[0] == (
        "skipped",
        "its bug became restricted before the alert was posted",
    )


async def test_an_alert_that_may_have_arrived_and_did_not_is_not_withdrawn_in_public(app, server, chat):
    new = file_bug(server, "Entrust: Zanzibarquux")
    await app.poll()
    chat.control(fault=SEND, status="reset", n=4)
    await app.deliver()
    server.control(advance=60, hide=new)
    await app.poll()
    await deliver_postponed(app)
    assert chat.messages("alerts") == []


async def test_a_refusal_after_a_lost_answer_leaves_no_restricted_text(app, server, chat):
    new = file_bug(server, "Entrust: Zanzibarquux")
    await app.poll()
    # Discord posts the message, and its answers are lost
    chat.control(fault=SEND, status="reset-after", n=4)
    await app.deliver()
    chat.control(forbid="alerts")
    await deliver_postponed(app)
    server.control(advance=60, hide=new)
    await app.poll()
    chat.control(allow="alerts")
    await deliver_postponed(app)
    assert len(chat.messages("alerts")) == 1
    assert "Zanzibarquux" not in str(chat.messages("alerts"))


async def test_a_channel_that_is_gone_takes_its_edits_with_it(app, server, chat):
    await watch_channel(app, channel_id(chat, "channel-3"))
    bug = file_bug(server, text="")
    await poll_and_deliver(app)
    chat.control(delete="alerts")
    server.control(advance=3600, comment={"id": bug, "text": REPORT})
    await poll_and_deliver(app)
    assert await waiting(app) == []
    new = file_bug(server)
    await poll_and_deliver(app)
    assert [route.channel for route in await read(app.database, routes.find_routes)] == [channel_id(chat, "channel-3")]
    assert new
    assert sum("is gone" in problem for problem in await problems(app)) == 1


async def test_a_pause_stored_while_the_clock_was_wrong_holds_back_nothing(app, server, chat):
    new = file_bug(server)
    chat.control(fault=SEND, status=401, code=0, n=1)
    await poll_and_deliver(app)
    channel = app.database.tables["channel"]
    far = datetime.now(UTC) + timedelta(days=400)
    async with app.database.transaction() as transaction:
        await transaction.execute(channel.update().values(next_at=far, lease_until=far, holder="elsewhere/1/1-a"))
    await app.deliver()
    assert chat.alerts("alerts") == links(server, new)


def break_alerts_of(bug, monkeypatch):
    build = content._filed_alert

    async def fail(database, indexes, event, number, community):
        if number == bug:
            raise KeyError("odd")
        return await build(database, indexes, event, number, community)

    monkeypatch.setattr(content, "_filed_alert", fail)


async def test_an_alert_that_cannot_be_built_does_not_hold_back_the_others_for_ever(app, server, chat, monkeypatch):
    broken, second = file_bug(server), file_bug(server)
    break_alerts_of(broken, monkeypatch)
    await poll_and_deliver(app)
    for _ in range(5):
        await deliver_postponed(app)
    assert chat.alerts("alerts") == links(server, second)
    assert (await rows(app, "SELECT state, reason FROM delivery ORDER BY id"))[0] == (
        "failed",
        "it failed inside Rootwatch (KeyError)",
    )


async def test_an_edit_that_cannot_be_built_holds_back_no_other(app, server, chat, monkeypatch):
    bugs = [file_bug(server, text="") for _ in range(2)]
    await poll_and_deliver(app)
    break_alerts_of(bugs[0], monkeypatch)
    for bug in bugs:
        server.control(advance=3600, comment={"id": bug, "text": REPORT})
    await poll_and_deliver(app)
    shown = ["lost its power cord" in str(message) for message in chat.messages("alerts")]
    assert shown == [False, True]

"""Several processes on one database: who polls, how often, and that a late one stores nothing."""

import asyncio

from bot.polling.results import NullProgress
from bot.run_lease import RunLease
from storage.values.processes import RunIdentity
from tests.support.bugzilla_polls import poll_bugzilla, request_count, stored_bugs
from tests.support.small_corpus import build_app, open_app


async def test_a_process_that_is_started_again_and_again_polls_at_the_configured_pace(database_url, server):
    async def start():
        app = build_app(database_url, server.url)
        await app.open()
        before = request_count(server)
        await app.start_schedule()
        await app.wait_idle(60)  # a first fill that is cut off goes on at the next start, as it should
        await app.close()
        return request_count(server) - before

    first, *later = [await start() for _ in range(6)]
    assert first > 0
    assert sum(later) <= 1  # comments are compared once in half an hour


async def test_a_poll_whose_lease_was_taken_meanwhile_stores_nothing(database_url, server):
    apps = [await open_app(build_app(database_url, server.url)) for _ in range(2)]
    app, other = apps
    await poll_bugzilla(app)
    bug = server.control(advance=3600, file={"summary": "Telia: One more", "text": "Secret."})["id"]
    search = app.poller.bugzilla_client().search_bugs

    async def search_slowly(*arguments, **options):
        async for page in search(*arguments, **options):
            # as if this process were suspended here for so long that another has read the bug, which is restricted now
            async with other.database.transaction() as transaction:
                table = transaction.tables["lease"]
                await transaction.execute(table.update().values(holder="host/1/b", token=table.c.token + 1))
            yield page

    app.poller.bugzilla_client().search_bugs = search_slowly
    result = await app.poller.poll_bugzilla(NullProgress(), on_schedule=False, sweep=False)
    assert "Process 1 on host host polls this source right now" in result.error
    assert bug not in await stored_bugs(other)
    for each in apps:
        await each.close()


async def test_beside_a_running_bot_nothing_is_polled_until_that_has_ended(database_url, server):
    app = await open_app(build_app(database_url, server.url))
    bot = RunLease(app.database, "elsewhere/7/1-a")
    assert await bot.try_acquire(RunIdentity("token", "sources"))
    app.database.set_fence(None)  # this process does not run the bot
    before = request_count(server)
    shown, is_shown = [], asyncio.Event()

    def show(sentence):
        shown.append(sentence)
        is_shown.set()

    await app.start_schedule()
    watch = asyncio.create_task(app.turn.watch(show))
    await app.wait_idle(60)
    await asyncio.wait_for(is_shown.wait(), 60)
    assert request_count(server) == before
    assert shown == [
        "The bot runs on this database (process 7 on host elsewhere) and polls the sources; this chat answers."
    ]
    await bot.release()
    assert await app.turn.runs_elsewhere() is None
    watch.cancel()
    await app.stop()
    await app.start_schedule()
    await app.wait_idle(60)
    assert request_count(server) > before
    await app.close()

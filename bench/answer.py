"""Measures `!incidents Entrust` from the message at the gateway to the request with the reply.

A bare discord.py command is measured for comparison. The fake Discord runs in this process and each bot in its own;
they get commands alternately, so that other load on the machine affects both alike. Also measured, in one process and
without Discord: the same query to the use case, and the smallest SQL for the same ten rows and their count, on the same
database.
"""

import asyncio
import json
import sqlite3
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from common import (
    BENCH,
    ROOTWATCH,
    TOKEN,
    Row,
    copy_database,
    environment,
    import_fake_discord,
    median,
    p95,
    process,
    run_alone,
    write_config,
)

WARM_UPS, RUNS = 20, 200
NEWEST = """select bug, summary, status, created from incident
 where ca = ? and visibility = 'here' order by created desc, bug desc limit 10"""
COUNT = "select count(*) from incident where ca = ? and visibility = 'here'"
BARE_BOT = """
import sys
import discord
from discord.ext import commands
from yarl import URL
discord.http.Route.BASE = sys.argv[1]
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = URL(sys.argv[2])
intents = discord.Intents.none()
intents.guilds = intents.guild_messages = intents.message_content = True
bot = commands.Bot("!", help_command=None, intents=intents, max_messages=None, guild_ready_timeout=0.5,
    member_cache_flags=discord.MemberCacheFlags.none(), chunk_guilds_at_startup=False)
@bot.command()
async def incidents(ctx, *, ca):
    await ctx.send(ca)
bot.run(sys.argv[3], log_handler=None)
"""


class DiscordUnderTest:
    """One bot's fake Discord: sends a command there and waits for the request with the reply."""

    def __init__(self, server: object) -> None:
        self.server = server
        self.user = server.add_user("alice")
        self.guild = server.add_guild("bench", ("general",), (self.user,))

    async def wait_connected(self) -> None:
        for _ in range(600):
            if any(session.ws for session in self.server.sessions.values()):
                return
            await asyncio.sleep(0.05)
        raise TimeoutError("the bot did not connect")

    async def time_reply(self) -> float:
        """Return the milliseconds from the message to the request with the reply."""
        request_count = len(self.server.requests)
        started = time.monotonic()
        await self.server.say(self.guild["channels"][0], self.user, "!incidents Entrust")
        while True:
            for received_at, method, path, body in self.server.requests[request_count:]:
                if method == "POST" and path.endswith("/messages"):
                    if "Entrust" not in json.dumps(body):
                        raise SystemExit(f"not a reply: {body}")
                    await asyncio.sleep(0.01)  # until the bot has the response to its reply
                    return (received_at - started) * 1000
            if time.monotonic() - started > 20:
                raise TimeoutError("no reply in 20 s")
            await asyncio.sleep(0.0005)


async def time_both_bots(folder: Path) -> tuple[list[float], list[float]]:
    fake_discord = import_fake_discord()
    servers = [await fake_discord.FakeDiscord(TOKEN, buckets=False).start() for _ in range(2)]
    ours, bare = (DiscordUnderTest(server) for server in servers)
    config = write_config(folder, "http://127.0.0.1:9", servers[0].base, servers[0].ws_url)
    commands = [
        ([ROOTWATCH, "run", "--config", config], environment(DISCORD_TOKEN=TOKEN)),
        ([sys.executable, "-c", BARE_BOT, servers[1].base, servers[1].ws_url, TOKEN], environment()),
    ]
    with ExitStack() as running:
        for command, variables in commands:
            log = running.enter_context((folder / "bot.log").open("ab"))
            running.enter_context(process(command, env=variables, cwd=folder, stdout=log, stderr=log))
        await asyncio.gather(ours.wait_connected(), bare.wait_connected())
        await asyncio.sleep(3)  # discord.py reads its guilds before it listens
        times: tuple[list[float], list[float]] = ([], [])
        for n in range(WARM_UPS + RUNS):
            for discord, milliseconds in zip((ours, bare), times, strict=True):
                elapsed = await discord.time_reply()
                if n >= WARM_UPS:
                    milliseconds.append(elapsed)
    for server in servers:
        await server.stop()
    return times


def time_sqlite(database: Path) -> list[float]:
    times = []
    with sqlite3.connect(database) as transaction:
        for _ in range(WARM_UPS + RUNS):
            started = time.perf_counter()
            newest = transaction.execute(NEWEST, ["Entrust"]).fetchall()
            transaction.execute(COUNT, ["Entrust"]).fetchone()
            times.append((time.perf_counter() - started) * 1000)
            if len(newest) != 10:
                raise SystemExit("the database does not contain the expected incidents")
    return times[WARM_UPS:]


async def time_queries(config: str) -> list[float]:
    from bot.app import build
    from bot.config import load
    from handlers.actor import OPERATOR
    from handlers.queries.filters import IncidentQuery

    app, times = build(load(config)), []
    await app.open()
    for _ in range(WARM_UPS + RUNS):
        started = time.perf_counter()
        await app.use_cases.incidents.list(OPERATOR, IncidentQuery("Entrust"), page=0)
        times.append((time.perf_counter() - started) * 1000)
    await app.close()
    return times[WARM_UPS:]


def measure(folder: Path, filled: Path) -> list[Row]:
    copy_database(filled, folder)
    ours, bare = asyncio.run(time_both_bots(folder))
    sql = time_sqlite(folder / "rootwatch.db")
    config = write_config(folder, "http://127.0.0.1:9")
    command = [sys.executable, BENCH / "answer.py", "--queries", config]
    with process(command, stdout=subprocess.PIPE) as running:
        queries = json.loads(running.communicate()[0])

    def row(label: str, times: list[float], remark: str = "") -> Row:
        return Row(label, f"{median(times):.2f} / {p95(times):.2f} ms", remark)

    ratio = f"{median(ours) / median(bare):.1f} / {p95(ours) / p95(bare):.1f}"
    return [
        row("!incidents Entrust, message to reply: p50 / p95", ours, f"{RUNS} runs, alternating with the next"),
        row("bare discord.py command: p50 / p95", bare),
        Row("Rootwatch / bare: p50 / p95", ratio),
        row("the same query to the use case: p50 / p95", queries, "in one process, no Discord"),
        row("ten newest and their count in plain sqlite3: p50 / p95", sql, "the smallest SQL for it"),
    ]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--queries"]:
        print(json.dumps(asyncio.run(time_queries(sys.argv[2]))), flush=True)
    else:
        run_alone(measure)

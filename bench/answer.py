"""`!incidents Entrust`, from the message at the gateway to the reply's request, beside a bare discord.py command.

The stand-in for Discord runs here, both bots in processes of their own, asked in turn, so that both are as much
disturbed by whatever else the machine does. Beside that, in one process and without Discord: the question to `Queries`
and the smallest SQL for the same ten rows and their number, on the same database.
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
    alone,
    configuration,
    copy_database,
    environment,
    middle,
    p95,
    process,
    stand_in_module,
)

WARM_UPS, TRIES = 20, 200
NEWEST = """select bug, summary, status, created from incident
 where ca = ? and standing = 'here' order by created desc, bug desc limit 10"""
COUNT = "select count(*) from incident where ca = ? and standing = 'here'"
BARE = """
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


class Side:
    """One bot's Discord: says something there and waits for the reply's request."""

    def __init__(self, server: object) -> None:
        self.server = server
        self.user = server.add_user("alice")
        self.guild = server.add_guild("bench", ("general",), (self.user,))

    async def connected(self) -> None:
        for _ in range(600):
            if any(session.ws for session in self.server.sessions.values()):
                return
            await asyncio.sleep(0.05)
        raise TimeoutError("the bot did not connect")

    async def ask(self) -> float:
        """Give the milliseconds from the message to the request that answers it."""
        known = len(self.server.requests)
        started = time.monotonic()
        await self.server.say(self.guild["channels"][0], self.user, "!incidents Entrust")
        while True:
            for came, method, path, body in self.server.requests[known:]:
                if method == "POST" and path.endswith("/messages"):
                    if "Entrust" not in json.dumps(body):
                        raise SystemExit(f"this is no answer: {body}")
                    await asyncio.sleep(0.01)  # until the bot has its answer's answer
                    return (came - started) * 1000
            if time.monotonic() - started > 20:
                raise TimeoutError("no answer in 20 s")
            await asyncio.sleep(0.0005)


async def ask_both(folder: Path) -> tuple[list[float], list[float]]:
    stand_in = stand_in_module()
    servers = [await stand_in.FakeDiscord(TOKEN, buckets=False).start() for _ in range(2)]
    ours, bare = (Side(server) for server in servers)
    config = configuration(folder, "http://127.0.0.1:9", servers[0].base, servers[0].ws_url)
    commands = [
        ([ROOTWATCH, "run", "--config", config], environment(DISCORD_TOKEN=TOKEN)),
        ([sys.executable, "-c", BARE, servers[1].base, servers[1].ws_url, TOKEN], environment()),
    ]
    with ExitStack() as running:
        for command, variables in commands:
            log = running.enter_context((folder / "bot.log").open("ab"))
            running.enter_context(process(command, env=variables, cwd=folder, stdout=log, stderr=log))
        await asyncio.gather(ours.connected(), bare.connected())
        await asyncio.sleep(3)  # discord.py reads its guilds before it listens
        times: tuple[list[float], list[float]] = ([], [])
        for n in range(WARM_UPS + TRIES):
            for side, kept in zip((ours, bare), times, strict=True):
                took = await side.ask()
                if n >= WARM_UPS:
                    kept.append(took)
    for server in servers:
        await server.stop()
    return times


def ask_sqlite(database: Path) -> list[float]:
    times = []
    with sqlite3.connect(database) as connection:
        for _ in range(WARM_UPS + TRIES):
            started = time.perf_counter()
            newest = connection.execute(NEWEST, ["Entrust"]).fetchall()
            connection.execute(COUNT, ["Entrust"]).fetchone()
            times.append((time.perf_counter() - started) * 1000)
            if len(newest) != 10:
                raise SystemExit("the database does not hold what was asked for")
    return times[WARM_UPS:]


async def ask_answers(config: str) -> list[float]:
    from bot.app import build
    from bot.config import load

    app, times = build(load(config)), []
    await app.open()
    for _ in range(WARM_UPS + TRIES):
        started = time.perf_counter()
        await app.queries.incidents("Entrust", page=0)
        times.append((time.perf_counter() - started) * 1000)
    await app.close()
    return times[WARM_UPS:]


def measure(folder: Path, filled: Path) -> list[Row]:
    copy_database(filled, folder)
    ours, bare = asyncio.run(ask_both(folder))
    plain = ask_sqlite(folder / "rootwatch.db")
    config = configuration(folder, "http://127.0.0.1:9")
    command = [sys.executable, BENCH / "answer.py", "--answers", config]
    with process(command, stdout=subprocess.PIPE) as running:
        answers = json.loads(running.communicate()[0])

    def row(what: str, times: list[float], beside: str = "") -> Row:
        return Row(what, f"{middle(times):.2f} / {p95(times):.2f} ms", beside)

    ratio = f"{middle(ours) / middle(bare):.1f} / {p95(ours) / p95(bare):.1f}"
    return [
        row("!incidents Entrust, message to reply: p50 / p95", ours, f"{TRIES} tries, in turn with the next"),
        row("bare discord.py command: p50 / p95", bare),
        Row("Rootwatch / bare: p50 / p95", ratio),
        row("the same question to `Queries`: p50 / p95", answers, "in one process, no Discord"),
        row("ten newest and their number in plain sqlite3: p50 / p95", plain, "the smallest SQL for it"),
    ]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--answers"]:
        print(json.dumps(asyncio.run(ask_answers(sys.argv[2]))), flush=True)
    else:
        alone(measure)

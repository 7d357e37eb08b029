"""Measures replies and autocompletion on the recorded incidents, and on ten times as many.

`!incidents Entrust` is measured from the message at the gateway to the request with the reply, beside a bare discord.py
command. The fake Discord runs in this process and each bot in its own; they get commands alternately, so that other
load on the machine affects all alike. What answers without Discord is measured in one process, in turn as well, beside
the smallest SQL for the same ten rows and their count. All use the same databases.
"""

import asyncio
import json
import sqlite3
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

from common import (
    BENCH,
    ROOTWATCH,
    TOKEN,
    Row,
    copy_database,
    environment,
    import_fake_discord,
    median,
    multiply_incidents,
    p95,
    process,
    run_alone,
    write_config,
)

WARM_UPS, RUNS = 20, 200
ANSWER_RUNS, MAX_SECONDS = 60, 4  # of each answer without Discord, whichever ends first
SIZES = (1, 10)  # times the recorded incidents
NEWEST = """select bug, summary, status, created from incident
 where ca = ? and visibility = 'here' order by created desc, bug desc limit 10"""
COUNT = "select count(*) from incident where ca = ? and visibility = 'here'"
TYPED = ("", "1", "entrust", "entrust juris", "cert", "e")
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


async def time_bots(folders: list[Path]) -> list[list[float]]:
    """Return the times of a Rootwatch for each folder with a database, and at the end those of a bare bot."""
    fake_discord = import_fake_discord()
    servers = [await fake_discord.FakeDiscord(TOKEN, buckets=False).start() for _ in (*folders, "bare")]
    under_test = [DiscordUnderTest(server) for server in servers]
    commands = [
        ([ROOTWATCH, "run", "--config", write_config(folder, "http://127.0.0.1:9", server.base, server.ws_url)],
         environment(DISCORD_TOKEN=TOKEN))
        for folder, server in zip(folders, servers, strict=False)
    ]  # fmt: skip
    commands.append(([sys.executable, "-c", BARE_BOT, servers[-1].base, servers[-1].ws_url, TOKEN], environment()))
    with ExitStack() as running:
        log = running.enter_context((folders[0] / "bot.log").open("ab"))
        for command, variables in commands:
            running.enter_context(process(command, env=variables, cwd=folders[0], stdout=log, stderr=log))
        await asyncio.gather(*(discord.wait_connected() for discord in under_test))
        await asyncio.sleep(3)  # discord.py reads its guilds before it listens
        times: list[list[float]] = [[] for _ in under_test]
        for n in range(WARM_UPS + RUNS):
            for discord, milliseconds in zip(under_test, times, strict=True):
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


async def time_answers(configs: list[Path]) -> dict[str, list[list[float]]]:
    """Return the milliseconds of each answer, for each configuration's database."""
    from bot.app import build
    from bot.chat import autocomplete
    from bot.config import load

    apps = [build(load(config)) for config in configs]
    times: dict[str, list[list[float]]] = {}
    for app in apps:
        await app.open()
    for label, answer in _answers(autocomplete).items():
        times[label] = [[] for _ in apps]
        until = time.monotonic() + MAX_SECONDS
        for n in range(ANSWER_RUNS + 5):
            if n > 5 and time.monotonic() > until:
                break
            for app, milliseconds in zip(apps, times[label], strict=True):
                started = time.perf_counter()
                await answer(app.use_cases)
                if n >= 5:
                    milliseconds.append((time.perf_counter() - started) * 1000)
    for app in apps:
        await app.close()
    return times


def _answers(autocomplete) -> dict:
    """Return what is measured without Discord, by label, as functions of the use cases."""
    from handlers.actor import OPERATOR
    from handlers.queries.filters import IncidentQuery

    def list_incidents(query):
        return lambda cases: cases.incidents.list(OPERATOR, query, page=0)

    def suggest(function, typed):
        def answer(cases):
            user = SimpleNamespace(id=1)
            client = SimpleNamespace(use_cases=cases)
            return function(SimpleNamespace(client=client, guild=None, channel=None, user=user), typed)

        return answer

    answers = {
        "answering `incidents Entrust`": list_incidents(IncidentQuery("Entrust")),
        "answering `incidents`": list_incidents(IncidentQuery()),
        "answering `incidents section:ev-misissuance open:yes`": list_incidents(
            IncidentQuery(section="ev-misissuance", state="open")
        ),
        "answering `incident 1883843`": lambda cases: cases.incidents.detail(OPERATOR, 1883843),
        "answering `sections`": lambda cases: cases.sections.list(OPERATOR),
        "answering `status`": lambda cases: cases.status.status(),
    }
    for name in ("owners", "sections", "bugs", "subjects"):
        for typed in TYPED:
            answers[f"suggest {name} for “{typed}”"] = suggest(getattr(autocomplete, f"suggest_{name}"), typed)
    return answers


def measure(folder: Path, filled: Path) -> list[Row]:
    folders = [folder / f"times{size}" for size in SIZES]
    for own, size in zip(folders, SIZES, strict=True):
        copy_database(filled, own)
        multiply_incidents(own / "rootwatch.db", size)
    *ours, bare = asyncio.run(time_bots(folders))
    sql = [time_sqlite(own / "rootwatch.db") for own in folders]
    configs = [write_config(own, "http://127.0.0.1:9") for own in folders]
    with process([sys.executable, BENCH / "answer.py", "--answers", *configs], stdout=subprocess.PIPE) as running:
        answers = json.loads(running.communicate()[0])

    def row(label: str, times: list[list[float]], remark: str = "") -> Row:
        return Row(label, "   ".join(f"{median(series):.2f} / {p95(series):.2f} ms" for series in times), remark)

    ratios = "   ".join(f"{median(series) / median(bare):.1f} / {p95(series) / p95(bare):.1f}" for series in ours)
    return [
        Row(f"p50 / p95 at {' and '.join(map(str, SIZES))} times the incidents", ""),
        row("!incidents Entrust, message to reply", ours, f"{RUNS} runs, alternating with the next"),
        row("bare discord.py command", [bare]),
        Row("Rootwatch / bare", ratios),
        row("ten newest and their count in plain sqlite3", sql, "the smallest SQL for it"),
        *(row(label, times) for label, times in answers.items()),
    ]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--answers"]:
        print(json.dumps(asyncio.run(time_answers([Path(name) for name in sys.argv[2:]]))), flush=True)
    else:
        run_alone(measure)

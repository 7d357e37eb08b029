"""The world of one topology: Bugzilla with its list, Discord, a database and the processes, and what happens in it."""

import json
import time
import urllib.request
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from tests.harness.bug_orders import change, new_bug
from tests.harness.clock import Clocks
from tests.harness.databases import FaultyDatabase, NotPossible, PostgresCluster, SqliteFile
from tests.harness.faults import Fault
from tests.harness.feed import FeedServer, feed_server
from tests.harness.ledger import Ledger
from tests.harness.members import Members
from tests.harness.processes import RunProcess
from tests.harness.schedule import Round, Topology
from tests.harness.script import Action
from tests.support.discord import FakeDiscord, bot_environment, fake_discord
from tests.support.replay import ReplayServer, replay
from tests.support.small_corpus import write_corpus, write_messages

WATCHED = ("alerts", "channel-3", "channel-4", "channel-5", "channel-6")
DOOMED = "channel-6"  # the one that is deleted
STEP_SECONDS = 20  # of Bugzilla's clock between two events
LATENCY_SECONDS = 0.05  # of Discord, so that a kill can come between sending and noting
NONCE_SECONDS = 150  # for which Discord remembers a message; "a few minutes"
POLL_SECONDS = 1
ACTIVE_SECONDS = 75  # until a process must be active: the life of a lease and a start
SWEEP_POLLS = 4


class World:
    """The stand-ins and processes of one topology; what happens is recorded in `ledger`."""

    def __init__(self, topology: Topology, folder: Path) -> None:
        self.topology = topology
        self.ledger = Ledger()
        self.not_possible: set[str] = set()
        self.commands_run = 0
        self._stack = ExitStack()
        self._folder = folder
        self._corpus, self._messages = write_corpus(folder), write_messages(folder)

    def __enter__(self) -> Self:
        try:
            self._begin()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _begin(self) -> None:
        database_class = SqliteFile if self.topology.database == "sqlite" else PostgresCluster
        self.database: FaultyDatabase = database_class(self._folder / "database")
        self._stack.callback(self.database.close)
        self.database.start()
        names = "ab"[: self.topology.processes]
        self.clocks = Clocks(self._folder, names)
        log = self._stack.enter_context((self._folder / "stand-ins.log").open("wb"))
        self.source: ReplayServer = self._stack.enter_context(
            replay(corpus=self._corpus, messages=self._messages, log=log)
        )
        options = ("--channels", str(len(WATCHED) + 1), "--latency", str(LATENCY_SECONDS))
        self.chat: FakeDiscord = self._stack.enter_context(
            fake_discord(*options, "--nonce-seconds", str(NONCE_SECONDS), log=log)
        )
        environment = bot_environment(self.database.url, self.source.url, self.source.list_url, self.chat)
        self.feed: FeedServer = self._stack.enter_context(feed_server())
        environment |= {
            "ROOTWATCH__LISTS__1__NAME": "news",
            "ROOTWATCH__LISTS__1__URL": f"{self.feed.url}/feed",
            "ROOTWATCH__LISTS__1__KIND": "feed",
            "ROOTWATCH__LISTS__1__POLL_SECONDS": "1",
            "ROOTWATCH__BUGZILLA__SWEEP_POLLS": str(SWEEP_POLLS),
        }
        self.processes = [
            RunProcess(self._folder / name, environment | self.clocks.environment(name)) for name in names
        ]
        for process in self.processes:
            self._stack.callback(process.end)
        self.members = Members(self.chat, self.ledger, self.database)

    # what the stand-ins are asked

    def act(self, action: Action, round_number: int) -> None:
        """Let one event happen."""
        match action.kind:
            case "post":
                text = f"It is about mail {action.item}."
                number = self._source(post={"subject": f"Mail {action.item}", "body": text})["number"]
                link = f"{self.source.url}/dev-security-policy@mozilla.org/msg{number:05d}.html"
                self.ledger.record_post(link, round_number)
            case "post in feed":
                self.ledger.record_post(self.feed.post(), round_number)
            case "vote":
                self.members.vote(action.item)
            case "ask":
                self.members.ask(action.item, round_number, is_sure=False)
            case "file" | "file late" | "file hidden" | "file elsewhere":
                answer = self._source(file=new_bug(action, self._now()))
                self.ledger.record_bug(action, answer["id"], round_number)
            case _:
                self._source(**change(action, self.ledger.bugs[action.item].id, self._now()))
                self.ledger.record_change(action, round_number)

    def inject(self, fault: Fault, current: Round) -> None:
        """Let a fault begin; one that is not possible here is noted."""
        channel = WATCHED[current.channel % len(WATCHED)]
        channel_id = self.chat.startup_info["channels"][channel]
        options = dict(fault.options)
        try:
            match fault.target:
                case "discord":
                    path = f"/channels/{channel_id}/messages" + ("/*" if fault.method == "PATCH" else "")
                    self.chat.control(fault=f"{fault.method} {path}", n=current.count, **options)
                case "login":
                    self.chat.control(fault="GET /users/@me", n=min(current.count, 2), **options)
                case "feed":
                    self.feed.change(current.form)
                case "interaction":
                    self.chat.control(fault="POST /interactions/*", n=1, **options)
                    self.members.use_slash_command(seconds=1)
                case "source":
                    path = "/rest" if current.source == "bugzilla" else "/dev-security-policy"
                    self.source.control(faults=[{"path": path, "times": current.count, **options}])
                case "database":
                    self.database.make_trouble(options["trouble"], current.trouble_seconds)
                case "clock":
                    if not self.clocks.are_movable:
                        raise NotPossible("there is no C compiler for the clock that can be set")
                    # of one process, so that two disagree
                    self.clocks.set("ab"[current.channel % len(self.processes)], current.jump)
                case "gateway":
                    self.chat.control(drop=True)
                case "channel":
                    self._close_channel(channel, delete="delete" in options)
                case "message":
                    self._delete_message(channel, channel_id)
        except NotPossible as reason:
            self.not_possible.add(f"{fault.name}: {reason}")

    def lift(self) -> None:
        """End all faults."""
        self.clocks.set_right()
        self.chat.control(clear_faults=True)
        for channel in WATCHED:
            if channel not in self.ledger.deleted_channels:
                self.chat.control(allow=channel)
        self.source.control(faults=[])
        self.database.wait_until_well()

    # the processes

    def active(self) -> RunProcess | None:
        """Return the process that has the lease and lives."""
        holder = self.database.run_holder()
        return next(
            (process for process in self.processes if process.is_holder(holder) and process.keep_running()), None
        )

    def keep_running(self) -> None:
        """Start again what has ended by itself, as a service manager does."""
        for process in self.processes:
            process.keep_running()

    def wait_until_active(self, seconds: float) -> float | None:
        """Wait until a process is active and connected; return after how many seconds, None if it was not in time."""
        started = time.monotonic()
        while time.monotonic() < started + seconds:
            self.keep_running()
            if self.active() is not None and self.chat.control()["connected"]:
                return time.monotonic() - started
            time.sleep(0.1)
        return None

    def command(self, *arguments: str) -> dict[str, Any]:
        """Run a command of the program beside the bot."""
        self.commands_run += 1
        return self.processes[0].command(*arguments)

    def polls(self) -> int:
        """Return how often Bugzilla was polled: each poll asks for its time first."""
        return int(self.source.counts().get("/rest/time", {}).get("requests", 0))

    def bug_url(self, number: int) -> str:
        """Return the link to a bug, as alerts have it."""
        return f"{self.source.url}/show_bug.cgi?id={number}"

    def save_evidence(self, tables: dict[str, list[dict[str, Any]]]) -> None:
        """Write what chasing a fault needs beside the logs: all rows, and all messages in Discord."""
        rows = [f"{name} {row}" for name, table in tables.items() if name != "model" for row in table]
        (self._folder / "tables.txt").write_text("\n".join(rows))
        (self._folder / "discord.json").write_text(json.dumps(self.chat.control(), indent=1))

    def _source(self, **order: Any) -> dict[str, Any]:
        return self.source.control(advance=STEP_SECONDS, **order)

    def _now(self) -> datetime:
        """Return the time on Bugzilla's clock."""
        return datetime.fromisoformat(self.source.control()["now"])

    def _close_channel(self, channel: str, *, delete: bool) -> None:
        if not delete:
            if channel not in self.ledger.deleted_channels:
                self.chat.control(forbid=channel)
            return
        if DOOMED in self.ledger.deleted_channels:
            return
        # the stand-in shows messages by channel, so those of a deleted one must be gone first
        self.ledger.deleted_channels.add(DOOMED)
        self.chat.control(forbid=DOOMED)
        channel_id = self.chat.startup_info["channels"][DOOMED]
        while messages := self._discord("GET", f"/channels/{channel_id}/messages?limit=100"):
            for message in messages:
                self._discord("DELETE", f"/channels/{channel_id}/messages/{message['id']}")
        # in one step: the stand-in answers 50013 for a forbidden channel even when there is none
        self.chat.control(allow=DOOMED, delete=DOOMED)

    def _delete_message(self, channel: str, channel_id: str) -> None:
        """Let a moderator delete the oldest alert, which is edited, in vain, when its bug changes."""
        if channel in self.ledger.deleted_channels:
            return
        for message in self.chat.messages(channel)[:20]:
            url = message["embeds"][0].get("url") if message["embeds"] else None
            if url:
                self._discord("DELETE", f"/channels/{channel_id}/messages/{message['id']}")
                self.ledger.deleted_messages.add((channel, url))
                return

    def _discord(self, method: str, path: str) -> Any:
        """Make a request as Discord's clients do."""
        request = urllib.request.Request(self.chat.startup_info["api"] + path, method=method)
        request.add_header("Authorization", f"Bot {self.chat.startup_info['token']}")
        with urllib.request.urlopen(request, timeout=30) as response:
            body = response.read()
        return json.loads(body) if body else None

"""A fake Discord and the bot, each as a process; the bot can be killed."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from tests.support.shared import DISCORD_SERVER

SKIP_REASON = (
    "" if DISCORD_SERVER.exists() else "../shared is not here: the bot as a process was not tried against a Discord"
)


class FakeDiscord:
    """A running fake Discord: its addresses and token, and commands to it."""

    def __init__(self, startup_info: dict[str, Any]) -> None:
        self.startup_info = startup_info

    def control(self, **command: Any) -> dict[str, Any]:
        """Send a command; without one, return the state."""
        data = json.dumps(command).encode() if command else None
        request = urllib.request.Request(self.startup_info["control"], data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)

    def messages(self, channel: str) -> list[dict[str, Any]]:
        """Return the bot's messages in a channel, oldest first."""
        return [message for message in self.control()["messages"].get(channel, []) if message["author"] == "bot"]

    def alerts(self, channel: str) -> list[str]:
        """Return the link of each message's first embed, in order."""
        return [message["embeds"][0].get("url") or "" for message in self.messages(channel) if message["embeds"]]

    def wait_until(self, condition: Any, seconds: float = 180) -> bool:
        """Return whether the condition became true within so many seconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return True
            time.sleep(0.1)
        return False


@contextmanager
def fake_discord(*options: str, log: IO[bytes] | None = None) -> Iterator[FakeDiscord]:
    """Run the fake Discord with these command-line options; `log` takes what it says of connections that break."""
    command = [sys.executable, str(DISCORD_SERVER), "--port", "0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        yield FakeDiscord(json.loads(process.stdout.readline()))
    finally:
        process.kill()
        process.wait()


class BotProcess:
    """`rootwatch run` in a folder of its own."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._folder = folder
        self._environment = {**os.environ, **environment}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        log = (self._folder / "bot.log").open("ab")
        self.process = subprocess.Popen(self.command(), cwd=self._folder, env=self._environment, stderr=log, stdout=log)

    def command(self) -> list[str]:
        """Return the command line of the process."""
        return [sys.executable, "-m", "bot", "run"]

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def terminate(self) -> tuple[int, float]:
        """Send SIGTERM; return the exit code and the seconds until the process ended."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        return code, time.monotonic() - started

    @property
    def log(self) -> str:
        return (self._folder / "bot.log").read_text()


def bot_environment(database_url: str, bugzilla: str, list_url: str, discord: FakeDiscord) -> dict[str, str]:
    """Return the environment of a bot that polls and connects to these servers every second."""
    return {
        "ROOTWATCH__DATABASE__URL": database_url,
        "ROOTWATCH__BUGZILLA__URL": bugzilla,
        "ROOTWATCH__BUGZILLA__POLL_SECONDS": "1",
        "ROOTWATCH__LISTS__0__URL": list_url,
        "ROOTWATCH__LISTS__0__POLL_SECONDS": "1",
        "ROOTWATCH__LISTS__0__PAGE_SECONDS": "0",
        "ROOTWATCH__DISCORD__API_URL": discord.startup_info["api"],
        "ROOTWATCH__DISCORD__GATEWAY_URL": discord.startup_info["gateway"],
        "DISCORD_TOKEN": discord.startup_info["token"],
    }

"""`rootwatch run` and the commands beside it, as processes that can be killed, stopped and started again."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

END_SECONDS = 12  # 5 are promised; several runs share the machine
START_SECONDS = 15


class RunProcess:
    """One `rootwatch run` in a folder of its own, which a service manager would start again when it ends."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        folder.mkdir()
        self._folder = folder
        self._environment = {**os.environ, **environment}
        self._process: subprocess.Popen[bytes] | None = None
        self._sessions: list[int] = []
        self._started_at = 0.0
        self.exits: list[int] = []  # codes of ends that nobody asked for

    def start(self) -> None:
        """Start the process."""
        command = [sys.executable, "-m", "bot", "-v", "run"]
        with (self._folder / "bot.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=self._folder, env=self._environment, stderr=log, stdout=log, start_new_session=True
            )
        self._sessions.append(self._process.pid)
        self._started_at = time.monotonic()

    def keep_running(self) -> bool:
        """Start the process again if it has ended by itself; return whether it ran."""
        if self._process is None:
            return False
        code = self._process.poll()
        if code is None:
            return True
        self.exits.append(code)
        time.sleep(0.5)
        self.start()
        return False

    def kill(self) -> None:
        """End it at once, as the kernel does when memory is short."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def terminate(self) -> str:
        """Ask it to end, and kill it after 20 seconds; return what was wrong with that, "" if nothing was."""
        assert self._process is not None
        age, asked_at = time.monotonic() - self._started_at, time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()
            return "it did not end within 20 s"
        seconds = time.monotonic() - asked_at
        if seconds > END_SECONDS:
            return f"it took {seconds:.1f} s to end"
        # before the program has begun to run, the signal ends Python itself
        is_right = code == 0 or (code == -signal.SIGTERM and age < START_SECONDS)
        return "" if is_right else f"it ended with {code}, {age:.1f} s after its start"

    def suspend(self) -> None:
        """Stop it where it is."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    @property
    def pid(self) -> int:
        """The process's number, 0 before its first start."""
        return self._process.pid if self._process else 0

    def is_holder(self, worker: str | None) -> bool:
        """Return whether a worker id, as leases hold it, is that of this process."""
        return worker is not None and worker.split("/")[1:2] == [str(self.pid)]

    @property
    def log(self) -> str:
        """Everything it has logged."""
        path = self._folder / "bot.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def command(self, *arguments: str, seconds: float = 90) -> dict[str, Any]:
        """Run another command of the program beside it; return its JSON, or the code and what it said."""
        line = [sys.executable, "-m", "bot", *arguments, "--json"]
        with (self._folder / "commands.log").open("ab") as log:
            try:
                done = subprocess.run(
                    line,
                    check=False,
                    cwd=self._folder,
                    env=self._environment,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    timeout=seconds,
                )
            except subprocess.TimeoutExpired:
                return {"timeout": seconds}
        with suppress(ValueError):
            return dict(json.loads(done.stdout))
        return {"code": done.returncode}

    @property
    def commands_log(self) -> str:
        """What the other commands have said on standard error."""
        path = self._folder / "commands.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def left_over(self) -> list[int]:
        """Return the processes that this one started and that outlived it."""
        own = set(self._sessions)
        alive = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError, ValueError, IndexError):
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) in own and fields[0] not in "ZX":
                    alive.append(int(folder.name))
        return alive

    def end(self) -> None:
        """Kill the process and all that it started."""
        self.kill()
        for pid in self.left_over():
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)

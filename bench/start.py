"""Measures the time from starting `rootwatch` on a filled database to its first reply, in a pipe."""

import json
import subprocess
import sys
import time
from pathlib import Path

from common import ROOTWATCH, Row, copy_database, median, process, run_alone, write_config

RUNS = 7


def time_chat(config: Path) -> float:
    """Return the seconds to the first line of the first reply; standard input stays open meanwhile."""
    started = time.perf_counter()
    command = [ROOTWATCH, "chat", "--config", config]
    with process(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
        running.stdin.write("incidents Entrust\n")
        running.stdin.flush()
        line = running.stdout.readline()
        seconds = time.perf_counter() - started
        if "Entrust" not in line:
            raise SystemExit(f"not a reply: {line!r}")
        running.stdin.close()
        running.wait(20)
    return seconds


def time_command(*command: object) -> tuple[float, str]:
    """Return the seconds from start to end of a command, and its output."""
    started = time.perf_counter()
    with process(command, stdout=subprocess.PIPE) as running:
        output = running.communicate(timeout=60)[0]
        return time.perf_counter() - started, output


def measure(folder: Path, filled: Path) -> list[Row]:
    copy_database(filled, folder)
    config = write_config(folder, "http://127.0.0.1:9")
    chats, documents, nothing, imports = [], [], [], []
    for n in range(RUNS + 1):  # the first is discarded: it may write bytecode
        chats.append(time_chat(config))
        seconds, output = time_command(ROOTWATCH, "incidents", "Entrust", "--json", "--config", config)
        documents.append(seconds)
        if n == 0 and not json.loads(output):
            raise SystemExit(f"not a reply: {output!r}")
        nothing.append(time_command(sys.executable, "-c", "pass")[0])
        imports.append(time_command(sys.executable, "-c", "import sqlalchemy.ext.asyncio, httpx")[0])
    python_only, libraries = median(nothing[1:]), median(imports[1:])

    def row(label: str, times: list[float], remark: str) -> Row:
        return Row(label, f"{median(times[1:]):.2f} s", remark)

    return [
        row("rootwatch chat, piped: first line of the first reply", chats, f"median of {RUNS}"),
        row("rootwatch incidents Entrust --json: start to end", documents, f"median of {RUNS}"),
        Row("python importing only SQLAlchemy and httpx", f"{libraries:.2f} s", ""),
        Row("python doing nothing", f"{python_only:.2f} s", ""),
    ]


if __name__ == "__main__":
    run_alone(measure)

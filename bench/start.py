"""From starting `rootwatch` on a filled database to its first answer, in a pipe."""

import json
import subprocess
import sys
import time
from pathlib import Path

from common import ROOTWATCH, Row, alone, configuration, copy_database, middle, process

TRIES = 7


def chat(config: Path) -> float:
    """Give the seconds to the first line of the first answer; standard input stays open meanwhile."""
    started = time.perf_counter()
    command = [ROOTWATCH, "chat", "--config", config]
    with process(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
        running.stdin.write("incidents Entrust\n")
        running.stdin.flush()
        line = running.stdout.readline()
        took = time.perf_counter() - started
        if "Entrust" not in line:
            raise SystemExit(f"this is no answer: {line!r}")
        running.stdin.close()
        running.wait(20)
    return took


def once(*command: object) -> tuple[float, str]:
    """Give the seconds from start to end of a command, and what it wrote."""
    started = time.perf_counter()
    with process(command, stdout=subprocess.PIPE) as running:
        told = running.communicate(timeout=60)[0]
        return time.perf_counter() - started, told


def measure(folder: Path, filled: Path) -> list[Row]:
    copy_database(filled, folder)
    config = configuration(folder, "http://127.0.0.1:9")
    chats, documents, nothing, imports = [], [], [], []
    for n in range(TRIES + 1):  # the first is thrown away: it may write bytecode
        chats.append(chat(config))
        took, told = once(ROOTWATCH, "incidents", "Entrust", "--json", "--config", config)
        documents.append(took)
        if n == 0 and not json.loads(told):
            raise SystemExit(f"this is no answer: {told!r}")
        nothing.append(once(sys.executable, "-c", "pass")[0])
        imports.append(once(sys.executable, "-c", "import sqlalchemy.ext.asyncio, httpx")[0])
    floor, libraries = middle(nothing[1:]), middle(imports[1:])

    def row(what: str, times: list[float], beside: str) -> Row:
        return Row(what, f"{middle(times[1:]):.2f} s", beside)

    return [
        row("rootwatch chat, piped: first line of the first answer", chats, f"median of {TRIES}"),
        row("rootwatch incidents Entrust --json: start to end", documents, f"median of {TRIES}"),
        Row("python importing SQLAlchemy and httpx, no more", f"{libraries:.2f} s", ""),
        Row("python doing nothing", f"{floor:.2f} s", ""),
    ]


if __name__ == "__main__":
    alone(measure)

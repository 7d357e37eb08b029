"""Measures the complete initial sync in requests and seconds, compared with perceval on the same Bugzilla.

perceval only reads; Rootwatch reads, stores, trains and classifies. perceval also requests each bug's history and
attachments, which cannot be switched off, so the ratio of requests is also given without those.
"""

import asyncio
import json
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from common import (
    BENCH,
    BUGS,
    COMMENTS,
    ROOT,
    Row,
    environment,
    median,
    replay,
    run_alone,
    run_initial_sync,
    write_config,
)

RUNS = 3
PERCEVAL_ENVIRONMENT = ROOT / ".venv" / "bench"
PERCEVAL_REQUIREMENTS = BENCH / "requirements.txt"
PERCEVAL_READER = """
import json, sys, time
from perceval.backends.core.bugzillarest import BugzillaREST
started, bugs, comments = time.perf_counter(), 0, 0
for item in BugzillaREST(sys.argv[1]).fetch():
    bugs, comments = bugs + 1, comments + len(item["data"]["comments"])
print(json.dumps({"bugs": bugs, "comments": comments, "seconds": time.perf_counter() - started}))
"""


class StageTimer:
    """Records when all titles are stored, and when reading ends and training begins."""

    def __init__(self) -> None:
        self.reading_ended = 0.0
        self.titles_ended = 0.0

    def advance(self, task: str, done: int, total: int | None) -> None:
        if task == "titles":
            self.titles_ended = time.perf_counter()
        if task == "classifier" and not self.reading_ended:
            self.reading_ended = time.perf_counter()


async def sync(config: str) -> dict:
    from bot.app import build
    from bot.config import load

    app, timer = build(load(config)), StageTimer()
    started = time.perf_counter()
    await app.open()
    try:
        result = await app.poll(timer)
        ended = time.perf_counter()
    finally:
        await app.close()
    if result.failed:
        raise SystemExit(f"the initial sync failed: {result}")
    return {
        "seconds": ended - started,
        "titles": timer.titles_ended - started,
        "reading": timer.reading_ended - started,
        "training": ended - timer.reading_ended,
    }


def stored_counts(database: Path) -> tuple[int, int]:
    with sqlite3.connect(database) as transaction:
        query = "select (select count(*) from incident), (select count(*) from comment)"
        return transaction.execute(query).fetchone()


def install_perceval() -> Path | None:
    """Return the interpreter of an environment with perceval, installed if necessary; None if that fails."""
    python, ready = PERCEVAL_ENVIRONMENT / "bin" / "python", PERCEVAL_ENVIRONMENT / "ready"
    if ready.exists() and ready.read_text() == PERCEVAL_REQUIREMENTS.read_text():
        return python
    if shutil.which("uv"):
        commands = [
            ["uv", "venv", "--quiet", "--allow-existing", "--python", sys.executable, PERCEVAL_ENVIRONMENT],
            ["uv", "pip", "sync", "--quiet", "--python", python, PERCEVAL_REQUIREMENTS],
        ]
    else:
        commands = [
            [sys.executable, "-m", "venv", PERCEVAL_ENVIRONMENT],
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", PERCEVAL_REQUIREMENTS],
        ]
    if any(subprocess.run([str(part) for part in command], check=False).returncode for command in commands):
        return None
    ready.write_text(PERCEVAL_REQUIREMENTS.read_text())
    return python


def read_with_perceval(python: Path) -> dict:
    with replay() as server:
        command = [python, "-c", PERCEVAL_READER, server.url]
        completed = subprocess.run(command, env=environment(), capture_output=True, text=True)
        if completed.returncode:
            raise SystemExit(f"perceval failed: {completed.stderr[-500:]}")
        counts = server.control()["counts"]
        extra = sum(count["requests"] for path, count in counts.items() if path.endswith(("/history", "/attachment")))
        return json.loads(completed.stdout) | {
            "requests": server.request_count(),
            "extra": extra,
            "megabytes": server.megabytes(),
        }


def measure(folder: Path, filled: Path) -> list[Row]:
    python, ours, theirs = install_perceval(), [], []
    for n in range(RUNS):
        with replay() as server:
            config = write_config(folder / f"sync-{n}", server.url)
            ours.append(
                run_initial_sync(config) | {"requests": server.request_count(), "megabytes": server.megabytes()}
            )
        if stored_counts(config.parent / "rootwatch.db") != (BUGS, COMMENTS):
            raise SystemExit(f"the initial sync is not complete: {stored_counts(config.parent / 'rootwatch.db')}")
        if python:
            theirs.append(read_with_perceval(python))

    def median_of(runs: list[dict], key: str) -> float:
        return median([run[key] for run in runs])

    size = f"{BUGS:,} bugs, {COMMENTS:,} comments"
    rows = [
        Row(
            "initial sync: requests",
            f"{median_of(ours, 'requests'):.0f}",
            f"{median_of(ours, 'megabytes'):.1f} MB sent; {size}",
        ),
        Row("initial sync: until every title can be queried", f"{median_of(ours, 'titles'):.1f} s", ""),
        Row("initial sync: reading and storing", f"{median_of(ours, 'reading'):.1f} s", f"median of {RUNS}"),
        Row("initial sync: training and classifying", f"{median_of(ours, 'training'):.1f} s", ""),
        Row("initial sync: all", f"{median_of(ours, 'seconds'):.1f} s", ""),
    ]
    if not theirs:
        return [*rows, Row("perceval", "-", "could not be installed")]
    read = f"{theirs[0]['bugs']:,} bugs, {theirs[0]['comments']:,} comments"
    requests, needed = median_of(theirs, "requests"), median_of(theirs, "requests") - median_of(theirs, "extra")
    return [
        *rows,
        Row("perceval: requests", f"{requests:.0f}", f"{median_of(theirs, 'megabytes'):.1f} MB sent; {read}"),
        Row("perceval: requests without histories and attachments", f"{needed:.0f}", ""),
        Row("perceval: reading without storing", f"{median_of(theirs, 'seconds'):.1f} s", f"median of {RUNS}"),
        Row(
            "perceval / Rootwatch: requests",
            f"{requests / median_of(ours, 'requests'):.1f}",
            f"{needed / median_of(ours, 'requests'):.1f} without histories and attachments",
        ),
        Row(
            "Rootwatch / perceval: seconds of reading",
            f"{median_of(ours, 'reading') / median_of(theirs, 'seconds'):.2f}",
            f"{median_of(ours, 'seconds') / median_of(theirs, 'seconds'):.2f} with training",
        ),
    ]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        print(json.dumps(asyncio.run(sync(sys.argv[2]))), flush=True)
    else:
        run_alone(measure)

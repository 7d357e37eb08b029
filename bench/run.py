"""Measures the figures of docs/figures.md against the replay of real incidents in ../shared/replay."""

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import answer
import initial_sync
import memory
import start
from common import REPLAY, describe_load, replay, run_initial_sync, show, write_config


def main() -> None:
    if not REPLAY.exists():
        print(f"The replay of real incidents is missing ({REPLAY}), so nothing was measured.")
        return
    started = time.monotonic()
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {describe_load()}", flush=True)
    with tempfile.TemporaryDirectory(prefix="rootwatch-bench-") as name:
        folder = Path(name)
        with replay() as server:
            run_initial_sync(write_config(folder / "filled", server.url))
        for part in (initial_sync, answer, memory, start):
            print(f"\n{part.__name__}.py, {describe_load()} at the start", flush=True)
            show(part.measure(folder / part.__name__, folder / "filled" / "rootwatch.db"))
    print(f"\n{time.monotonic() - started:.0f} s in all, {describe_load()} at the end")


if __name__ == "__main__":
    main()

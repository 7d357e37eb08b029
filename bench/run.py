"""The figures of docs/figures.md, all against the replay of real incidents in ../shared/replay."""

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import answer
import first_fill
import memory
import start
from common import REPLAY, configuration, fill, load, replay, show


def main() -> None:
    if not REPLAY.exists():
        print(f"The replay of real incidents is not here ({REPLAY}): nothing was measured.")
        return
    began = time.monotonic()
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {load()}", flush=True)
    with tempfile.TemporaryDirectory(prefix="rootwatch-bench-") as name:
        folder = Path(name)
        with replay() as server:
            fill(configuration(folder / "filled", server.url))
        for part in (first_fill, answer, memory, start):
            print(f"\n{part.__name__}.py, {load()} as it began", flush=True)
            show(part.measure(folder / part.__name__, folder / "filled" / "rootwatch.db"))
    print(f"\n{time.monotonic() - began:.0f} s in all, {load()} at the end")


if __name__ == "__main__":
    main()

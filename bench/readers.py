"""How the time of every reader of outside text grows: the worst of all hostile texts of 10³, 10⁴ and 10⁵ characters.

`--reader NAME` measures one reader and names the texts that cost it most.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.support.readers import HOSTILE_FRAMES, HOSTILE_PIECES, READERS, hostile_text

LENGTHS = (1_000, 10_000, 100_000)
# A text that costs more than this is not measured at the next length.
STOP_SECONDS = 1.0


def seconds(read: Callable[[str], object], text: str) -> float:
    started = time.process_time()
    read(text)
    return time.process_time() - started


def measure(read: Callable[[str], object], *, framed: bool) -> list[tuple[tuple[float, ...], str]]:
    """Return the times of one reader at each length, the costliest text first."""
    results = []
    for piece in HOSTILE_PIECES:
        for frame in (("", ""), *(HOSTILE_FRAMES if framed else ())):
            times: list[float] = []
            for length in LENGTHS:
                if times and times[-1] > STOP_SECONDS:
                    break
                text = hostile_text(piece, length, frame)
                times.append(min(seconds(read, text) for _ in range(2 if not times or times[-1] < 0.1 else 1)))
            results.append((tuple(times), repr(piece) + (f" within {frame}" if any(frame) else "")))
    # One that was stopped early is the costliest.
    return sorted(results, key=lambda result: (len(result[0]), -result[0][-1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reader", action="append", help="only this reader, with its ten costliest texts")
    parser.add_argument("--framed", action="store_true", help="also with a beginning and an end around the text")
    arguments = parser.parse_args()
    print(f"{'reader':26} {'10³ ms':>9} {'10⁴ ms':>9} {'10⁵ ms':>9}  {'growth':>6}  costliest text")
    for name in arguments.reader or READERS:
        for times, text in measure(READERS[name], framed=arguments.framed)[: 10 if arguments.reader else 1]:
            shown = " ".join(f"{value * 1e3:9.2f}" for value in times) + " " * (10 * (len(LENGTHS) - len(times)))
            growth = f"{times[-1] / max(times[-2], 1e-6):5.1f}×" if len(times) > 1 else ""
            print(f"{name:26} {shown}  {growth:>6}  {text}", flush=True)


if __name__ == "__main__":
    main()

"""How much longer a function takes for ten times the text."""

import gc
import time
from collections.abc import Callable

SIZES = (1_000, 10_000, 100_000)
# Ten times the text may take so many times as long; where it is read again for each of its characters it takes 100.
MAX_GROWTH = 35
NEGLIGIBLE_SECONDS = 0.0005


def takes_linear_time(function: Callable[[str], object], piece: str) -> bool:
    """Return whether a function's time grows with a text of 10^3, 10^4 and 10^5 characters, and not with its square.

    The time is the processor's and without a collection of garbage, so that it does not depend on what else the machine
    and this process are doing.
    """
    previous = None
    for size in SIZES:
        seconds = max(min(_seconds(function, (piece * size)[:size]) for _ in range(3)), NEGLIGIBLE_SECONDS)
        # The longest text is not tried if a shorter one took too long: it could take an hour.
        if previous is not None and seconds > MAX_GROWTH * previous:
            return False
        previous = seconds
    return True


def _seconds(function: Callable[[str], object], text: str) -> float:
    gc.disable()
    try:
        started_at = time.process_time()
        function(text)
        return time.process_time() - started_at
    finally:
        gc.enable()

"""Every reader of text from outside takes linear time: nobody stops the bot with a large text of one odd character."""

import gc
import time

import pytest

from tests.support.readers import HOSTILE_PIECES, READERS, hostile_text

# Of all texts of the middle length, the costliest are read again ten times as long.
LENGTH, LONG, CANDIDATES = 5_000, 100_000, 8
MAX_SECONDS = 1.5
# Linear readers grow by 20 here and quadratic ones by 400; short times say nothing.
MAX_GROWTH, MEASURABLE_SECONDS = 80, 0.2


def seconds(read, text):
    """Return the processor time of one call, without a collection of the garbage that other tests left."""
    gc.disable()
    try:
        started = time.process_time()
        read(text)
        return time.process_time() - started
    finally:
        gc.enable()


@pytest.mark.parametrize("name", READERS)
def test_a_text_of_a_hundred_thousand_characters_is_read_at_once(name):
    read = READERS[name]
    read(hostile_text("a ", 100))  # tables are loaded at the first call
    costs = sorted(((seconds(read, hostile_text(piece, LENGTH)), piece) for piece in HOSTILE_PIECES), reverse=True)
    for cost, piece in costs[:CANDIDATES]:
        assert cost < MAX_SECONDS, f"{piece!r} takes {cost:.2f} s at {LENGTH}"
        # the best of three: another process may be in the way
        long = min(seconds(read, hostile_text(piece, LONG)) for _ in range(3))
        assert long < MAX_SECONDS, f"{piece!r} takes {long:.2f} s at {LONG}"
        assert long < MEASURABLE_SECONDS or long < MAX_GROWTH * cost, f"{piece!r} grows from {cost:.3f} to {long:.3f} s"

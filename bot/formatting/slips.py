"""Tells a mistyped command from one that is meant for another bot, since bots may share a prefix."""

from collections.abc import Iterable

from rapidfuzz.distance import OSA

# Words near our commands' names that are words of their own, or commands that other bots have.
OTHER_WORDS = (
    "declined describes hell hello helper helpme helps hush last lists lost match merged mute note notes "
    "ping play previews rank renamed retired review setting share sing states stats summaries voted voter "
    "votes watched watcher way who whys"
)


def find_slip(typed: str, names: Iterable[str]) -> str | None:
    """Return the name of which `typed` is a slip: one letter missing, added or wrong, or two neighbours swapped."""
    if typed in OTHER_WORDS.split():
        return None
    return next((name for name in names if OSA.distance(typed, name, score_cutoff=1) == 1), None)

"""Tells a mistyped command from one that is meant for another bot, since bots may share a prefix."""

from collections.abc import Iterable

# Short names are close to too many words: `stats` is no slip of `status`, nor `votes` of `vote`.
MIN_LENGTH = 7
MIN_LENGTH_SWAPPED = 4


def find_slip(typed: str, names: Iterable[str]) -> str | None:
    """Return the name of which `typed` is a slip: two letters swapped, or in a long name one missing, added or wrong.

    A first letter is hardly ever mistyped, and an ending is a word of its own (`watching`, `declined`).
    """
    return next((name for name in names if _is_slip(typed, name)), None)


def _is_slip(typed: str, name: str) -> bool:
    if typed == name or typed[:1] != name[:1]:
        return False
    start = next((i for i, (a, b) in enumerate(zip(typed, name, strict=False)) if a != b), min(len(typed), len(name)))
    rest_typed, rest_name = typed[start:], name[start:]
    is_swapped = rest_typed[:2] == rest_name[1::-1] and rest_typed[2:] == rest_name[2:] and len(rest_name) >= 2
    if is_swapped:
        return len(name) >= MIN_LENGTH_SWAPPED
    if len(name) < MIN_LENGTH:
        return False
    is_missing, is_wrong = rest_typed == rest_name[1:], rest_typed[1:] == rest_name[1:]
    is_added = rest_typed[1:] == rest_name and rest_name != ""
    return is_missing or is_added or (is_wrong and rest_name[1:] != "")

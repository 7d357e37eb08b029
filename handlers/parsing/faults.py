"""The fault that a title names, such as "jurisdiction" or "basic constraints" (see faults.toml)."""

import re
import tomllib
from functools import cache
from importlib.resources import files

from handlers.parsing.documents import MAX_TITLE_LENGTH


def find_faults(title: str) -> tuple[str, ...]:
    """Return the faults that a title names, in the order of the table.

    Runs in linear time and never raises.
    """
    lowered = title[:MAX_TITLE_LENGTH].lower()
    return tuple(name for name, pattern in _load_faults() if pattern.search(lowered))


@cache
def _load_faults() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return each fault of the table with its pattern; the table is read once."""
    table = tomllib.loads(files("handlers.parsing").joinpath("faults.toml").read_text(encoding="utf-8"))
    return tuple((entry["name"], re.compile("|".join(entry["patterns"]))) for entry in table["faults"])

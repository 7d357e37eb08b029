"""Reads lives one by one, so that one that cannot be read never stops the others."""

import logging
from collections.abc import Callable, Mapping
from typing import TypeVar

S = TypeVar("S")
T = TypeVar("T")

log = logging.getLogger(__name__)


def read_one_by_one(lives: Mapping[int, S], read: Callable[[S], T]) -> dict[int, T]:
    """Return what `read` returns for each life, by bug; one that it fails on is left out and logged. Never raises."""
    readings: dict[int, T] = {}
    for bug, life in lives.items():
        try:
            readings[bug] = read(life)
        except Exception:
            log.exception("the life of bug %s cannot be read", bug)
    return readings

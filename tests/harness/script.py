"""Events chosen one after another so that each makes sense after the others: only a public bug is hidden."""

import random
from dataclasses import dataclass
from typing import Literal

ActionKind = Literal[
    "file",
    "file late",
    "file hidden",
    "file elsewhere",
    "show",
    "return",
    "comment",
    "comment late",
    "tag",
    "rename",
    "close",
    "hide",
    "move",
    "delete",
    "post",
    "post in feed",
    "ask",
    "vote",
]
ACTIONS: dict[ActionKind, int] = {
    "file": 8,
    "file late": 1,
    "file hidden": 1,
    "file elsewhere": 1,
    "show": 1,
    "return": 1,
    "comment": 2,
    "comment late": 1,
    "tag": 2,
    "rename": 2,
    "close": 1,
    "hide": 1,
    "move": 1,
    "delete": 1,
    "post": 2,
    "post in feed": 2,
    "ask": 2,
    "vote": 1,
}
# what may happen to many at once, and to how many
BURSTS: dict[ActionKind, tuple[int, int]] = {
    "file": (12, 60),
    "rename": (10, 25),
    "hide": (10, 20),
    "move": (6, 14),
    "delete": (4, 8),
    "comment": (10, 20),
}
NUMBERED: tuple[ActionKind, ...] = ("post", "post in feed", "ask", "vote")  # those that are about no bug


@dataclass(frozen=True, slots=True)
class Action:
    """One event; `item` is the number of a bug, list message, question or vote, counted from 0 within the run.

    `version` tells apart the titles or comments of one bug; `minutes` is how late a late commit is.
    """

    kind: ActionKind
    item: int
    version: int = 0
    minutes: int = 0


class Script:
    """Chooses events that make sense after those chosen before: only a bug that is public is hidden."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._public: list[int] = []
        self._hidden: list[int] = []
        self._elsewhere: list[int] = []
        self._versions: dict[int, int] = {}
        self._counts: dict[str, int] = dict.fromkeys(("bug", *NUMBERED), 0)

    def choose(self) -> Action:
        """Return the next event."""
        return self._make(self._rng.choices(list(ACTIONS), list(ACTIONS.values()))[0])

    def burst(self) -> list[Action]:
        """Return one kind of event for many bugs at once, as far as there are so many."""
        kind = self._rng.choice(list(BURSTS))
        number = self._rng.randint(*BURSTS[kind])
        if kind != "file":
            number = min(number, len(self._public) // 2)
        return [self._make(kind) for _ in range(number)]

    def _make(self, kind: ActionKind) -> Action:
        if kind in NUMBERED:
            return Action(kind, self._next(kind))
        if kind.startswith("file"):
            return self._file(kind)
        pool = {"show": self._hidden, "return": self._elsewhere}.get(kind, self._public)
        if not pool:
            return self._file("file")
        bug = self._rng.choice(pool)
        if kind in ("show", "return"):
            pool.remove(bug)
            self._public.append(bug)
        elif kind in ("hide", "move", "delete"):
            self._public.remove(bug)
            if kind != "delete":
                (self._hidden if kind == "hide" else self._elsewhere).append(bug)
        self._versions[bug] += kind in ("rename", "comment", "comment late", "tag")
        minutes = self._rng.randint(1, 8) if kind == "comment late" else 0
        return Action(kind, bug, self._versions[bug], minutes)

    def _file(self, kind: ActionKind) -> Action:
        bug = self._next("bug")
        pools = {"file hidden": self._hidden, "file elsewhere": self._elsewhere}
        pools.get(kind, self._public).append(bug)
        self._versions[bug] = 0
        return Action(kind, bug, 0, self._rng.randint(1, 8) if kind == "file late" else 0)

    def _next(self, name: str) -> int:
        self._counts[name] += 1
        return self._counts[name] - 1

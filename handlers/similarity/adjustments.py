"""What counter-examples teach: changes to what words and ideas say, until judged incidents stand where they belong.

Counting alone cannot teach this. What is judged was chosen for being alike, so examples and counter-examples share most
of their words; what tells them apart is found by a few steps of logistic regression that begin at what was counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

from handlers.similarity.index import Index, Row
from handlers.similarity.vectors import Direction, direction_of

_OTHERS = 200  # incidents nobody judged, taken to be none of it: enough to keep common words in their place
_STEPS, _PACE, _RESTRAINT = 30, 1.0, 0.3
_MOST_JUDGED = 200  # beyond these the newest teach alone, so that an answer comes at once


@dataclass(frozen=True, slots=True)
class Corrections:
    """What is added to an incident's log odds for its words and ideas."""

    words: Mapping[int, float]
    ideas: Mapping[str, float]
    always: float

    def of(self, direction: Direction) -> float:
        """Return what is added for an incident."""
        words = sum(self.words.get(word, 0.0) * number for word, number in direction.words.items())
        return self.always + words + sum(self.ideas.get(idea, 0.0) * number for idea, number in direction.ideas.items())


def learn_corrections(
    index: Index, examples: Sequence[Row], against: Sequence[Row], odds: Mapping[int, float]
) -> Corrections:
    """Learn from judged incidents; `odds` are the log odds so far, by bug. The same judgements teach the same."""
    examples, against = examples[-_MOST_JUDGED:], against[-_MOST_JUDGED:]
    judged = {row.bug for row in (*examples, *against)}
    others = [row for row in index.rows.values() if row.bug not in judged]
    others = others[:: max(1, len(others) // _OTHERS)]
    share = len(examples) / max(len(others), 1)
    lessons = [
        (direction_of(index, row), odds[row.bug], truth, weight)
        for rows, truth, weight in ((examples, 1.0, 1.0), (against, 0.0, 1.0), (others, 0.0, share))
        for row in rows
    ]
    pace = _PACE / (1 + 0.1 * (len(examples) + len(against)))
    words: dict[int, float] = {}
    ideas: dict[str, float] = {}
    always = 0.0
    for _ in range(_STEPS):
        now = Corrections(words, ideas, always)
        wrong = [
            (direction, weight * (truth - 1.0 / (1.0 + exp(-min(max(so_far + now.of(direction), -30.0), 30.0)))))
            for direction, so_far, truth, weight in lessons
        ]
        keep = 1 - pace * _RESTRAINT
        words = {word: keep * number for word, number in words.items()}
        ideas = {idea: keep * number for idea, number in ideas.items()}
        always *= keep
        for direction, error in wrong:
            step = pace * error
            always += step
            for word, number in direction.words.items():
                words[word] = words.get(word, 0.0) + step * number
            for idea, number in direction.ideas.items():
                ideas[idea] = ideas.get(idea, 0.0) + step * number
    return Corrections(words, ideas, always)

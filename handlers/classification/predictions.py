"""How often the text was right: what it guessed of an incident is judged by the tags that staff give it later.

The last guess before the tags is the one that is judged: a later one may come from a model that learned from them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from storage import predictions
from storage.database import Connection, Database
from storage.values.incidents import Assignment, Confirmed, TextGuess

LATELY = 100  # so many judged guesses make the running figure


async def follow(
    database: Database,
    connection: Connection,
    sorted_: Mapping[int, Sequence[Assignment]],
    now: datetime,
    model: datetime | None,
) -> None:
    """Keep what the text guessed, and judge what staff have tagged, in the transaction that stores the sections."""
    before = await predictions.find_guesses(database, connection, sorted_)
    after = [guess_after(bug, sections, before.get(bug), now, model) for bug, sections in sorted_.items()]
    await predictions.keep_guesses(database, connection, [one for one in after if one and one != before.get(one.bug)])


async def count_confirmed(database: Database) -> tuple[Confirmed, Confirmed]:
    """Give the running figure, and the same over all guesses that were ever judged."""
    return await predictions.count_confirmed(database, LATELY), await predictions.count_confirmed(database)


def guess_after(
    bug: int, sections: Sequence[Assignment], before: TextGuess | None, now: datetime, model: datetime | None
) -> TextGuess | None:
    """Give what is to be known of a guess once a bug is in these sections; None: nothing.

    A guess is judged again whenever the tags change, but keeps its place in the order of the first judgements.
    """
    if tags := {one.section for one in sections if one.by == "tag"}:
        if before is None or before.section is None:
            return TextGuess(bug)
        right = len(tags.intersection(before.sure))
        return replace(
            before,
            judged_at=before.judged_at or now,
            confirmed=before.section in tags,
            sure_right=right,
            sure_wrong=len(before.sure) - right,
        )
    by_text = sorted((one for one in sections if one.by == "text"), key=lambda one: (-one.confidence, one.section))
    if not by_text or (before and (before.section is None or before.judged_at)):
        return before
    sure = tuple(one.section for one in by_text if one.sure)
    return TextGuess(bug, by_text[0].section, by_text[0].confidence, sure, now, model)

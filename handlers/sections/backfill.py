"""Which incidents the text of active sections finds: gone through in the background, from the start or again.

It is told from what is stored whether a section waits for it, so that a restart loses nothing; and only differences
are written, so that it may be done as often as one likes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from handlers.sections.labels import assigned, notion_of
from handlers.sections.ranking import Ranker
from storage import events, incidents, section_labels, sections
from storage.database import Database
from storage.values.sections import MadeSection, TextHolding

AT_ONCE = 100  # incidents written before others have their turn

Advance = Callable[[str, int, int], None]  # a section's title, incidents gone through, of how many


@dataclass(frozen=True, slots=True)
class GoneThrough:
    """How many sections were gone through, and how many incidents came in or went out by that."""

    sections: int = 0
    changed: int = 0


class Holding:
    """Goes through all incidents for the sections that wait for it."""

    def __init__(self, database: Database, ranker: Ranker) -> None:
        self._database = database
        self._ranker = ranker

    async def ask_again(self) -> None:
        """Have every active section gone through: incidents are new or have changed."""
        async with self._database.writing() as connection:
            await sections.take_turn(self._database, connection)
            await sections.ask_to_go_through(self._database, connection, None)

    async def go_through(self, advance: Advance | None = None) -> GoneThrough:
        """Go through all incidents for each section that waits, until none does."""
        done = GoneThrough()
        while waiting := await sections.find_asked(self._database):
            for section in waiting:
                changed = await self._go(section, advance)
                done = GoneThrough(done.sections + 1, done.changed + changed)
        return done

    async def _go(self, section: MadeSection, advance: Advance | None) -> int:
        async with self._database.reading() as connection:
            examples = await section_labels.find_examples(self._database, connection, section.id)
            before = await section_labels.find_holdings(self._database, connection, section.id)
        ranking = await self._ranker.rank(notion_of(section, examples))
        wanted = {
            match.bug: TextHolding(match.bug, round(match.score, 4), match.why)
            for match in assigned(section, examples, ranking, self._ranker, was_judged=bool(before))
        }
        numbers = sorted(await incidents.find_numbers(self._database) | set(before))
        changed = 0
        for start in range(0, len(numbers), AT_ONCE):
            chunk = numbers[start : start + AT_ONCE]
            done = min(start + AT_ONCE, len(numbers))
            written = await self._write(section, chunk, before, wanted, done, len(numbers))
            if written is None:
                return changed
            changed += written
            if advance is not None:
                advance(section.title, done, len(numbers))
        async with self._database.writing() as connection:
            await sections.change_section(self._database, connection, section.id, answered=section.asked)
        return changed

    async def _write(
        self,
        section: MadeSection,
        chunk: Sequence[int],
        before: Mapping[int, TextHolding],
        wanted: Mapping[int, TextHolding],
        done: int,
        total: int,
    ) -> int | None:
        """Write what differs among these incidents; None where the section is active no more."""
        differing = {bug: wanted.get(bug) for bug in chunk if wanted.get(bug) != before.get(bug)}
        async with self._database.writing() as connection:
            # meanwhile a bug may have become restricted, or the section may have been retired
            here = await incidents.hold_incidents(self._database, connection, list(differing))
            await sections.take_turn(self._database, connection)
            now = await sections.find_section(self._database, connection, section.id)
            if now is None or now.state != "active":
                return None
            kept = {bug: one for bug, one in differing.items() if one is None or bug in here}
            await section_labels.keep_holdings(self._database, connection, section.id, kept)
            moved = {bug for bug, one in kept.items() if (one is None) != (bug not in before)}
            await events.mark_all_stale(self._database, connection, moved, section.community)
            await sections.change_section(self._database, connection, section.id, done=done, total=total)
        return len(moved)

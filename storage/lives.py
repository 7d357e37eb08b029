"""The lives of incidents: saving the changes of bugs, reading lives as a whole, and which histories are missing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.comment_versions import StoredVersion, comment_versions, find_versions
from storage.database import BATCH_SIZE, Transaction
from storage.flags import flag_from_row
from storage.incident_filters import Conditions, Query, execute_filtered
from storage.life_events import mark_life_changed
from storage.settings import find_setting, save_setting
from storage.values.incidents import IncidentFilter, Person
from storage.values.lives import Change, Life, LifeComment

WATCHED_COMPONENT = "watched component"  # the setting with the name of the component whose bugs are read


async def save_component(transaction: Transaction, name: str) -> None:
    """Store the name of the component whose bugs are read."""
    await save_setting(transaction, WATCHED_COMPONENT, name)


async def find_component(transaction: Transaction) -> str | None:
    """Return that name; None before the first poll."""
    return await find_setting(transaction, WATCHED_COMPONENT)


async def save_changes(transaction: Transaction, changes: Mapping[int, Sequence[Change] | None]) -> None:
    """Store the whole histories of incidents, by bug; None for one that could not be read: what is stored stays.

    A change that was read twice is stored once; changes stand in the order of their times, and within a second in the
    server's order.
    """
    table, incident = transaction.tables["bug_change"], transaction.tables["incident"]
    bugs = list(changes)
    for start in range(0, len(bugs), BATCH_SIZE):
        batch = bugs[start : start + BATCH_SIZE]
        stored = await _find_changes(transaction, batch)
        ordered = {
            bug: sorted(dict.fromkeys(history), key=lambda change: change.time)
            for bug in batch
            if (history := changes[bug]) is not None
        }
        ordered = {bug: history for bug, history in ordered.items() if history != stored.get(bug, [])}
        await transaction.execute(table.delete().where(table.c.bug.in_(list(ordered))))
        rows = [
            _change_row(bug, position, change)
            for bug, history in ordered.items()
            for position, change in enumerate(history)
        ]
        await transaction.upsert("bug_change", rows)
        await mark_life_changed(transaction, ordered)
        await transaction.execute(
            incident.update().where(incident.c.bug.in_(batch)).values(history_as_of=incident.c.changed)
        )


async def find_without_history(transaction: Transaction) -> list[int]:
    """Return the bugs whose history is still to be fetched, newest first."""
    table = transaction.tables["incident"]
    query = sa.select(table.c.bug).where(_lacks_history(table)).order_by(table.c.bug.desc())
    return list((await transaction.scalars(query)).all())


async def count_without_history(transaction: Transaction) -> int:
    """Return the number of bugs whose history is still to be fetched."""
    table = transaction.tables["incident"]
    return (await transaction.scalar(sa.select(sa.func.count(table.c.bug)).where(_lacks_history(table)))) or 0


async def read_life(transaction: Transaction, bug: int) -> Life | None:
    """Return the life of an incident; None if it is not known, restricted, or its history has not been read yet."""
    return (await read_lives(transaction, bugs=[bug])).get(bug)


async def read_lives(
    transaction: Transaction, *, ca: str | None = None, bugs: Sequence[int] | None = None
) -> dict[int, Life]:
    """Return lives by bug: of these bugs, of the visible incidents about a CA owner, or of all visible incidents.

    Restricted bugs and bugs whose history has not been read yet are left out. `ca` is the owner's name. Takes four
    queries for 500 bugs.
    """
    watched = await find_component(transaction) or ""
    lives: dict[int, Life] = {}
    if bugs is None:
        rows = await _find_rows(transaction, IncidentFilter((ca,) if ca is not None else ()))
        batches = [rows[start : start + BATCH_SIZE] for start in range(0, len(rows), BATCH_SIZE)]
        for batch in batches:
            lives |= await _build_lives(transaction, batch, watched)
        return lives
    table = transaction.tables["incident"]
    query = sa.select(table).where(table.c.visibility != "restricted", table.c.history_as_of.is_not(None))
    for start in range(0, len(bugs), BATCH_SIZE):
        in_batch = table.c.bug.in_(bugs[start : start + BATCH_SIZE])
        result = await transaction.execute(query.where(in_batch))
        lives |= await _build_lives(transaction, result.mappings().all(), watched)
    return lives


async def find_life_versions(transaction: Transaction, bugs: Sequence[int]) -> dict[int, int]:
    """Return a number for each of these bugs that has a life, which changes whenever anything of that was read anew.

    Restricted bugs and bugs whose history has not been read yet are left out. Takes three queries for 500 bugs.
    """
    incident, comment, edit = (transaction.tables[name] for name in ("incident", "comment", "comment_version"))
    versions: dict[int, int] = {}
    of_incident = sa.select(
        incident.c.bug, incident.c.changed, incident.c.history_as_of, incident.c.comments_as_of, incident.c.comments
    ).where(incident.c.visibility != "restricted", incident.c.history_as_of.is_not(None))
    newest_text = sa.select(comment.c.bug, sa.func.max(comment.c.read_at)).group_by(comment.c.bug)
    # what is read between two polls has the time of the earlier one, so times alone do not tell each edit
    newest_edit = sa.select(edit.c.bug, sa.func.max(edit.c.id)).group_by(edit.c.bug)
    for start in range(0, len(bugs), BATCH_SIZE):
        batch = bugs[start : start + BATCH_SIZE]
        read_at = {row[0]: row[1] for row in await transaction.execute(newest_text.where(comment.c.bug.in_(batch)))}
        edits = {row[0]: row[1] for row in await transaction.execute(newest_edit.where(edit.c.bug.in_(batch)))}
        for row in await transaction.execute(of_incident.where(incident.c.bug.in_(batch))):
            versions[row.bug] = hash((*row[1:], read_at.get(row.bug), edits.get(row.bug)))
    return versions


async def find_opened(transaction: Transaction, filters: IncidentFilter) -> dict[int, datetime]:
    """Return when the visible bugs that match the filters were opened, by bug, those that are no incidents left out."""
    table = transaction.tables["incident"]

    def build(conditions: Conditions) -> Query:
        return sa.select(table.c.bug, table.c.created).where(*conditions, table.c.not_incident.is_(None))

    rows = await execute_filtered(transaction, "opened", filters, build)
    return {row.bug: row.created for row in rows}


async def _find_rows(transaction: Transaction, filters: IncidentFilter) -> Sequence[sa.RowMapping]:
    table = transaction.tables["incident"]

    def build(conditions: Conditions) -> Query:
        return sa.select(table).where(*conditions, table.c.history_as_of.is_not(None)).order_by(table.c.bug)

    return (await execute_filtered(transaction, "lives", filters, build)).mappings().all()


async def _build_lives(transaction: Transaction, rows: Sequence[sa.RowMapping], watched: str) -> dict[int, Life]:
    bugs = [row["bug"] for row in rows]
    changes = await _find_changes(transaction, bugs)
    comments = await _find_comments(transaction, bugs)
    return {row["bug"]: _life(row, changes.get(row["bug"], []), comments.get(row["bug"], []), watched) for row in rows}


def _life(row: sa.RowMapping, changes: Sequence[Change], comments: Sequence[LifeComment], watched: str) -> Life:
    component = watched
    if row["visibility"] == "moved":
        moved_to = next((change.added for change in reversed(changes) if change.field == "component"), "")
        component = moved_to if moved_to != watched else ""  # it moved after its history was read last
    return Life(
        bug=row["bug"],
        summary=row["summary"],
        whiteboard=row["whiteboard"],
        status=row["status"],
        resolution=row["resolution"],
        component=component,
        restricted=False,
        created=row["created"],
        creator=Person(row["creator"], row["creator_domain"]),
        assignee=Person(row["assignee"], row["assignee_domain"]),
        changes=tuple(changes),
        comments=tuple(comments),
        flags=tuple(flag_from_row(flag) for flag in row["flags"]),
    )


async def _find_changes(transaction: Transaction, bugs: Sequence[int]) -> dict[int, list[Change]]:
    table = transaction.tables["bug_change"]
    query = sa.select(table).where(table.c.bug.in_(bugs)).order_by(table.c.bug, table.c.position)
    changes: dict[int, list[Change]] = {}
    for row in (await transaction.execute(query)).mappings():
        change = Change(
            row["time"],
            Person(row["who"], row["who_domain"]),
            row["field"],
            row["removed"],
            row["added"],
            _person(row["person"], row["person_domain"]),
            _person(row["removed_person"], row["removed_person_domain"]),
        )
        changes.setdefault(row["bug"], []).append(change)
    return changes


async def _find_comments(transaction: Transaction, bugs: Sequence[int]) -> dict[int, list[LifeComment]]:
    table = transaction.tables["comment"]
    versions = await find_versions(transaction, bugs)
    query = sa.select(table).where(table.c.bug.in_(bugs)).order_by(table.c.bug, table.c.number)
    comments: dict[int, list[LifeComment]] = {}
    for row in (await transaction.execute(query)).mappings():
        newest = StoredVersion(row["read_at"], row["text"])
        comment = LifeComment(
            row["number"],
            Person(row["author"], row["author_domain"]),
            row["posted"],
            comment_versions(row["posted"], versions.get((row["bug"], row["number"]), ()), newest),
        )
        comments.setdefault(row["bug"], []).append(comment)
    return comments


def _change_row(bug: int, position: int, change: Change) -> dict[str, Any]:
    person, removed = change.person, change.removed_person
    return {
        "bug": bug, "position": position, "time": change.time, "who": change.who.name,
        "who_domain": change.who.domain, "field": change.field, "removed": change.removed, "added": change.added,
        "person": person.name if person else None, "person_domain": person.domain if person else "",
        "removed_person": removed.name if removed else None, "removed_person_domain": removed.domain if removed else "",
    }  # fmt: skip


def _person(name: str | None, domain: str) -> Person | None:
    return None if name is None else Person(name, domain)


def _lacks_history(incident: sa.Table) -> sa.ColumnElement[bool]:
    # as in the index ix_incident_without_history, which a condition on one visibility would keep SQLite from using
    is_outdated = sa.or_(incident.c.history_as_of.is_(None), incident.c.history_as_of < incident.c.changed)
    return sa.and_(is_outdated, incident.c.visibility.not_in(("moved", "restricted")))

"""A database of an earlier version keeps its data through the migrations, on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from storage import (
    button_states,
    comments,
    corrections,
    deliveries,
    error_log,
    incidents,
    lives,
    messages,
    models,
    predictions,
    routes,
    section_labels,
    section_matches,
    section_votes,
    sections,
    settings,
    sources,
)
from storage.database import Database
from storage.values.incidents import Accuracy, Assignment, BugLinks, Correction, PredictionRecord
from storage.values.lives import CommentVersion
from storage.values.outbox import Delivery, Route
from storage.values.sections import CustomSection, SectionChange, SectionLabel, SectionVote, TextMatch
from storage.values.sources import SourceState
from tests.support.database import read, write
from tests.support.older_database import bring_to, connect, create_anew_at, take_back_to

RENAMED_TABLES = {
    "problem": "error_log",
    "guess": "prediction",
    "section_example": "section_label",
    "section_held": "section_text_match",
    "question": "button_state",
}
LINKS = {"depends_on": [3], "blocks": [4], "duplicates": [5], "dupe_of": 6, "see_also": ["http://x"]}


def _at(day: int) -> datetime:
    return datetime(2024, 5, day, 12, tzinfo=UTC)


# one row of each table, by column, as version 0004 stored it
ROWS: dict[str, dict[str, Any]] = {
    "source": {
        "name": "bugzilla", "first_asked": _at(1), "filled": True, "cursor": _at(2), "last_good": _at(3), "failures": 4,
        "error": "down", "error_since": _at(5), "not_before": _at(6), "ordered": True, "etag": "e", "modified": "m",
        "yielded": 7, "polls_since_sweep": 8, "missed": 9,
    },
    "problem": {"id": 1, "happened": _at(10), "sentence": "It was down."},
    "lease": {"name": "poller", "holder": "me", "token": 11, "expires": _at(12)},
    "incident": {
        "bug": 7, "summary": "Example CA: wrong", "whiteboard": "[ca-compliance]", "status": "NEW", "resolution": "",
        "is_open": True, "created": _at(13), "changed": _at(14), "closed": _at(15), "creator": "filer",
        "creator_domain": "example.org", "assignee": "ca", "assignee_domain": "example.com", "comment_count": 2,
        "links": LINKS, "ca": "Example CA", "title": "wrong", "tags": ["ca-compliance"],
        "next_update": date(2024, 6, 1), "close_on": date(2024, 6, 2), "ccadb_id": "A1", "report": 0,
        "standing": "here", "comments": 1, "comments_as_of": _at(16), "classified": True,
    },
    "comment": {
        "bug": 7, "number": 0, "id": 70, "author": "filer", "author_domain": "example.org", "posted": _at(17),
        "text": "A report",
    },
    "assignment": {
        "bug": 7, "section": "crl-failure", "by": "text", "confidence": 0.5, "words": ["CRL"], "sure": True,
    },
    "correction": {
        "id": 2, "bug": 7, "section": "ocsp-failure", "community": 11, "member": 101, "verdict": "out",
        "made_at": _at(18), "over_tags": True, "holds": True,
    },
    "guess": {
        "bug": 7, "section": "crl-failure", "confidence": 0.75, "sure": ["crl-failure"], "guessed_at": _at(19),
        "model": _at(20), "judged_at": _at(21), "confirmed": True, "sure_right": 2, "sure_wrong": 1,
    },
    "section": {
        "id": 3, "community": 11, "key": "places", "title": "Places", "description": "Wrong places", "state": "active",
        "proposer": 102, "proposed_at": _at(22), "decide_by": _at(23), "decided_at": _at(24), "outcome": "Accepted.",
        "channel": 103, "message": 104, "vouched": True, "merged_into": 5, "asked": 6, "answered": 4, "done": 100,
        "total": 200,
    },
    "section_example": {
        "section": 3, "bug": 7, "belongs": False, "member": 105, "said_at": _at(25), "score": 0.25,
    },
    "section_held": {"section": 3, "bug": 7, "confidence": 0.875, "words": ["place"]},
    "vote": {"section": 3, "member": 106, "in_favour": True, "cast_at": _at(26)},
    "section_change": {
        "id": 4, "section": 3, "what": "renamed", "was": "Spots", "became": "Places", "member": 107, "made_at": _at(27),
    },
    "message": {
        "list": "ccadb", "key": "host/1", "url": "http://host/1", "subject": "Re: x", "author": "A. Member",
        "posted": _at(28), "number": 1, "message_id": "id", "body": "text", "thread": "x", "bugs": [7],
        "cas": ["Example CA"], "state": "wanted", "backlog": True, "tries": 3, "seen": _at(29),
    },
    "event": {
        "id": 5, "key": "filed:7", "kind": "filed", "happened": _at(13), "bug": 7, "list": "l", "message": "m",
        "bugs": [8], "messages": ["l\nm"],
    },
    "route": {
        "id": 6, "community": 11, "channel": 108, "kinds": ["filed"], "created_by": 109, "created": _at(30),
        "disabled": "no permission",
    },
    "delivery": {
        "id": 7, "event": 5, "channel": 108, "community": 11, "state": "sent", "message": 110, "tried": _at(1),
        "stale": 2, "reason": "none", "created": _at(2), "sent": _at(3),
    },
    "channel": {"channel": 108, "lease_until": _at(4), "holder": "me", "next_at": _at(5), "failures": 6},
    "setting": {"name": "count", "value": "40"},
    "question": {"id": "0123456789abcdef", "words": "Entrust open:yes", "asked": _at(7)},
    "model": {"name": "sections", "data": b"model", "learned_from": "60:abc", "learned": _at(8)},
}  # fmt: skip


def _fill(database_url: str) -> None:
    with connect(database_url) as connection:
        tables = sa.MetaData()
        tables.reflect(connection)
        assert {table.name for table in tables.sorted_tables} == {*ROWS, "alembic_version"}
        for table in tables.sorted_tables:
            if table.name != "alembic_version":
                row = ROWS[table.name]
                assert row.keys() == set(table.c.keys())
                # SQLite stores times without their zone
                is_sqlite = connection.dialect.name == "sqlite"
                values = {
                    name: value.replace(tzinfo=None) if is_sqlite and isinstance(value, datetime) else value
                    for name, value in row.items()
                }
                if table.name == "problem":
                    del values["id"]  # the database numbers it
                connection.execute(table.insert().values(**values))


def _stored(database_url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of all tables, by the newest name of the table, without the columns that came after 0004."""
    column_counts = {RENAMED_TABLES.get(name, name): len(row) for name, row in ROWS.items()}
    with connect(database_url) as connection:
        tables = sa.MetaData()
        tables.reflect(connection)
        return {
            RENAMED_TABLES.get(table.name, table.name): [
                # new columns stand after the older ones
                tuple(row)[: column_counts[RENAMED_TABLES.get(table.name, table.name)]]
                for row in connection.execute(table.select())
            ]
            for table in tables.sorted_tables
            if RENAMED_TABLES.get(table.name, table.name) in column_counts
        }


async def _migrate(database_url: str) -> Database:
    database = Database(database_url)
    await database.open()
    return database


async def test_renamed_tables_and_columns_keep_every_row_there_and_back(database_url: str) -> None:
    create_anew_at(database_url, "0004")
    _fill(database_url)
    before = _stored(database_url)
    assert all(len(rows) == 1 for rows in before.values())
    bring_to(database_url, "0005")
    assert _stored(database_url) == before
    take_back_to(database_url, "0004")
    assert _stored(database_url) == before
    with connect(database_url) as connection:
        for table, row in ROWS.items():
            names = [column["name"] for column in sa.inspect(connection).get_columns(table)]
            assert sorted(names) == sorted(row)


async def test_incidents_and_sections_of_before_the_renames_are_read_as_they_were_stored(database_url: str) -> None:
    create_anew_at(database_url, "0004")
    _fill(database_url)
    database = await _migrate(database_url)
    incident = (await read(database, incidents.find_by_bugs, [7]))[7]
    assert (incident.visibility, incident.report, incident.comments) == ("here", 0, 1)
    assert incident.bug.links == BugLinks((3,), (4,), (5,), 6, ("http://x",))
    assert incident.sections == (Assignment("crl-failure", "text", 0.5, ("CRL",), confident=True),)
    assert [comment.text for comment in await read(database, comments.find_comments, 7)] == ["A report"]
    assert await read(database, predictions.measure_accuracy, 100) == (Accuracy(1, 1, 3, 2), Accuracy(1, 1, 3, 2))
    async with database.read() as transaction:
        assert await corrections.find_corrections(transaction, 7, 11) == [
            Correction(7, "ocsp-failure", 11, 101, "out", _at(18), overrides_tags=True)
        ]
        assert await predictions.find_predictions(transaction, [7]) == {
            7: PredictionRecord(
                7, "crl-failure", 0.75, ("crl-failure",), _at(19), _at(20), _at(21), True, 2, 1
            )
        }  # fmt: skip
        assert await sections.find_section(transaction, 3) == CustomSection(
            "places", "Places", "active", _at(22), "Wrong places", 11, 102, _at(23), _at(24), "Accepted.", 103, 104,
            operator_approved=True, merged_into=5, backfill_requested=6, backfill_completed=4, backfill_done=100,
            backfill_total=200, id=3,
        )  # fmt: skip
        assert await sections.find_changes(transaction, [3]) == {
            3: [SectionChange("renamed", "Spots", "Places", 107, _at(27))]
        }
        assert await section_labels.find_labels(transaction, 3) == [SectionLabel(7, False, 105, _at(25), 0.25)]
        assert await section_votes.find_votes(transaction, 3) == [SectionVote(106, True, _at(26))]
        assert await section_matches.find_text_matches(transaction, 3) == {7: TextMatch(7, 0.875, ("place",))}
    await database.close()


async def test_sources_and_the_outbox_of_before_the_renames_are_read_as_they_were_stored(database_url: str) -> None:
    create_anew_at(database_url, "0004")
    _fill(database_url)
    database = await _migrate(database_url)
    assert await read(database, sources.find_source, "bugzilla") == SourceState(
        "bugzilla", _at(1), True, _at(2), _at(3), 4, "down", _at(5), _at(6), True, "e", "m", 7, 8, 9
    )
    assert await read(database, error_log.find_problems) == [(_at(10), "It was down.")]
    (page,) = await read(database, messages.find_pending_pages, "ccadb")
    assert (page.message.key, page.message.bugs, page.backlog) == ("host/1", (7,), True)
    assert await read(database, routes.find_routes) == [Route(11, 108, ("filed",), 109, _at(30), "no permission", 6)]
    (delivery,) = await read(database, deliveries.find_edits, 108, _at(30))
    assert delivery == Delivery(7, 108, delivery.event, "sent", 110, _at(1), 2, "none", 11)
    assert await read(database, settings.find_setting, "count") == "40"
    assert await read(database, button_states.find_button_state, "0123456789abcdef") == "Entrust open:yes"
    assert await read(database, models.find_model, "sections") == (b"model", "60:abc", _at(8))
    # the ids go on where they were
    await write(database, error_log.record_problem, "It is down again.", _at(30))
    assert [sentence for _, sentence in await read(database, error_log.find_problems)] == [
        "It is down again.",
        "It was down.",
    ]
    await database.close()


async def test_the_constraints_of_renamed_tables_are_renamed_too(database: Database, database_url: str) -> None:
    if database.is_sqlite:
        return  # SQLite cannot rename a constraint

    def names(connection: sa.Connection) -> dict[str, set[str | None]]:
        inspector = sa.inspect(connection)
        return {
            table: {
                inspector.get_pk_constraint(table)["name"],
                *(key["name"] for key in inspector.get_foreign_keys(table)),
            }
            for table in database.tables
        }

    with connect(database_url) as connection:
        stored = names(connection)
    assert stored == {
        table.name: {
            str(constraint.name)
            for constraint in table.constraints
            if isinstance(constraint, sa.PrimaryKeyConstraint | sa.ForeignKeyConstraint)
        }
        for table in database.tables.values()
    }


async def test_the_text_of_a_report_keeps_its_place_under_its_new_name_there_and_back(database_url: str) -> None:
    create_anew_at(database_url, "0004")
    _fill(database_url)
    bring_to(database_url, "0009")
    with connect(database_url) as connection:
        connection.execute(sa.text("UPDATE incident SET excerpt = 'We issued two.', excerpt_comment = 3"))
    database = await _migrate(database_url)
    incident = (await read(database, incidents.find_by_bugs, [7]))[7]
    assert (incident.report_text, incident.excerpt, incident.excerpt_comment) == ("We issued two.", "", 3)
    await database.close()
    take_back_to(database_url, "0009")
    with connect(database_url) as connection:
        assert connection.execute(sa.text("SELECT excerpt FROM incident")).scalar() == "We issued two."


async def test_comments_of_before_the_lives_stay_and_their_histories_are_to_be_read(database_url: str) -> None:
    create_anew_at(database_url, "0004")
    _fill(database_url)
    database = await _migrate(database_url)
    assert await read(database, lives.find_without_history) == [7]
    assert await read(database, lives.read_life, 7) is None
    (comment,) = await read(database, comments.find_comments, 7)
    edited = replace(comment, text="Another report")
    await write(database, comments.save_comments, {7: [edited]}, {7: _at(16)}, _at(30))
    await write(database, lives.save_changes, {7: ()})
    life = await read(database, lives.read_life, 7)
    assert life is not None
    assert life.comments[0].versions == (
        CommentVersion(_at(17), "A report"),
        CommentVersion(_at(30), "Another report"),
    )
    await database.close()

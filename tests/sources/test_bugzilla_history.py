"""Histories and flags as Bugzilla returns them: in bulk on every Bugzilla, and item by item whatever their shape."""

from dataclasses import asdict, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.bugzilla.fields import InvalidPayload, parse_flags
from bot.sources.bugzilla.history import MAX_ENTRIES, parse_history
from storage.values.incidents import Flag, Person
from storage.values.lives import Change
from tests.sources.test_bugzilla import all_bugs, create_client
from tests.support.bugzilla_polls import request_count
from tests.support.lives import LIVES, read_lives
from tests.support.replay import replay

NINE, TEN = datetime(2024, 5, 1, 9, tzinfo=UTC), datetime(2024, 5, 1, 10, tzinfo=UTC)
STAFF, ALICE, BOB = Person("staff", "root.example"), Person("alice", "ca.example"), Person("bob", "ca.example")
LIFE_FIELDS = {"whiteboard", "status", "resolution", "summary", "assigned_to", "component", "groups", "flags"}


def row(field, removed="", added="", when="2024-05-01T09:00:00Z", who="staff@root.example"):
    return {"when": when, "who": who, "changes": [{"field_name": field, "removed": removed, "added": added}]}


def parse(*rows):
    parsed = parse_history(7, list(rows))
    assert parsed.unreadable == ()
    return list(parsed.changes)


def lives_of_the_file():
    """Return the changes of the invented lives that a history has, each flag by itself."""
    return {
        bug: tuple(change for change in life.changes if change.field in LIFE_FIELDS)
        for bug, life in read_lives().items()
    }


@pytest.mark.parametrize("flavour", ["bmo", "5.2"])
async def test_the_invented_lives_are_read_in_one_request_for_all(flavour):
    with replay("2026-12-01", flavour, corpus=LIVES / "lives_dev.jsonl") as server:
        http_client, client = create_client(server.url)
        async with http_client:
            await all_bugs(client)
            await anext(client.get_comments({3000001: 3}))  # learns what the server gives
            before = request_count(server)
            batches = [batch async for batch in client.get_histories(sorted(read_lives()))]
            assert request_count(server) == before + 1
        assert {bug: history for batch in batches for bug, history in batch.histories.items()} == lives_of_the_file()
        assert all(batch.unreadable == () for batch in batches)


async def test_bmo_gives_histories_with_the_comments_and_5_2_does_not():
    for flavour, expected in (("bmo", lives_of_the_file()), ("5.2", {})):
        with replay("2026-12-01", flavour, corpus=LIVES / "lives_dev.jsonl") as server:
            http_client, client = create_client(server.url)
            async with http_client:
                batches = [batch async for batch in client.get_comments(dict.fromkeys(read_lives(), 10))]
            assert {bug: history for batch in batches for bug, history in batch.histories.items()} == expected


@pytest.mark.parametrize("flavour", ["bmo", "5.2"])
async def test_a_bug_that_is_not_visible_takes_no_history_from_the_others(flavour):
    with replay("2026-12-01", flavour, corpus=LIVES / "lives_dev.jsonl") as server:
        http_client, client = create_client(server.url)
        async with http_client:
            await anext(client.get_comments({3000001: 3}))
            server.control(hide=3000002)
            batches = [batch async for batch in client.get_histories([3000001, 3000002, 3000003, 99])]
        assert {bug for batch in batches for bug in batch.histories} == {3000001, 3000003}


async def test_the_flags_of_a_bug_are_read_with_it():
    with replay("2025-10-20T12:00:00Z", corpus=LIVES / "lives_dev.jsonl") as server:
        http_client, client = create_client(server.url)
        async with http_client:
            bugs = {bug.id: bug for bug in await all_bugs(client)}
    now = datetime(2025, 10, 20, 12, tzinfo=UTC)
    expected = {bug: read_lives()[bug].at(now).flags for bug in bugs}
    assert any(expected.values())
    assert {bug: set(flags) for bug, flags in expected.items()} == {bug: set(bugs[bug].flags) for bug in bugs}


def test_every_field_of_a_life_is_read_and_no_other():
    entries = [
        row("short_desc", "Old title", "New title"), row("status_whiteboard", "", "[x]"),
        row("bug_status", "NEW", "ASSIGNED"),
        row("cc", "", "jo@ca.example"), row("see_also", "", "https://x.example"), row("keywords", "", "x"),
        row("assigned_to", "alice@ca.example", "bob@ca.example"), row("bug_group", "secret", None),
    ]  # fmt: skip
    assert parse(*entries) == [
        Change(NINE, STAFF, "summary", "Old title", "New title"),
        Change(NINE, STAFF, "whiteboard", "", "[x]"),
        Change(NINE, STAFF, "status", "NEW", "ASSIGNED"),
        Change(NINE, STAFF, "assigned_to", "alice", "bob", BOB, ALICE),
        Change(NINE, STAFF, "groups", "secret", ""),
    ]


def test_flags_that_were_changed_at_once_are_changes_of_their_own():
    removed, added = "needinfo?(alice@ca.example)", "needinfo?(bob@ca.example), sec-approval+"
    assert parse(row("flagtypes.name", removed, added)) == [
        Change(NINE, STAFF, "flags", "needinfo?(alice)", "", ALICE),
        Change(NINE, STAFF, "flags", "", "needinfo?(bob)", BOB),
        Change(NINE, STAFF, "flags", "", "sec-approval+"),
    ]


def test_a_flag_has_the_same_text_in_the_history_and_on_the_bug():
    (change,) = parse(row("flagtypes.name", "", "needinfo?(alice@ca.example)"))
    (flag,) = parse_flags(
        [
            {
                "name": "needinfo", "status": "?", "requestee": "alice@ca.example", "setter": "staff@root.example",
                "creation_date": "2024-05-01T09:00:00Z", "modification_date": "2024-05-02T09:00:00Z",
            }
        ]
    )  # fmt: skip
    assert flag == Flag("needinfo", "?", ALICE, STAFF, NINE)
    assert flag.text == change.added
    assert replace(flag, requestee=None).text == "needinfo?"


def test_odd_changes_are_named_and_the_others_are_read():
    odd = [
        None, 5, {}, {"when": "2024-05-01T09:00:00Z"}, row("status", when="no time"), row("status", when=None),
        row("status", added=7), row("status", removed={"a": 1}), row(None), row("flags", added=[1]),
        {"when": "2024-05-01T09:00:00Z", "who": "x", "changes": [None]},
    ]  # fmt: skip
    parsed = parse_history(7, [*odd, row("status", "", ["NEW", "OLD"], who=None)])
    assert parsed.changes == (Change(NINE, Person(""), "status", "", "NEW, OLD"),)
    assert len(parsed.unreadable) == len(odd)
    assert parsed.unreadable[0] == "change 0 of bug 7 (its shape)"
    with pytest.raises(InvalidPayload):
        parse_history(7, None)


def test_a_history_without_end_is_read_as_far_as_it_goes():
    parsed = parse_history(7, [row("status", "NEW", "ASSIGNED")] * (MAX_ENTRIES + 1))
    assert len(parsed.changes) == MAX_ENTRIES
    assert parsed.unreadable == (f"all after change {MAX_ENTRIES} of bug 7 (too many)",)


def test_no_address_of_a_person_is_read():
    text = "Ask jo.doe@person.example, <jo.doe@person.example>"
    flags = "needinfo?(jo.doe@person.example), odd(jo.doe@person.example, needinfo?(Jo <jo.doe@person.example>)"
    rows = [row(name, flags, text) for name in ("flags", "summary", "whiteboard", "groups", "component", "status")]
    changes = parse(*rows, row("assigned_to", "jo.doe@person.example", "Jo <jo.doe@person.example>"))
    texts = [value for change in changes for value in (change.removed, change.added)]
    texts += [change.person.name for change in changes if change.person]
    assert not any("@person" in value for value in texts)
    assert any("jo.doe" in value for value in texts)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
VALUES = JSON | st.text(alphabet="needinfo?+-(),@. ab", max_size=40)
ENTRIES = st.fixed_dictionaries(
    {},
    optional={"field_name": st.sampled_from([*sorted(LIFE_FIELDS), "cc"]) | JSON, "removed": VALUES, "added": VALUES},
)
ROWS = st.fixed_dictionaries(
    {},
    optional={
        "when": st.sampled_from(["2024-05-01T09:00:00Z", "2024-05-01T10:00:00Z"]) | JSON,
        "who": VALUES,
        "changes": st.lists(ENTRIES | JSON, max_size=4) | JSON,
    },
)


@given(st.lists(ROWS | JSON, max_size=6))
def test_a_history_of_any_shape_is_read_item_by_item(rows):
    parsed = parse_history(7, rows)
    assert {change.field for change in parsed.changes} <= LIFE_FIELDS
    assert all(change.time in (NINE, TEN) or change.time.tzinfo is UTC for change in parsed.changes)
    assert all(bool(change.removed) != bool(change.added) for change in parsed.changes if change.field == "flags")


@given(st.lists(JSON | st.dictionaries(st.sampled_from([*Flag.__slots__, "creation_date"]), VALUES), max_size=4) | JSON)
def test_flags_of_any_shape_are_read(values):
    assert all(asdict(flag) for flag in parse_flags(values))

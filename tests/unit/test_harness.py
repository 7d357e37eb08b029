"""The harness's own rules: a seed repeats a schedule, its markers are read back, and its checks see what is wrong."""

from datetime import UTC, datetime

import pytest

from tests.harness.checks import Checks
from tests.harness.faults import FAULTS
from tests.harness.ledger import Ledger
from tests.harness.markers import bugs_marked, marker
from tests.harness.schedule import TOPOLOGIES, build_schedule
from tests.harness.script import Action
from tests.harness.snapshot import Snapshot, find_alerts
from tests.harness.status_check import check_status

CHANNELS = {"alerts": 11, "channel-3": 12}
BUG = 1_900_013


def bug_url(number):
    return f"http://bugs.example/show_bug.cgi?id={number}"


LINK = bug_url(BUG)
TITLE = marker("t", 0, 0)


def alert(message, text="", link=LINK):
    embed = {"url": link, "title": text, "footer": {"text": "ref 0123456789"}}
    return {"id": str(message), "author": "bot", "content": "New incident", "embeds": [embed]}


def delivery(number, channel, **values):
    row = {"id": number, "event": 1, "channel": channel, "state": "sent", "message": 100 + number, "reason": ""}
    row |= {"next_at": None}
    return row | {"stale": 0, "editable": 1} | values


def event(bug=BUG, **values):
    return {"id": 1, "kind": "filed", "bug": bug, "message": None, "bugs": "[]", "messages": "[]"} | values


@pytest.fixture
def ledger():
    ledger = Ledger()
    ledger.record_bug(Action("file", 0), BUG, 3)
    return ledger


def findings(ledger, messages, deliveries=(), *, events=None, logs="", raw=b"", **tables):
    tables = {"event": events or [event()], "delivery": list(deliveries), "source": [], **tables}
    snapshot = Snapshot(messages, CHANNELS, tables, logs, raw, bug_url)
    return [(finding.kind, finding.round) for finding in Checks(ledger, snapshot, list(CHANNELS)).run()]


def right(text=TITLE):
    """Return the messages and deliveries of one bug that was announced in both channels."""
    return {name: [alert(101 + index, text)] for index, name in enumerate(CHANNELS)}, [
        delivery(1, 11, message=101),
        delivery(2, 12, message=102),
    ]


def test_a_seed_repeats_the_schedule_and_another_does_not():
    for topology in TOPOLOGIES:
        assert build_schedule(5, topology, 20, 1) == build_schedule(5, topology, 20, 1)
        assert build_schedule(5, topology, 20, 1) != build_schedule(6, topology, 20, 1)


def test_a_schedule_kills_as_often_as_asked_and_all_topologies_together_have_every_fault():
    schedules = [build_schedule(7, topology, 20, 1) for topology in TOPOLOGIES]
    for schedule in schedules:
        assert sum(current.kills for current in schedule) >= 20
        assert schedule[-1].ending == "long SIGSTOP"
        assert schedule[-1].stop_seconds > 60
    faults = {current.fault.name for schedule in schedules for current in schedule}
    assert len(faults) >= 0.9 * len(FAULTS)


def test_only_what_is_public_is_hidden_and_only_what_is_hidden_is_shown():
    public, hidden = set(), set()
    for action in (action for current in build_schedule(8, TOPOLOGIES[0], 200, 0) for action in current.actions):
        match action.kind:
            case "file" | "file late":
                public.add(action.item)
            case "file hidden":
                hidden.add(action.item)
            case "hide":
                public.remove(action.item)
                hidden.add(action.item)
            case "show":
                hidden.remove(action.item)
                public.add(action.item)
            case "return":
                public.add(action.item)
            case "move" | "delete":
                public.remove(action.item)
    assert hidden


def test_a_marker_is_read_back_from_any_text():
    text = f"a title with {marker('t', 12, 3).upper()}, b'{marker('c', 99_999, 999)}'"
    assert bugs_marked(text) == {12, 99_999}


def test_an_event_on_every_route_once_is_right(ledger):
    assert findings(ledger, *right()) == []


def test_an_alert_that_is_missing_is_lost_unless_it_waits_with_its_reason(ledger):
    messages, deliveries = right()
    messages["channel-3"] = []
    assert findings(ledger, messages, deliveries) == [("lost", 3)]
    pending = {"state": "pending", "message": None}
    assert findings(ledger, messages, [deliveries[0], delivery(2, 12, **pending)]) == [("lost", 3)]
    waiting = delivery(2, 12, **pending, reason="Discord has a fault")
    assert findings(ledger, messages, [deliveries[0], waiting]) == []


def test_an_alert_that_is_there_twice_is_doubled(ledger):
    messages, deliveries = right()
    messages["alerts"].append(alert(150, TITLE))
    assert findings(ledger, messages, deliveries) == [("doubled", 3)]


def test_a_catch_up_counts_as_the_alert_of_each_bug_that_it_lists(ledger):
    messages, deliveries = right()
    for text in (f"[{BUG}]({LINK}) and others", f"Telia 2: 1900001, {BUG}"):
        catch_up = alert(150, text, link=None)
        assert findings(ledger, {name: [catch_up] for name in messages}, deliveries) == []
    messages["alerts"].append(catch_up)
    assert ("doubled", 3) in findings(ledger, messages, deliveries)


def test_an_alert_of_what_was_there_before_is_named(ledger):
    messages, deliveries = right()
    messages["alerts"].append(alert(150, link=bug_url(1)))
    assert findings(ledger, messages, deliveries) == [("doubled", 0)]


def test_alerts_that_came_in_another_order_than_their_bugs_are_named(ledger):
    ledger.record_bug(Action("file", 1), BUG + 1, 4)
    messages = {name: [alert(101, marker("t", 1, 0), bug_url(BUG + 1)), alert(102, TITLE)] for name in CHANNELS}
    assert findings(ledger, messages) == [("out of order", 3)] * 2


def test_a_title_that_was_changed_must_be_shown_or_its_edit_wait_with_a_reason(ledger):
    messages, deliveries = right()
    ledger.record_change(Action("rename", 0, 1), 4)
    assert findings(ledger, messages, deliveries) == [("stuck", 4)] * 2
    waiting = [row | {"stale": 1, "reason": "Discord has a fault"} for row in deliveries]
    assert findings(ledger, messages, waiting) == []
    assert findings(ledger, *right(marker("t", 0, 1))) == []


@pytest.mark.parametrize("kind", ["hide", "delete"])
def test_a_word_of_a_bug_that_is_not_public_is_named_wherever_it_is_readable(ledger, kind):
    ledger.record_change(Action(kind, 0), 5)
    word = marker("c", 0, 0)
    messages, deliveries = right("Bug 1900013 can no longer be read")
    assert findings(ledger, messages, deliveries) == []
    assert findings(ledger, messages, deliveries, comment=[{"text": word}]) == [("readable", 5)]
    assert findings(ledger, messages, deliveries, raw=word.encode()) == [("readable", 5)]
    messages["general"] = [{"id": "9", "author": "bot", "content": word, "embeds": []}]
    assert findings(ledger, messages, deliveries) == [("readable", 5)]


def test_an_edit_that_waits_with_its_reason_may_leave_text_readable_for_a_while(ledger):
    messages, deliveries = right()
    ledger.record_change(Action("hide", 0), 5)
    refused = {"stale": 1, "reason": "Discord allows no more edits", "next_at": "2025-01-01"}
    assert findings(ledger, messages, [row | refused for row in deliveries]) == []
    assert ("readable", 5) in findings(ledger, messages, deliveries)


def test_no_bug_may_be_read_in_a_log(ledger):
    assert findings(ledger, *right(), logs=f"ERROR {TITLE}") == [("readable", 3)]


def test_each_question_is_answered_once(ledger):
    ledger.record_question(71_000_000, 6, is_sure=True)
    ledger.record_question(70_000_001, 6, is_sure=False)
    answer = {"id": "9", "author": "bot", "content": "Rootwatch does not know bug 71000000.", "embeds": []}
    messages, deliveries = right()
    assert findings(ledger, messages, deliveries) == [("unanswered", 6)]
    assert findings(ledger, messages | {"general": [answer]}, deliveries) == []
    assert findings(ledger, messages | {"general": [answer, answer]}, deliveries) == [("doubled", 6)]


def test_what_the_channel_says_for_itself_is_no_alert():
    assert list(find_alerts([{"id": "1", "author": "bot", "content": "From now on ...", "embeds": []}], bug_url)) == []


def test_every_task_must_run_and_one_process_be_active():
    now = datetime(2025, 1, 1, 12, tzinfo=UTC)
    task = {"name": "sender", "running": True, "error": None}
    active, standby = ({"role": role, "seen": "2025-01-01T11:59:55Z"} for role in ("active", "standby"))
    dead = standby | {"seen": "2025-01-01T11:59:00Z"}

    def is_right(processes, number, **changes):
        return not list(check_status({"tasks": [task | changes], "processes": processes}, number, now))

    assert is_right([active], 1)
    assert is_right([active, standby, dead], 2)
    assert not is_right([active, active], 2)
    assert not is_right([active, dead], 2)
    assert not is_right([active], 1, running=False)
    assert list(check_status({"timeout": 90}, 1, now))

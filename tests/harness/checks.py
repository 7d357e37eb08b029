"""What must hold after each run: pure functions of what is seen in Discord, in the tables and in the logs."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.harness.findings import Finding
from tests.harness.ledger import BugRecord, Ledger
from tests.harness.markers import bugs_marked
from tests.harness.snapshot import Snapshot, find_alerts


class Checks:
    """The checks of one snapshot against the ledger; `waiting` counts what waits with its reason in view."""

    def __init__(self, ledger: Ledger, snapshot: Snapshot, watched: Sequence[str]) -> None:
        self._ledger = ledger
        self._snapshot = snapshot
        self._watched = [channel for channel in watched if channel not in ledger.deleted_channels]
        self._alerts = {
            channel: list(find_alerts(snapshot.messages.get(channel, []), snapshot.bug_url))
            for channel in self._watched
        }
        self._message_links = {f"{row['list']}\n{row['key']}": row["url"] for row in snapshot.tables.get("message", [])}
        self._deliveries = self._find_deliveries()
        self.waiting = 0

    def run(self) -> list[Finding]:
        """Return everything that is wrong."""
        return [
            *self._each_event_once(),
            *self._order(),
            *self._shown(),
            *self._readable(),
            *self._questions(),
            *self._queues(),
        ]

    def _find_deliveries(self) -> dict[tuple[int, str], Mapping[str, Any]]:
        """Return the deliveries by channel and link, those of catch-ups under each link that they list."""
        events = {row["id"]: row for row in self._snapshot.tables.get("event", [])}
        by_link = {}
        for row in self._snapshot.tables.get("delivery", []):
            for link in self._links_of(events[row["event"]]):
                by_link[row["channel"], link] = row
        return by_link

    def _links_of(self, event: Mapping[str, Any]) -> list[str]:
        if event["kind"] == "catch-up":
            bugs = [self._snapshot.bug_url(number) for number in _as_list(event["bugs"])]
            return [*bugs, *(self._message_links.get(name, "") for name in _as_list(event["messages"]))]
        if event["bug"] is not None:
            return [self._snapshot.bug_url(event["bug"])]
        return [self._message_links.get(f"{event['list']}\n{event['message']}", "")]

    def _expected(self) -> Iterator[tuple[str, int, BugRecord | None, str]]:
        for item, bug in self._ledger.bugs.items():
            yield self._snapshot.bug_url(bug.id), bug.round, bug, f"bug {bug.id} (item {item}, {bug.state})"
        for link, round_number in self._ledger.posts.items():
            yield link, round_number, None, link

    def _each_event_once(self) -> Iterator[Finding]:
        known = set()
        for link, round_number, bug, name in self._expected():
            known.add(link)
            for channel in self._watched:
                posted = sum(link in alert.links for alert in self._alerts[channel])
                posted += (channel, link) in self._ledger.deleted_messages
                where = f"{name} in {channel}"
                if posted > 1:
                    yield Finding("doubled", round_number, f"{where}: {posted} alerts")
                elif posted == 0 and (why := self._why_missing(channel, link, bug)):
                    yield Finding("lost", round_number, f"{where}: {why}")
        for channel in self._watched:
            for alert in self._alerts[channel]:
                if not known.intersection(alert.links):
                    yield Finding("doubled", 0, f"{channel}: an alert of what was there before: {alert.links}")

    def _why_missing(self, channel: str, link: str, bug: BugRecord | None) -> str:
        """Return why a missing alert is wrong, "" if it is right that it is not there (yet)."""
        delivery = self._deliveries.get((self._snapshot.channels[channel], link))
        may_be_absent = bug is not None and not bug.was_always_public
        if delivery is None:
            return "" if may_be_absent and bug and bug.state != "public" else "no delivery is stored"
        match delivery["state"]:
            case "pending":
                if not self._has_reason(delivery):
                    return "it is pending and says no reason"
                self.waiting += 1
                return ""
            case "skipped" if may_be_absent and delivery["reason"]:
                return ""
            case "sent" if bug is not None and bug.state != "public" and self._is_catch_up(delivery):
                return ""  # its line was taken out
            case "sent" if may_be_absent and not delivery["editable"]:
                return ""  # a message that cannot be edited is deleted when its bug becomes restricted
            case "sent" if self._is_catch_up(delivery) and delivery["reason"].endswith("it was deleted"):
                return ""  # with the others that it listed
        return f"its delivery {delivery['id']} is {delivery['state']} ({delivery['reason']})"

    def _is_catch_up(self, delivery: Mapping[str, Any]) -> bool:
        return any(
            row["id"] == delivery["event"] and row["kind"] == "catch-up" for row in self._snapshot.tables["event"]
        )

    def _has_reason(self, delivery: Mapping[str, Any]) -> bool:
        """Return whether `status` tells why a delivery waits: its own reason, or that of one before it."""
        return any(
            row["reason"] and row["channel"] == delivery["channel"] and row["id"] <= delivery["id"]
            for row in self._snapshot.tables["delivery"]
            if row["state"] == "pending"
        )

    def _order(self) -> Iterator[Finding]:
        for channel in self._watched:
            plain = {
                self._snapshot.bug_url(bug.id): bug
                for bug in self._ledger.bugs.values()
                if bug.was_always_public and not bug.is_late
            }
            order = [(alert.message, plain[link]) for alert in self._alerts[channel] for link in alert.links
                     if link in plain]  # fmt: skip
            last = 0
            for _, bug in sorted(order, key=lambda pair: (pair[0], pair[1].id)):  # a catch-up is ordered by CA
                if bug.id < last:
                    yield Finding("out of order", bug.round, f"bug {bug.id} in {channel} came after bug {last}")
                last = max(last, bug.id)
            rows = [row for row in self._snapshot.tables.get("delivery", []) if row["message"]]
            sent = sorted(
                (row["id"], row["message"]) for row in rows if row["channel"] == self._snapshot.channels[channel]
            )
            if [message for _, message in sent] != sorted(message for _, message in sent):
                yield Finding("out of order", 0, f"{channel}: messages are not in the order of their deliveries")

    def _shown(self) -> Iterator[Finding]:
        """Check that alerts show their bugs as they are: the present title, nothing of those that are not here."""
        for bug in self._ledger.bugs.values():
            link = self._snapshot.bug_url(bug.id)
            for channel in self._watched:
                for alert in self._alerts[channel]:
                    if alert.is_catch_up or link not in alert.links:
                        continue
                    if (bug.title_marker in alert.text) == (bug.state == "public"):
                        continue
                    delivery = self._deliveries.get((self._snapshot.channels[channel], link))
                    if delivery is not None and delivery["stale"] and delivery["reason"]:
                        self.waiting += 1
                    elif delivery is None or delivery["editable"]:
                        text = f"bug {bug.id} ({bug.state}) in {channel}: its alert does not show how it is now"
                        yield Finding("stuck", bug.last_round, text)

    def _readable(self) -> Iterator[Finding]:
        places = {
            f"channel {name}": self._shown_text(name, messages) for name, messages in self._snapshot.messages.items()
        }
        places |= {f"table {name}": str(rows) for name, rows in self._snapshot.tables.items()}
        places["the database's files"] = self._snapshot.raw.decode("latin-1")
        hidden = self._ledger.unreadable
        for place, text in places.items():
            for item in sorted(bugs_marked(text) & hidden.keys()):
                bug = hidden[item]
                yield Finding("readable", bug.last_round, f"bug {bug.id} (item {item}, {bug.state}) in {place}")
        for item in sorted(bugs_marked(self._snapshot.logs)):
            bug = self._ledger.bugs[item]
            yield Finding("readable", bug.last_round, f"bug {bug.id} (item {item}) in a log")

    def _shown_text(self, channel: str, messages: Sequence[Mapping[str, Any]]) -> str:
        """Return the text of a channel's messages but of those whose edit waits with its reason in view."""
        rows = [row for name in ("delivery", "posted_answer") for row in self._snapshot.tables.get(name, [])]
        waiting = {row["message"] for row in rows if row["reason"] and row["next_at"]}
        # the connection broke after it was posted, so that the bot does not know its number yet
        waiting |= {
            alert.message
            for alert in self._alerts.get(channel, [])
            for link in alert.links
            if (row := self._deliveries.get((self._snapshot.channels[channel], link)))
            and row["state"] == "pending"
            and self._has_reason(row)
        }
        hidden_text = str([message for message in messages if int(message["id"]) in waiting])
        self.waiting += len(bugs_marked(hidden_text) & self._ledger.unreadable.keys())
        return str([message for message in messages if int(message["id"]) not in waiting])

    def _questions(self) -> Iterator[Finding]:
        answers = Counter(
            int(number)
            for messages in self._snapshot.messages.values()
            for message in messages
            if message["author"] == "bot"
            for number in set(re.findall(r"\b7\d{7}\b", message["content"]))
        )
        for number, round_number in self._ledger.questions.items():
            if answers[number] > 1:
                yield Finding(
                    "doubled", round_number, f"the question for {number} was answered {answers[number]} times"
                )
        for number, round_number in self._ledger.surely_answered.items():
            if not answers[number]:
                yield Finding("unanswered", round_number, f"the question for {number} was not answered")

    def _queues(self) -> Iterator[Finding]:
        """Check that nothing waits without a reason."""
        by_channel = defaultdict(list)
        for row in self._snapshot.tables.get("delivery", []):
            if row["stale"] and row["state"] == "sent" and not row["reason"] and row["editable"]:
                by_channel[row["channel"]].append(row["id"])
        for channel, rows in by_channel.items():
            yield Finding("stuck", 0, f"edits of deliveries {rows[:5]} in channel {channel} wait without a reason")
        for row in self._snapshot.tables.get("source", []):
            if row["error"]:
                yield Finding("stuck", 0, f"source {row['name']} has an error: {row['error']}")


def _as_list(value: Any) -> list[Any]:
    """Return a JSON column's list, which one database gives as a text and the other as a list."""
    return list(json.loads(value)) if isinstance(value, str) else list(value)

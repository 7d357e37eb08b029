"""An invented queue for tests of what moderators see."""

from collections import Counter
from datetime import UTC, date, datetime

from handlers.results.queue import WHYS, Queue, QueueEntry, QueueReason

AS_OF = datetime(2025, 6, 20, 12, tzinfo=UTC)


def reason(why, day=10, **values):
    return QueueReason(why, datetime(2025, 6, day, 9, tzinfo=UTC), **values)


def queue(incidents, *, reasons=None, page=0, page_count=1, unread=0):
    reasons = reasons or (
        reason("closure-asked", comment=9),
        reason("question", 11, comment=3, until=date(2025, 6, 18), subject="How many customers were told?"),
        reason("last-call", 8, until=date(2025, 6, 17)),
        reason("last-call", 16, until=date(2025, 6, 23)),
        reason("no-tags", 18, comment=0),
        reason("not-looked-at", 20, comment=0),
    )
    entries = [QueueEntry(incident, (reason,)) for incident, reason in zip(incidents, reasons, strict=False)]
    counts = Counter(reason.why for reason in reasons)
    total = len(entries) if page_count == 1 else 6 * page_count
    return Queue(
        AS_OF, tuple((why, counts[why]) for why in WHYS if counts[why]), tuple(entries), total, unread, page,
        page_count, 6,
    )  # fmt: skip

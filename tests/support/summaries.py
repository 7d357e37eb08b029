"""Summaries with invented figures, for tests of how they are shown."""

from datetime import UTC, date, datetime

from handlers.results.summaries import (
    EarlierSpan,
    GroupSummary,
    OwnerCount,
    RecurringFault,
    SectionCount,
    SummaryScope,
)
from storage.values.messages import ListThread


def group_summary(subject, incidents, text="Jurisdiction issue", kind="ca"):
    """Return a summary since 2024-01-01 of these incidents; `text` stands wherever third parties write something."""
    bugs = tuple(incident.bug.id for incident in incidents)
    query = f"{subject} since:2024-01-01"
    count = SectionCount("ev-misissuance", text, bugs, len(bugs) - 1, 1)
    return GroupSummary(
        SummaryScope(subject, kind, query, query, date(2024, 1, 1)),
        tuple(incidents),
        tuple(incidents[-1:]),
        ((2024, len(bugs)),),
        (((2024, 1), 0), ((2024, 2), len(bugs))),
        (count,),
        (OwnerCount(subject, bugs),),
        count if kind == "section" else None,
        EarlierSpan(date(2023, 1, 1), date(2023, 12, 31), 1),
        (RecurringFault("jurisdiction", tuple(incidents[:2])),),
        (ListThread(text, "https://list.example/1", datetime(2024, 5, 7, tzinfo=UTC), 4),),
    )

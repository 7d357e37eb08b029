"""What Rootwatch understands of a bug: whom it is about, what its whiteboard says, where its report is."""

from collections.abc import Sequence

from handlers.parsing.owners import OwnerTable
from handlers.parsing.report_forms import ccadb_id_of, find_report
from handlers.parsing.titles import read_title
from handlers.parsing.whiteboard import read_whiteboard
from storage.values.incidents import Bug, Incident


def understand(
    bug: Bug, owners: OwnerTable, texts: Sequence[tuple[int, str]] | None, before: Incident | None = None
) -> Incident:
    """Read a bug; `texts` are its first comments that say something, None where they were not read this time.

    What only comments tell is then kept from `before`.
    """
    title, whiteboard = read_title(bug.summary, owners), read_whiteboard(bug.whiteboard)
    if texts is None:
        report, ccadb_id = (before.report, before.ccadb_id) if before else (None, None)
    else:
        report = find_report(texts)
        ccadb_id = next((found for _, text in texts if (found := ccadb_id_of(text))), None)
    return Incident(
        bug,
        title.ca,
        title.title,
        whiteboard.tags,
        whiteboard.next_update,
        whiteboard.close_on,
        ccadb_id,
        report,
        sections=before.sections if before else (),
    )

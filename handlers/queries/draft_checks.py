"""Checks a draft of a report for a member, with the related incidents that it could name.

The draft is only ever a value: it is neither stored nor logged, and no message of an error holds any of it.
"""

import asyncio
import traceback
from datetime import UTC, datetime

from handlers.actor import Actor
from handlers.errors import UserError
from handlers.indexes.incident_indexes import IncidentIndexes
from handlers.parsing.documents import IncidentDocument, referenced_bugs
from handlers.parsing.owners import OwnerDirectory
from handlers.parsing.report_forms import extract_report_text
from handlers.parsing.titles import Title, parse_title
from handlers.related.alike import Alike, find_alike
from handlers.reports.check import DraftCheck, check_draft
from handlers.results.drafts import CheckedDraft
from handlers.results.related import AlikeIncident
from handlers.text.sentences import split_sentences
from storage import incidents
from storage.database import Database, DatabaseUnavailable

MAX_DRAFT_LENGTH = 1_000_000  # characters that are looked at; a comment of Bugzilla has at most 65,535
MAX_TITLE_LENGTH = 255
MAX_COMMENT_LENGTH = 65_535
# Without a title the beginning of the report stands for it: of 85 related incidents of two years, judged by hand, that
# the title finds, two sentences find 42, one finds 36, none 8; what is found is right as often.
_SENTENCES_FOR_TITLE = 2
_NO_TITLE_BEGINS = ("#", "-", "*", "|", ">", "`", "=", "[", "<")


class DraftNotChecked(Exception):
    """A fault of the program met a draft; the message names the fault's type and place, and nothing of the draft."""


class DraftChecks:
    """Checks drafts. Raises UserError if there is nothing to check."""

    def __init__(self, database: Database, owners: OwnerDirectory, indexes: IncidentIndexes) -> None:
        self._database = database
        self._owners = owners
        self._indexes = indexes

    async def check(self, actor: Actor, text: str, title: str = "") -> CheckedDraft:
        """Return what a draft lacks if it is posted today; `title` is that of its bug, "" if it is not known.

        Without one, a first line that begins with the name of a CA is taken for it. The work is done in a thread.
        """
        if not text.strip():
            raise UserError("There is no text to check: the draft is empty.")
        now = datetime.now(UTC)
        text = text[:MAX_DRAFT_LENGTH]
        try:
            parsed = self._parse_title(text, title)
            check, document = await asyncio.to_thread(self._read, text, parsed, now)
            alike = await self._indexes.related.query(lambda index: find_alike(index, document))
        except DatabaseUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - it is raised again, without what it says
            # the message of a fault may quote what it met, and would be logged
            raise DraftNotChecked(_place_of(error)) from None
        wanted = [entry for entry in alike if entry.within_two_years and entry.copy_of is None]
        wanted = [entry for entry in wanted if entry.bug not in document.references]
        wanted.sort(key=lambda entry: (entry.same_ca, -entry.score))
        return CheckedDraft(
            check, now.date(), document.ca, await self._attach(wanted, actor.community), bool(parsed.title)
        )

    def _read(self, text: str, title: Title, now: datetime) -> tuple[DraftCheck, IncidentDocument]:
        owner = self._owners.find(title.ca) if title.ca else None
        own_names = (owner.name, *owner.aliases) if owner else (title.ca,) if title.ca else ()
        check = check_draft(text, now.date(), own_names)
        report_text = extract_report_text(text[:MAX_COMMENT_LENGTH])
        stand_in = " ".join(split_sentences(report_text)[:_SENTENCES_FOR_TITLE])
        document = IncidentDocument(
            0, title.title or stand_in, report_text, title.ca, now, referenced_bugs(f"{title.title}\n{text}")
        )
        return check, document

    def _parse_title(self, text: str, title: str) -> Title:
        if title.strip():
            return parse_title(title[:MAX_TITLE_LENGTH], self._owners)
        first = next((line.strip() for line in text.lstrip().split("\n", 1)[:1]), "")
        if len(first) <= MAX_TITLE_LENGTH and not first.startswith(_NO_TITLE_BEGINS):
            parsed = parse_title(first, self._owners)
            if parsed.ca and self._owners.find(parsed.ca):
                return parsed
        return Title(None, "")

    async def _attach(self, alike: list[Alike], community: int) -> tuple[AlikeIncident, ...]:
        """Return the related bugs with their incidents, without those no longer visible."""
        async with self._database.read() as transaction:
            known = await incidents.find_by_bugs(transaction, [entry.bug for entry in alike], community)
        visible = {bug: incident for bug, incident in known.items() if incident.visibility == "here"}
        return tuple(AlikeIncident(entry, visible[entry.bug]) for entry in alike if entry.bug in visible)


def _place_of(error: Exception) -> str:
    """Return the type of an error and where in the program it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {frames[-1].name}, line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"

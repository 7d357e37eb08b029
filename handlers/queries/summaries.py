"""Summaries: numbers first, then the few sentences that the record supports, each with its source."""

from collections import Counter
from datetime import UTC, datetime

from handlers.parsing.owners import OwnerTable
from handlers.parsing.people import filer_of
from handlers.parsing.report_forms import first_sentences, opening_of
from handlers.parsing.tags import CANONICAL
from handlers.results import Claim, Citation, Summary
from storage import incidents
from storage.database import Database
from storage.values.incidents import Incident, IncidentFilter

NEWEST = 3  # reports that a summary of many incidents quotes from
QUOTED = 2  # sentences taken from one report


async def of_bug(database: Database, incident: Incident, owners: OwnerTable) -> Summary:
    """Sum up one incident: its state, and the first sentences of its report."""
    bug = incident.bug
    facts: tuple[tuple[str, int | str | None], ...] = (
        ("bug", bug.id),
        ("ca", incident.ca),
        ("status", "open" if bug.is_open else "closed"),
        ("opened", f"{bug.created:%Y-%m-%d}"),
        ("closed", f"{bug.closed:%Y-%m-%d}" if bug.closed else None),
        ("days", ((bug.closed or datetime.now(UTC)) - bug.created).days),
        ("comments", incident.comments),
        ("next_update", incident.next_update.isoformat() if incident.next_update else None),
    )
    filer = filer_of(bug.creator, bug.assignee, incident.ca, owners)
    sentences = [
        Claim(f"Opened on {bug.created:%Y-%m-%d} by {filer}: {incident.title}.", (Citation(bug.id, 0),)),
        *await _quotes(database, incident, 4),
    ]
    return Summary(bug.summary, "bug", facts, tuple(sentences))


async def of_group(database: Database, about: str, kind: str, wanted: IncidentFilter) -> Summary:
    """Sum up the incidents of a CA owner or a section."""
    total, still_open, first = await incidents.count_incidents(database, wanted)
    found = await incidents.find_incidents(database, wanted)
    sections = await incidents.count_sections(database, wanted)
    facts: list[tuple[str, int | str | None]] = [
        ("total", total),
        ("open", still_open),
        ("closed", total - still_open),
        ("first", f"{first:%Y-%m-%d}" if first else None),
        ("newest", f"{found[0].bug.created:%Y-%m-%d}" if found else None),
    ]
    if kind == "ca":
        facts += [(f"section:{key}", count) for key, count in sections[:5]]
    else:
        facts += [(f"ca:{name}", count) for name, count in (await incidents.count_owners(database, wanted))[:5]]
    sentences = [*_counted(found, sections, kind)]
    for one in found[:NEWEST]:
        sentences += await _quotes(database, one, QUOTED)
    return Summary(about, kind, tuple(facts), tuple(sentences), wanted.since, wanted.until)


def _counted(found: list[Incident], sections: list[tuple[str, int]], kind: str) -> list[Claim]:
    """Say what counting shows; each sentence names the newest bugs that it counts."""
    if not found:
        return []
    titles = {tag.key: tag.title for tag in CANONICAL}
    sentences = []
    years = Counter(one.bug.created.year for one in found)
    most, count = max(years.items(), key=lambda item: (item[1], item[0]))
    inside = tuple(Citation(one.bug.id) for one in found if one.bug.created.year == most)
    sentences.append(Claim(f"The most in one year were opened in {most}: {count} of {len(found)}.", inside[:5]))
    if kind == "ca" and sections:
        key, held = sections[0]
        members = tuple(
            Citation(one.bug.id) for one in found if any(part.section == key and part.sure for part in one.sections)
        )
        sentences.append(
            Claim(f"The most frequent section is {titles.get(key, key)}, with {held} incidents.", members[:5])
        )
    still_open = [one for one in found if one.bug.is_open]
    if still_open:
        oldest, verb = still_open[-1], "is" if len(still_open) == 1 else "are"
        sentences.append(
            Claim(
                f"{len(still_open)} {verb} open, the oldest since {oldest.bug.created:%Y-%m-%d}: {oldest.title}.",
                (Citation(oldest.bug.id),),
            )
        )
    return sentences


async def _quotes(database: Database, incident: Incident, count: int) -> list[Claim]:
    texts = (await incidents.find_texts(database, [incident.bug.id])).get(incident.bug.id, [])
    ordered = sorted(texts, key=lambda item: item[0] != incident.report)
    for number, text in ordered:
        if opening_of(text):
            return [
                Claim(sentence, (Citation(incident.bug.id, number),))
                for sentence in first_sentences(opening_of(text), count)
            ]
    return []

"""Turns a bug into an incident: the facts that answers, alerts, summaries and indexes use are computed here, once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.parsing.documents import referenced_bugs
from handlers.parsing.excerpts import make_excerpt
from handlers.parsing.not_incidents import not_incident_reason
from handlers.parsing.owners import OwnerDirectory
from handlers.parsing.report_forms import extract_report_text, find_report_comment, parse_ccadb_id
from handlers.parsing.reporters import Filing, reporter_role
from handlers.parsing.titles import Title, parse_title
from handlers.parsing.whiteboard import parse_whiteboard
from storage.values.incidents import Bug, BugLinks, Incident, ReporterRole

# Part of the version under which incidents are stored: after a change of what is computed here, all are interpreted
# again at the next start.
INTERPRETATION_VERSION = 5
MAX_REPORT_TEXT_LENGTH = 4_000  # in characters; longer than all that is indexed of it

_BUG_URL = re.compile(r"show_bug\.cgi\?id=([0-9]{1,9})(?![0-9])")


@dataclass(frozen=True, slots=True)
class CommentFacts:
    """What the comments of a bug say about it; the fields are those of an Incident."""

    report: int | None = None
    ccadb_id: str | None = None
    report_text: str = ""
    excerpt: str = ""
    excerpt_comment: int | None = None
    mentioned: tuple[int, ...] = ()


def interpret_bug(
    bug: Bug,
    owners: OwnerDirectory,
    texts: Sequence[tuple[int, str]] | None,
    previous: Incident | None = None,
    *,
    cas_filed_on: int = 1,
) -> Incident:
    """Interpret a bug.

    `texts` are all its comments with text, as (number, text); None if they were not fetched this time. Facts that only
    comments contain are then copied from `previous`. `cas_filed_on` is the number of CA owners on which its creator had
    filed by then, this time included.
    """
    title, whiteboard = parse_title(bug.summary, owners), parse_whiteboard(bug.whiteboard)
    facts = _facts_of(previous) if texts is None else _read_comments(texts)
    references = referenced_bugs(f"{bug.summary}\n{facts.report_text}")
    linked = dict.fromkeys([*_linked_bugs(bug.links), *facts.mentioned])
    return Incident(
        bug,
        title.ca,
        title.title,
        whiteboard.tags,
        whiteboard.next_update,
        whiteboard.close_on,
        facts.ccadb_id,
        facts.report,
        not_incident=not_incident_reason(bug.resolution, whiteboard.tags),
        reporter_role=_reporter_role(bug, title, owners, texts, previous, cas_filed_on),
        report_text=facts.report_text,
        excerpt=facts.excerpt,
        excerpt_comment=facts.excerpt_comment,
        references=references,
        linked=tuple(number for number in linked if number not in references),
        also_about=title.also_about,
        successors=owners.successors_of(_cas_of(title)),
        comments=previous.comments if previous else 0,
        sections=previous.sections if previous else (),
    )


def removes_text(previous: Incident, bug: Bug, texts: Sequence[tuple[int, str]] | None) -> bool:
    """Return whether text that answers may have shown is gone: of the title, the excerpt, or what reasons quote.

    `texts` are as for `interpret_bug`. That another comment is shown from now on removes nothing.
    """
    if previous.bug.summary != bug.summary:
        return True
    if texts is None:
        return False
    quoted = next((text for number, text in texts if number == previous.excerpt_comment), "")
    if previous.excerpt and make_excerpt(quoted) != previous.excerpt:
        return True
    return bool(previous.report_text) and previous.report_text not in {
        extract_report_text(text)[:MAX_REPORT_TEXT_LENGTH] for _, text in leading_texts(texts)
    }


def leading_texts(texts: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return the first comments with text, in which a report is searched: at most four, out of the first eight."""
    return [(number, text) for number, text in texts if number < 8 and text][:4]


def _cas_of(title: Title) -> tuple[str, ...]:
    return (title.ca, *title.also_about) if title.ca is not None else ()


def _reporter_role(
    bug: Bug,
    title: Title,
    owners: OwnerDirectory,
    texts: Sequence[tuple[int, str]] | None,
    previous: Incident | None,
    cas_filed_on: int,
) -> ReporterRole | None:
    """Return who filed a bug; without its comments, as known before unless the reporter's domain tells.

    Who has another address by now filed it from the older one.
    """
    if previous and previous.reporter_role and previous.bug.creator != bug.creator:
        return previous.reporter_role
    text = None if texts is None else next((text for _, text in leading_texts(texts)), "")
    filing = Filing(bug.creator, _cas_of(title), bug.created.date(), cas_filed_on, text)
    return reporter_role(filing, owners) or (previous.reporter_role if previous else None)


def _facts_of(previous: Incident | None) -> CommentFacts:
    """Return the facts of the comments read earlier; bugs in Bugzilla's own fields are added again by the caller."""
    if previous is None:
        return CommentFacts()
    in_fields = set(_linked_bugs(previous.bug.links))
    return CommentFacts(
        previous.report,
        previous.ccadb_id,
        previous.report_text,
        previous.excerpt,
        previous.excerpt_comment,
        tuple(number for number in previous.linked if number not in in_fields),
    )


def _read_comments(texts: Sequence[tuple[int, str]]) -> CommentFacts:
    leading = leading_texts(texts)
    report = find_report_comment(leading)
    ccadb_id = next((ccadb_id for _, text in leading if (ccadb_id := parse_ccadb_id(text))), None)
    report_first = sorted(leading, key=lambda item: item[0] != report)
    report_texts = (extract_report_text(text)[:MAX_REPORT_TEXT_LENGTH] for _, text in report_first)
    report_text = next(filter(None, report_texts), "")
    excerpts = ((number, make_excerpt(text)) for number, text in report_first)
    excerpt_comment, excerpt = next(((number, excerpt) for number, excerpt in excerpts if excerpt), (None, ""))
    mentioned = dict.fromkeys(number for _, text in texts for number in referenced_bugs(text))
    return CommentFacts(report, ccadb_id, report_text, excerpt, excerpt_comment, tuple(mentioned))


def _linked_bugs(links: BugLinks) -> list[int]:
    """Return the bugs in Bugzilla's link fields; of the URLs in "see also" only those of bugs count."""
    see_also = [int(number) for url in links.see_also for number in _BUG_URL.findall(url)]
    linked = [*links.duplicates, *links.depends_on, *links.blocks, *see_also]
    return [links.dupe_of, *linked] if links.dupe_of is not None else linked

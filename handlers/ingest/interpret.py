"""Turns a bug into an incident: the facts that answers, alerts, summaries and indexes use are computed here, once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.parsing.documents import referenced_bugs
from handlers.parsing.owners import OwnerDirectory
from handlers.parsing.people import affiliation, reporter_role
from handlers.parsing.report_forms import find_report_comment, parse_ccadb_id, report_excerpt
from handlers.parsing.titles import parse_title
from handlers.parsing.whiteboard import parse_whiteboard
from storage.values.incidents import Bug, BugLinks, Incident, ReporterRole

# Part of the version under which incidents are stored: after a change of what is computed here, all are interpreted
# again at the next start.
INTERPRETATION_VERSION = 2
MAX_EXCERPT_LENGTH = 4_000  # in characters; longer than all that is shown or indexed of it

_BUG_URL = re.compile(r"show_bug\.cgi\?id=([0-9]{1,9})(?![0-9])")


@dataclass(frozen=True, slots=True)
class CommentFacts:
    """What the comments of a bug say about it; the fields are those of an Incident."""

    report: int | None = None
    ccadb_id: str | None = None
    excerpt: str = ""
    excerpt_comment: int | None = None
    mentioned: tuple[int, ...] = ()


def interpret_bug(
    bug: Bug, owners: OwnerDirectory, texts: Sequence[tuple[int, str]] | None, previous: Incident | None = None
) -> Incident:
    """Interpret a bug.

    `texts` are all its comments with text, as (number, text); None if they were not fetched this time. Facts that only
    comments contain are then copied from `previous`. Who filed the bug is decided at its first interpretation, by its
    assignee of that time, and stays unless the directory of CA owners has learned the reporter's domain.
    """
    title, whiteboard = parse_title(bug.summary, owners), parse_whiteboard(bug.whiteboard)
    facts = _facts_of(previous) if texts is None else _read_comments(texts)
    references = referenced_bugs(f"{bug.summary}\n{facts.excerpt}")
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
        reporter_role=_reporter_role(bug, title.ca, owners, previous),
        excerpt=facts.excerpt,
        excerpt_comment=facts.excerpt_comment,
        references=references,
        linked=tuple(number for number in linked if number not in references),
        comments=previous.comments if previous else 0,
        sections=previous.sections if previous else (),
    )


def removes_text(previous: Incident, bug: Bug, texts: Sequence[tuple[int, str]] | None) -> bool:
    """Return whether text that answers may have quoted is gone: the title was changed, or the quoted comment.

    `texts` are as for `interpret_bug`. That another comment is quoted from now on removes nothing.
    """
    if previous.bug.summary != bug.summary:
        return True
    if texts is None or not previous.excerpt:
        return False
    quoted = next((text for number, text in texts if number == previous.excerpt_comment), "")
    return report_excerpt(quoted)[:MAX_EXCERPT_LENGTH] != previous.excerpt


def leading_texts(texts: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return the first comments with text, in which a report is searched: at most four, out of the first eight."""
    return [(number, text) for number, text in texts if number < 8 and text][:4]


def _reporter_role(bug: Bug, ca: str | None, owners: OwnerDirectory, previous: Incident | None) -> ReporterRole:
    """Return who filed a bug; a later assignee does not change it, since it was not known at the filing."""
    kind, name = affiliation(bug.creator, owners)
    known_by_domain = kind == "root program" or (kind == "ca" and name == ca)
    if previous is None or previous.reporter_role is None or known_by_domain:
        return reporter_role(bug.creator, bug.assignee, ca, owners)
    return previous.reporter_role


def _facts_of(previous: Incident | None) -> CommentFacts:
    """Return the facts of the comments read earlier; bugs in Bugzilla's own fields are added again by the caller."""
    if previous is None:
        return CommentFacts()
    in_fields = set(_linked_bugs(previous.bug.links))
    return CommentFacts(
        previous.report,
        previous.ccadb_id,
        previous.excerpt,
        previous.excerpt_comment,
        tuple(number for number in previous.linked if number not in in_fields),
    )


def _read_comments(texts: Sequence[tuple[int, str]]) -> CommentFacts:
    leading = leading_texts(texts)
    report = find_report_comment(leading)
    ccadb_id = next((ccadb_id for _, text in leading if (ccadb_id := parse_ccadb_id(text))), None)
    report_first = sorted(leading, key=lambda item: item[0] != report)
    excerpts = ((number, report_excerpt(text)[:MAX_EXCERPT_LENGTH]) for number, text in report_first)
    excerpt_comment, excerpt = next(((number, excerpt) for number, excerpt in excerpts if excerpt), (None, ""))
    mentioned = dict.fromkeys(number for _, text in texts for number in referenced_bugs(text))
    return CommentFacts(report, ccadb_id, excerpt, excerpt_comment, tuple(mentioned))


def _linked_bugs(links: BugLinks) -> list[int]:
    """Return the bugs in Bugzilla's link fields; of the URLs in "see also" only those of bugs count."""
    see_also = [int(number) for url in links.see_also for number in _BUG_URL.findall(url)]
    linked = [*links.duplicates, *links.depends_on, *links.blocks, *see_also]
    return [links.dupe_of, *linked] if links.dupe_of is not None else linked

"""Who writes in each comment as what: the bug's CA, a root program, the community, an auditor, another CA, a machine.

The directory of owners tells most. For a CA that it does not know, the bug itself does: whom it was assigned to, what
its title called the CA at the time, and who posted the CA's own report. Nothing after the life's moment is used.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from handlers.acts.statements import read_statements
from handlers.acts.values import ReportFacts, Role
from handlers.acts.writers import (
    domain_of,
    is_auditor,
    is_called,
    is_machine,
    is_other_ca,
    is_public,
    key_of,
    organisation,
)
from handlers.parsing.owners import OwnerDirectory, normalize_name
from handlers.parsing.reporters import affiliation
from handlers.parsing.titles import parse_title
from storage.values.incidents import Person
from storage.values.lives import Life, LifeComment

# These run both a root program and a CA: about others, their people write for the program.
_PROGRAM_OWNERS = frozenset(("Apple", "Google Trust Services", "Microsoft"))
_OWN_REPORT = re.compile(
    r"^[^\w\n]{0,8}(?:(?:preliminary|initial|full|final|audit) )?incident report\b"
    r"|\b(?:we|our team|our engineers) (?:became aware|were notified|were made aware|discovered|identified|noticed)\b"
    r"|\b(?:our|we) [\w ]{0,40}\b(?:will|plan to|are going to) (?:post|publish|provide|file|give) [\w ]{0,20}report\b",
    re.IGNORECASE | re.MULTILINE,
)
_MAX_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class _Clues:
    """What a bug says of its own CA: names of owners, domains, single persons with their first day, own comments."""

    owners: frozenset[str]
    names: tuple[str, ...]
    domains: frozenset[str]
    persons: Mapping[Person, datetime]


def comment_roles(
    life: Life,
    owners: OwnerDirectory,
    reports: Mapping[int, ReportFacts] = MappingProxyType({}),
    known_cas: Collection[str] = (),
) -> dict[int, Role]:
    """Return the role of each comment's author, by the comment's number.

    `reports` are the report comments, `known_cas` names of CA owners that the directory lacks. Never raises.
    """
    clues = _clues(life, owners)
    reporters = _reporting_domains(life, owners, reports, clues.domains)
    others = tuple(normalize_name(name) for name in known_cas)
    return {comment.number: _role(comment, clues, owners, reporters, others) for comment in life.comments}


def _role(
    comment: LifeComment,
    clues: _Clues,
    owners: OwnerDirectory,
    reporters: Collection[tuple[str, str]],
    others: Collection[str],
) -> Role:
    person, text = comment.author, comment.text[:_MAX_TEXT]
    if is_machine(person, text):
        return "automation"
    role = _known_role(person, comment.posted.date(), clues, owners)
    if role:
        return role
    if _is_own(person, comment.posted, clues) or key_of(person) in reporters:
        return "ca"
    if is_auditor(person, text):
        return "auditor"
    return "other-ca" if is_other_ca(person, text, others) else "community"


def _known_role(person: Person, day: date, clues: _Clues, owners: OwnerDirectory) -> Role | None:
    """Return the role that the directory of owners gives, None if it does not know the person."""
    kind, name = affiliation(person, owners, day)
    if kind == "root program":
        return "program"
    if kind != "ca":
        return None
    successors = owners.successors_of((name,))
    if name in clues.owners or not clues.owners.isdisjoint(successors):
        return "ca"
    if name in owners.successors_of(clues.owners):
        return "ca"
    return "program" if name in _PROGRAM_OWNERS else "other-ca"


def _clues(life: Life, owners: OwnerDirectory) -> _Clues:
    summaries = [life.summary]
    assignees = []
    for change in life.changes:
        if change.field == "summary":
            summaries += [change.removed, change.added]
        elif change.field == "assigned_to" and change.person:
            assignees.append((change.person, change.time))
    if not assignees:
        assignees.append((life.assignee, life.created))
    titles = [parse_title(summary, owners) for summary in summaries]
    names = dict.fromkeys(name for title in titles for name in (title.ca, *title.also_about) if name)
    domains: set[str] = set()
    persons: dict[Person, datetime] = {}
    for person, since in reversed(assignees):
        domain = domain_of(person)
        if not domain or person.name.casefold() == "nobody" or affiliation(person, owners, since.date())[0]:
            continue
        if not is_public(domain):
            domains.add(organisation(domain))
        persons[person] = min(since, persons.get(person, since))
    known = frozenset(owner.name for name in names if (owner := owners.find(name)))
    unknown = tuple(normalize_name(name) for name in names if owners.find(name) is None)
    return _Clues(known, unknown, frozenset(domains), persons)


def _is_own(person: Person, moment: datetime, clues: _Clues) -> bool:
    """Return whether a person is of the bug's CA by its assignees or by the domain's name."""
    since = clues.persons.get(person)
    if since is not None and since <= moment:
        return True
    domain = domain_of(person)
    if not domain or is_public(domain):
        return False
    return organisation(domain) in clues.domains or any(is_called(domain, name) for name in clues.names)


def _reporting_domains(
    life: Life, owners: OwnerDirectory, reports: Mapping[int, ReportFacts], assigned: Collection[str]
) -> frozenset[tuple[str, str]]:
    """Return the domains (or persons of public domains) that posted the CA's own report or asked for its closing."""
    keys: set[tuple[str, str]] = set()
    is_external = "[external]" in life.whiteboard.casefold()
    for comment in life.comments:
        if affiliation(comment.author, owners, comment.posted.date())[0]:
            continue
        report = reports.get(comment.number)
        if report and (report.is_full or report.is_closure):
            own = True
        else:
            # A third party may file by the preliminary form too.
            own = (comment.number == 0 or report is not None) and not is_external and _speaks_as_ca(comment.text)
        if own:
            keys.add(key_of(comment.author))
    for change in life.changes:
        asks = change.field == "flags" and "needinfo?(incident-reporting" in change.added
        day = change.time.date()
        if asks and not affiliation(change.who, owners, day)[0]:
            keys.add(key_of(change.who))
        # Where nobody was assigned, staff ask the CA's person; but they may ask the reporter as well.
        addressee = change.person if change.field == "flags" and "needinfo?" in change.added else None
        if addressee and not assigned and affiliation(change.who, owners, day)[0] == "root program":
            is_unknown = not affiliation(addressee, owners, day)[0] and domain_of(addressee)
            is_free = is_unknown and key_of(addressee) != key_of(life.creator)
            keys |= {key_of(addressee)} if is_free and addressee.name != "incident-reporting" else set()
    return frozenset(keys)


def _speaks_as_ca(text: str) -> bool:
    own = "\n".join(
        statement.text for statement in read_statements(text[:_MAX_TEXT]).statements if statement.kind != "quoted"
    )
    return bool(_OWN_REPORT.search(own))

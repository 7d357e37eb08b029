"""Which sentences of a reply are put to whom: "To the auditor: it is." answers what the auditor asked."""

import re
from collections.abc import Mapping, Sequence

from handlers.acts.statements import Statement
from handlers.acts.values import Question, Role

_ADDRESSED = re.compile(
    r"(?:and )?(?:to|for|@)\s?(?:the |our )?(?P<who>[\w.&’'-]+(?: [\w.&’'-]+){0,2})[:,]\s", re.IGNORECASE
)
_ROLES: Mapping[str, Role] = {
    "apple": "program",
    "auditor": "auditor",
    "auditors": "auditor",
    "chrome": "program",
    "community": "community",
    "community member": "community",
    "microsoft": "program",
    "mozilla": "program",
    "reporter": "community",
    "root program": "program",
}


def group_by_addressee(
    sentences: Sequence[Statement], questions: Sequence[Question]
) -> list[tuple[list[Question], list[Statement]]]:
    """Return the open questions of each asker whom a reply addresses, with the sentences from there on.

    A name that is no root program's is another CA's, if one asked.
    """
    groups: list[tuple[list[Question], list[Statement]]] = []
    for statement in sentences:
        addressed = _ADDRESSED.match(statement.text)
        group = _asked_by(addressed["who"], questions) if addressed else []
        if group:
            groups.append((group, []))
        if groups:
            groups[-1][1].append(statement)
    return groups


def _asked_by(who: str, questions: Sequence[Question]) -> list[Question]:
    """Return the questions of the latest comment of whoever is meant."""
    role = _ROLES.get(who.casefold(), "other-ca" if who[:1].isupper() else None)
    latest = max((question.comment for question in questions if question.role == role), default=None)
    return [question for question in questions if question.comment == latest]

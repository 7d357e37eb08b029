"""Tell whether a question is put to the CA or to somebody else: by address, by its subject, by whom it replies to."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from handlers.acts.statements import Statement
from handlers.acts.values import Question, Role
from handlers.acts.word_lists import read_patterns
from handlers.parsing.owners import normalize_name

_ADDRESSED = re.compile(
    r"^\W{0,3}(?:(?:also|and|but|ps|finally),?:? )?@(?P<name>[\w.-]+(?:\s(?:team|all))?)"
    r"|^(?:(?:a |one |my |this )?question )?(?:to|for) (?P<whom>[^:,?]{2,40})[:,](?!\s(?:and|or)\b)",
    re.IGNORECASE,
)
_VOCATIVE = re.compile(r"^(?P<name>[A-Z][\w.-]{1,25}(?: [A-Z][\w.-]{1,25})?)[,:]\s")
# Whose name it is the bug need not tell, where it is about what is the CA's.
_ABOUT_THE_CA = re.compile(
    r"\byour (?:\w+ )?(?:audits?|auditors?|CA|certificates?|checks?|CP|CPS|customers?|issuance|items?|jobs?|linter"
    r"|policy|reports?|responder|revocations?|root|service|site|subscribers?|systems?|team|timeline|tool|website)\b",
    re.IGNORECASE,
)
_SECOND_PERSON = re.compile(r"\byou(?:r|rs)?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and in which surroundings.

    `others` are the logins of those who wrote before and are not of the CA; `replies_to_other`: the comment replies to
    one of them. `earlier` are the normalized texts of the sentences that were asked before, `ca_names` the normalized
    names of the CA and of those who write for it, as far as they are known; `unanswered` are the open questions,
    `answered` those that count as answered.
    """

    comment: int
    role: Role
    others: Collection[str] = ()
    replies_to_other: bool = False
    earlier: Collection[str] = ()
    ca_names: Collection[str] = ()
    unanswered: Sequence[Question] = ()
    answered: Sequence[Question] = ()


def goes_on_with_others(own: Sequence[Statement], index: int, asker: Asker) -> bool:
    """Return whether "you" is somebody whom an earlier sentence of the paragraph addresses, and who is not the CA."""
    if not _SECOND_PERSON.search(own[index].text):
        return False
    for statement in reversed(own[:index]):
        if statement.paragraph != own[index].paragraph:
            return False
        if _ADDRESSED.search(statement.text):
            return is_for_others(statement.text, statement.text, asker)
    return False


def is_for_others(piece: str, bare: str, asker: Asker) -> bool:
    """Return whether a question, `bare` of what leads to it, is put to somebody who is not the CA."""
    patterns = _patterns()
    addressed = _ADDRESSED.search(piece) or _VOCATIVE.match(piece)
    if addressed:
        groups = addressed.groupdict()
        name = (groups.get("name") or groups.get("whom") or "").casefold().strip()
        is_by_at = groups.get("name") and "@" in addressed.group()
        if is_by_at and _is_stranger(name, asker) and not _ABOUT_THE_CA.search(piece):
            return True
        if patterns["others"].match(name) or name in asker.others or name.split(" ")[0] in asker.others:
            return True
    if _others_as_subject().search(bare):
        return True
    return asker.replies_to_other and bool(_SECOND_PERSON.search(bare))


def _is_stranger(name: str, asker: Asker) -> bool:
    """Return whether somebody who is addressed by "@" is neither of the CA nor the CA itself."""
    addressed = normalize_name(name)
    return bool(asker.ca_names) and not any(
        addressed and (addressed.startswith(known) or known.startswith(addressed)) for known in asker.ca_names
    )


@cache
def _others_as_subject() -> re.Pattern[str]:
    others = _patterns()["others"].pattern
    auxiliary = r"(?:can|could|would|will|do|does|did|is|are|was|were|has|have|had|should|may|might)"
    return re.compile(
        rf"^(?:(?:and|but|so|or|also|then),? )?(?:(?:how|what|when|where|which|why)\b(?: \w+)? )?{auxiliary}"
        rf" (?:{others})\b",
        re.IGNORECASE,
    )


def _patterns() -> Mapping[str, re.Pattern[str]]:
    return read_patterns("questions.toml")

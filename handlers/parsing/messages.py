"""Parse mail to a list: the bugs and CA owners that its author mentions, and its thread."""

import re
from dataclasses import dataclass

from handlers.parsing.authored_text import authored_text
from handlers.parsing.owner_mentions import mentioned_owners
from handlers.parsing.owners import OwnerDirectory


@dataclass(frozen=True, slots=True)
class Mentions:
    """The bugs and CA owners that a message mentions outside quoted text, in order; `thread` is its base subject."""

    bugs: tuple[int, ...] = ()
    cas: tuple[str, ...] = ()
    thread: str = ""


_BUG_FORMS = re.compile(
    r"bugzilla\.mozilla\.org/(?:show_bug\.cgi\?(?:[^\s#>]{0,80}&)?id=)?(?P<url>[0-9]{4,8})(?![0-9])"
    r"|bugzil\.la/(?P<short>[0-9]{4,8})(?![0-9])"
    r"|\bbugs?:?\s{0,3}#?(?P<word>[0-9]{4,8})(?![0-9])"
    r"(?P<more>(?:\s{0,2}(?:,|;|&|/|and|or)\s{0,2}(?:and\s{1,2})?(?:bug\s{1,2})?#?[0-9]{4,8}(?![0-9])){0,60})"
    # A smaller number is a GitHub issue, a finding or a ballot.
    r"|(?<![\w/&#])(?<!issue )(?<!issues )#(?P<bare>[0-9]{6,8})(?![0-9])",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[0-9]{4,8}")

# "Re:" in many languages, and the name of a list or the warning of a gateway in brackets.
_SUBJECT_PREFIXES = re.compile(
    r"(?:\s*(?:(?:re|aw|fwd?|wg|sv|vs|antw|ref|rif|odp|res|tr|rv|回复|答复|转发|返信)(?:\s?[\[(][0-9]{1,3}[\])])?\s?[:：]"
    r"|\[(?:[a-z][a-z0-9._@-]{1,60}|ext(?:ernal|ern|erne)?[^\]]{0,20}|[a-z]{1,30}(?:-[a-z]{1,30}){1,6})\](?=.)))*+\s*",
    re.IGNORECASE,
)


def parse_message(subject: str, body: str, owners: OwnerDirectory) -> Mentions:
    """Parse the bugs and CA owners that the subject and the authored text mention. Never raises."""
    text = f"{subject}\n\n{authored_text(body)}"
    return Mentions(mentioned_bugs(text), mentioned_owners(text, owners), base_subject(subject))


def base_subject(subject: str) -> str:
    """Return a subject without "Re:", "AW:", "Fwd:" and the list's name in brackets."""
    full_subject = " ".join(subject.split())
    rest = full_subject[_match_end(_SUBJECT_PREFIXES, full_subject) :]
    return rest or full_subject


def mentioned_bugs(text: str) -> tuple[int, ...]:
    """Return the numbers of the bugs that a text mentions as bugs, each once, in order."""
    bugs: dict[int, None] = {}
    for match in _BUG_FORMS.finditer(text):
        number = match["url"] or match["short"] or match["word"] or match["bare"]
        for bug in (number, *_NUMBER.findall(match["more"] or "")):
            bugs[int(bug)] = None
    return tuple(bugs)


def _match_end(pattern: re.Pattern[str], text: str) -> int:
    match = pattern.match(text)
    return match.end() if match else 0

"""Parse mail to a list: the text its author wrote, and the bugs and CA owners that it mentions."""

import re
from dataclasses import dataclass

from handlers.parsing.owner_mentions import mentioned_owners
from handlers.parsing.owners import OwnerDirectory


@dataclass(frozen=True, slots=True)
class Mentions:
    """The bugs and CA owners that a message mentions outside quoted text, in order; `thread` is its base subject."""

    bugs: tuple[int, ...] = ()
    cas: tuple[str, ...] = ()
    thread: str = ""


# "On DATE NAME wrote:" in many languages: the first and last word are checked, what is between them is not.
_ATTRIBUTION = re.compile(
    r"(?:On|Am|Den|Le|El|Il|Em|Op|Dne|Dnia|W dniu|På|Den|Pe|Dana|Στις|Vào|Pada|Wiadomość|At|From)\b.{3,300}?"
    r"\b(?:wrote|writes|schrieb|schreef|skrev|escreveu|escribió|escribio|ha scritto|a écrit|napisał|napisał\(a\)|napsal"
    r"|kirjoitti|a scris|је написао|έγραψε|đã viết|menulis|írta)\b.{0,80}",
    re.IGNORECASE,
)
# Languages that have the verb last; some begin with the year.
_ATTRIBUTION_DATED = re.compile(
    r"(?=.{0,60}[0-9]{4})(?:.{3,300}?(?:写道|寫道|さんは書きました|のメール|님이 작성|yazdı|написал|пише|írta|wrote)"
    # Some have no verb: "2024年6月10日(月) 7:28 Ben <b@...>:".
    r"\s?(?:\([^()]{0,20}\))?|.{3,300}<[^<>]{0,100}@[^<>]{0,100}>)",
    re.IGNORECASE,
)
_MAX_ATTRIBUTION_LINES = 3
_MAX_ATTRIBUTION_LENGTH = 400
_FORWARDED = re.compile(
    r"\s*-{2,}\s?(?:Original Message|Forwarded message|Ursprüngliche Nachricht|Message d'origine|Mensaje original)\b.*",
    re.IGNORECASE,
)
_FOOTER = re.compile(r"\s*You received this message because you are subscribed\b", re.IGNORECASE)
_ATTACHMENT = re.compile(r"\s*(?:Attachment:\s|Description:\s?S/MIME|smime\.p7s)", re.IGNORECASE)
# Some archives remove the space of "-- ". A rule between paragraphs looks the same, but more lines follow it.
_MAX_SIGNATURE_LINES = 15

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


def authored_text(body: str) -> str:
    """Return what the author wrote, without quoted lines, "On DATE NAME wrote:", footer and signature.

    Returns "" for a message that is only a quotation. Never raises.
    """
    lines = body.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines = lines[: _authored_line_count(lines)]
    authored: list[str] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        if line.lstrip().startswith(">") or _ATTACHMENT.match(line):
            index += 1
        elif length := _attribution_length(lines, index):
            index += length
        else:
            if line.strip() or (authored and authored[-1]):
                authored.append(line.rstrip())
            index += 1
    return "\n".join(authored).strip()


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


def _attribution_length(lines: list[str], start: int) -> int:
    """Return how many lines, from `start` on, make up one "On DATE NAME wrote:", or 0."""
    joined = ""
    for length, line in enumerate(lines[start : start + _MAX_ATTRIBUTION_LINES], start=1):
        if not line.strip() or len(line) > _MAX_ATTRIBUTION_LENGTH:
            return 0
        joined = f"{joined} {line.strip()}".strip()
        if joined.endswith((":", "：")) and len(joined) <= _MAX_ATTRIBUTION_LENGTH:
            attribution = joined[:-1].rstrip()
            if _ATTRIBUTION.fullmatch(attribution) or _ATTRIBUTION_DATED.fullmatch(attribution):
                return length
    return 0


def _authored_line_count(lines: list[str]) -> int:
    """Return the number of lines before the footer, forwarded message or signature."""
    non_empty = [bool(line.strip()) for line in lines]
    remaining = sum(non_empty)
    for index, line in enumerate(lines):
        if _FOOTER.match(line) or _FORWARDED.fullmatch(line[:200]) or line == "-- ":
            return index
        if line.rstrip() == "--" and remaining <= _MAX_SIGNATURE_LINES:
            return index
        remaining -= non_empty[index]
    return len(lines)


def _match_end(pattern: re.Pattern[str], text: str) -> int:
    match = pattern.match(text)
    return match.end() if match else 0

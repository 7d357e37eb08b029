"""Read mail to a list: what its author wrote, and which bugs and CA owners that names."""

import re
from dataclasses import dataclass
from itertools import pairwise

from handlers.parsing.owners import OwnerDirectory, normalize_name


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a message names outside quoted text, in order; `thread` is the subject that it answers to."""

    bugs: tuple[int, ...] = ()
    cas: tuple[str, ...] = ()
    thread: str = ""


# "On DATE NAME wrote:", as mail programs say it; the first word and the last decide, the middle is anything.
_ATTRIBUTION = re.compile(
    r"(?:On|Am|Den|Le|El|Il|Em|Op|Dne|Dnia|W dniu|På|Den|Pe|Dana|Στις|Vào|Pada|Wiadomość|At|From)\b.{3,300}?"
    r"\b(?:wrote|writes|schrieb|schreef|skrev|escreveu|escribió|escribio|ha scritto|a écrit|napisał|napisał\(a\)|napsal"
    r"|kirjoitti|a scris|је написао|έγραψε|đã viết|menulis|írta)\b.{0,80}",
    re.IGNORECASE,
)
# These tongues put the verb last, and some the year first.
_ATTRIBUTION_DATED = re.compile(
    r"(?=.{0,60}[0-9]{4})(?:.{3,300}?(?:写道|寫道|さんは書きました|のメール|님이 작성|yazdı|написал|пише|írta|wrote)"
    # Some say no verb at all: "2024年6月10日(月) 7:28 Ben <b@...>:".
    r"\s?(?:\([^()]{0,20}\))?|.{3,300}<[^<>]{0,100}@[^<>]{0,100}>)",
    re.IGNORECASE,
)
_MAX_ATTRIBUTION_LINES = 3
_MAX_ATTRIBUTION_LENGTH = 400
_ORIGINAL = re.compile(
    r"\s*-{2,}\s?(?:Original Message|Forwarded message|Ursprüngliche Nachricht|Message d'origine|Mensaje original)\b.*",
    re.IGNORECASE,
)
_FOOTER = re.compile(r"\s*You received this message because you are subscribed\b", re.IGNORECASE)
_ATTACHMENT = re.compile(r"\s*(?:Attachment:\s|Description:\s?S/MIME|smime\.p7s)", re.IGNORECASE)
# Some archives cut the space off "-- "; a rule between paragraphs looks the same, but much follows it.
_MAX_SIGNATURE_LINES = 15

_BUG_FORMS = re.compile(
    r"bugzilla\.mozilla\.org/(?:show_bug\.cgi\?(?:[^\s#>]{0,80}&)?id=)?(?P<url>[0-9]{4,8})(?![0-9])"
    r"|bugzil\.la/(?P<short>[0-9]{4,8})(?![0-9])"
    r"|\bbugs?:?\s{0,3}#?(?P<word>[0-9]{4,8})(?![0-9])"
    r"(?P<more>(?:\s{0,2}(?:,|;|&|/|and|or)\s{0,2}(?:and\s{1,2})?(?:bug\s{1,2})?#?[0-9]{4,8}(?![0-9])){0,60})"
    # A small bare number is a GitHub issue, a finding or a ballot.
    r"|(?<![\w/&#])(?<!issue )(?<!issues )#(?P<bare>[0-9]{6,8})(?![0-9])",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[0-9]{4,8}")

# `re:` as mail programs of many tongues write it, and a list's name or a gateway's warning in brackets.
_SUBJECT_PREFIXES = re.compile(
    r"(?:\s*(?:(?:re|aw|fwd?|wg|sv|vs|antw|ref|rif|odp|res|tr|rv|回复|答复|转发|返信)(?:\s?[\[(][0-9]{1,3}[\])])?\s?[:：]"
    r"|\[(?:[a-z][a-z0-9._@-]{1,60}|ext(?:ernal|ern|erne)?[^\]]{0,20}|[a-z]{1,30}(?:-[a-z]{1,30}){1,6})\](?=.)))*+\s*",
    re.IGNORECASE,
)

_URL_OR_ADDRESS = re.compile(r"https?://\S+|www\.\S+|[\w.+-]{1,80}@[\w.-]+", re.IGNORECASE)
_WORD = re.compile(r"\w+")
# Names that are words of the language as well, or so short that they are something else in small letters.
_CAPITALISED_ONLY = frozenset(
    (
        "amazon",
        "apple",
        "atos",
        "certainly",
        "entrust",
        "fina",
        "google",
        "microsoft",
        "siemens",
        "sonera",
        "symantec",
        "telia",
        "visa",
    )
)
_MAX_ACRONYM_LENGTH = 4
# "Google Groups" and "Apple Root Program" are no CA.
_PRODUCT_WORDS = frozenset(
    (
        "account",
        "aws",
        "chrome",
        "cloud",
        "docs",
        "drive",
        "edge",
        "exchange",
        "forms",
        "group",
        "groups",
        "ios",
        "mail",
        "meet",
        "office",
        "outlook",
        "pay",
        "play",
        "program",
        "root",
        "safari",
        "search",
        "sheets",
        "store",
        "teams",
        "windows",
    )
)
_PRODUCT_VENDORS = frozenset(("amazon", "apple", "google", "microsoft"))
# "Certainly, ..." opens an answer.
_ADVERBS = frozenset(("certainly",))
_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+|\n\s*)[\"'“(*>-]*\s*\Z")


def authored_text(body: str) -> str:
    """Return what the author wrote: no quoted lines, no "On DATE NAME wrote:", no footer, no signature.

    Never raises; a message that is all quotation comes back empty.
    """
    lines = body.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines = lines[: _authored_line_count(lines)]
    kept: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.lstrip().startswith(">") or _ATTACHMENT.match(line):
            at += 1
        elif length := _attribution_length(lines, at):
            at += length
        else:
            if line.strip() or (kept and kept[-1]):
                kept.append(line.rstrip())
            at += 1
    return "\n".join(kept).strip()


def parse_message(subject: str, body: str, owners: OwnerDirectory) -> Mentions:
    """Read the bugs and CA owners that the subject and the author's own words name. Never raises."""
    text = f"{subject}\n\n{authored_text(body)}"
    return Mentions(mentioned_bugs(text), mentioned_owners(text, owners), base_subject(subject))


def base_subject(subject: str) -> str:
    """Return a subject without "Re:", "AW:", "Fwd:" and the list's name in brackets."""
    whole = " ".join(subject.split())
    rest = whole[_match_end(_SUBJECT_PREFIXES, whole) :]
    return rest or whole


def mentioned_bugs(text: str) -> tuple[int, ...]:
    """Return the numbers of the bugs that a text names, each once, in order."""
    bugs: dict[int, None] = {}
    for match in _BUG_FORMS.finditer(text):
        number = match["url"] or match["short"] or match["word"] or match["bare"]
        for named in (number, *_NUMBER.findall(match["more"] or "")):
            bugs[int(named)] = None
    return tuple(bugs)


def mentioned_owners(text: str, owners: OwnerDirectory) -> tuple[str, ...]:
    """Return the CA owners that a text names as whole words, each once, in order."""
    plain = _URL_OR_ADDRESS.sub(" ", text)
    phrases = _phrases(owners)
    words = list(_WORD.finditer(plain))
    keys = [normalize_name(word.group()) for word in words]
    found: dict[str, None] = {}
    at = 0
    while at < len(words):
        for phrase, joints, spelling, name in phrases.get(keys[at], ()):
            end = at + len(phrase)
            if tuple(keys[at:end]) != phrase or not _same_separators(plain, words[at:end], joints):
                continue
            follower = keys[end] if end < len(words) else ""
            if _is_owner_name(plain, words[at].start(), words[end - 1].end(), spelling, follower):
                found[name] = None
                at = end - 1
                break
        at += 1
    return tuple(found)


_Phrase = tuple[tuple[str, ...], tuple[str, ...], str, str]


def _phrases(owners: OwnerDirectory) -> dict[str, list[_Phrase]]:
    """Return every spelling in words, under its first word, longest first, so that a text is read in one pass."""
    phrases: dict[str, list[_Phrase]] = {}
    for owner in owners.owners:
        for spelling in (owner.name, *owner.aliases):
            words = list(_WORD.finditer(spelling))
            key = tuple(normalize_name(word.group()) for word in words)
            # A spelling of one or two letters that someone added would be found everywhere.
            if not key or len("".join(key)) < 3:
                continue
            joints = tuple(spelling[one.end() : two.start()].strip() for one, two in pairwise(words))
            phrases.setdefault(key[0], []).append((key, joints, spelling, owner.name))
    for entries in phrases.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return phrases


def _same_separators(text: str, words: list[re.Match[str]], joints: tuple[str, ...]) -> bool:
    """Tell whether the words stand together as in the name: "SSL.com" is, "SSL. Com" is not."""
    for one, two, joint in zip(words, words[1:], joints, strict=False):
        between = text[one.end() : two.start()]
        if len(between) > 4:
            return False
        written = between.strip().replace("’", "'").replace("‐", "-").replace("‑", "-")
        spaced = between != between.strip()
        if written == joint and not (spaced and joint == "."):
            continue
        if {written, joint} <= {"-", ""}:
            continue
        return False
    return True


def _is_owner_name(text: str, start: int, end: int, spelling: str, follower: str) -> bool:
    """Tell whether a spelling in a sentence is the owner's name and not the ordinary word."""
    written = text[start:end]
    key = normalize_name(spelling)
    if len(key) <= _MAX_ACRONYM_LENGTH and spelling.isupper() and not written.isupper():
        return False
    if key in _CAPITALISED_ONLY and not written[:1].isupper():
        return False
    if key in _PRODUCT_VENDORS and follower in _PRODUCT_WORDS:
        return False
    opens = key in _ADVERBS and _SENTENCE_START.search(text[max(0, start - 12) : start]) is not None
    # At the start of a sentence only "Certainly's" and "Certainly: ..." (a title) are the name.
    return not opens or text[end : end + 1] in {":", "'", "’"}


def _attribution_length(lines: list[str], at: int) -> int:
    """Return how many lines from here are one "On DATE NAME wrote:", 0 if none is."""
    joined = ""
    for length, line in enumerate(lines[at : at + _MAX_ATTRIBUTION_LINES], start=1):
        if not line.strip() or len(line) > _MAX_ATTRIBUTION_LENGTH:
            return 0
        joined = f"{joined} {line.strip()}".strip()
        if joined.endswith((":", "：")) and len(joined) <= _MAX_ATTRIBUTION_LENGTH:
            said = joined[:-1].rstrip()
            if _ATTRIBUTION.fullmatch(said) or _ATTRIBUTION_DATED.fullmatch(said):
                return length
    return 0


def _authored_line_count(lines: list[str]) -> int:
    """Return the line that the author's words end before."""
    filled = [bool(line.strip()) for line in lines]
    left = sum(filled)
    for at, line in enumerate(lines):
        if _FOOTER.match(line) or _ORIGINAL.fullmatch(line[:200]) or line == "-- ":
            return at
        if line.rstrip() == "--" and left <= _MAX_SIGNATURE_LINES:
            return at
        left -= filled[at]
    return len(lines)


def _match_end(pattern: re.Pattern[str], text: str) -> int:
    match = pattern.match(text)
    return match.end() if match else 0

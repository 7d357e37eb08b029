"""Where another person's text begins in a mail: attributions, header blocks and separators, in any language.

Mail programs introduce what they quote by "On DATE NAME wrote:", by a block of "From:", "Sent:", "To:" and "Subject:",
or by a line such as "-----Original Message-----". Their structure is what counts; words of many languages, in
`quotations.toml`, help where the structure alone could be something else. Runs in linear time: each check looks at a
few lines of bounded length.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

_MAX_LINE_LENGTH = 400  # characters; a longer line introduces no quotation
_MAX_ATTRIBUTION_LINES = 3
# An attribution after a separator, a header block after an attribution.
_MAX_INTRODUCTIONS = 3
_MAX_BLOCK_LINES = 16
_MIN_HEADERS, _MIN_HEADERS_AFTER_SEPARATOR = 3, 2
# Long lists of recipients are wrapped.
_MAX_CONTINUATION_LINES = 3

# "On DATE NAME wrote:": the first and last word are checked, what is between them is not.
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
_ENDS_IN_VERB = re.compile(
    r"\b(?:wrote|writes|schrieb|schreef|skrev|escreveu|escribió|ha scritto|a écrit|napisał|napisał\(a\)|napsal"
    r"|kirjoitti|a scris|έγραψε|đã viết|menulis|írta|yazdı|написал|написала|написав|пише)\Z",
    re.IGNORECASE,
)

_ADDRESS = re.compile(r"[^\s@<>]@[^\s@<>]")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_DATE = re.compile(r"(?<!\d)(?:\d{4}(?!\d)|\d{1,2}([./-])\s?\d{1,2}\1\s?\d{2}(?!\d))")
_TIME = re.compile(r"(?<!\d)\d{1,2}\s?(?:[:.h時点时시]\s?\d{2}(?!\d)|[ap]\.?m\b)", re.IGNORECASE)

_HEADER = re.compile(
    r"[\s>]{0,8}[*_]{0,2}(?P<label>[^\W\d_][^:：\d@<>/*]{0,29}?)\s{0,2}[*_]{0,2}\s{0,2}[:：][*_]{0,2}(?!//)(?P<value>.*)"
)
_MAX_LABEL_WORDS = 3
_MAX_MOBILE_SIGNATURE_LENGTH = 100
# GroupWise: ">>> NAME <ADDRESS> DATE >>>".
_MARKED_ATTRIBUTION = re.compile(r">>> .{3,300} >>>\s*")
_SEPARATOR = re.compile(r"\s*(?:[-_=–—─━]{5,}|[-_=–—─]{2,}\s{0,3}(?P<words>[^-_=–—─\s][^-_=–—─]{0,60})[-_=–—─]{2,})\s*")


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of `quotations.toml`: what a header's label means, and phrases, all in lower case."""

    kinds: Mapping[str, str]
    separators: tuple[str, ...]
    forwarded: frozenset[str]
    sent_from: tuple[str, ...]
    wrote: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Introduction:
    """What introduces a quotation: the number of its lines, and whether all text after it may be quoted.

    `generated` is false for a sentence that its author may have typed; then only marked lines after it are quoted.
    """

    length: int
    generated: bool = True


def find_introduction(lines: Sequence[str], start: int) -> Introduction | None:
    """Return what introduces a quotation at line `start`, or None; several introductions of one quotation are one."""
    introduction = _find_one_introduction(lines, start)
    for _ in range(_MAX_INTRODUCTIONS - 1):
        if introduction is None:
            break
        end = start + introduction.length
        # A blank line may stand between them.
        end += end < len(lines) and not lines[end].strip()
        following = _find_one_introduction(lines, end) if end < len(lines) else None
        if following is None or not following.generated:
            break
        introduction = Introduction(end + following.length - start)
    return introduction


def _find_one_introduction(lines: Sequence[str], start: int) -> Introduction | None:
    line = lines[start]
    if len(line) > _MAX_LINE_LENGTH or not line.strip():
        return None
    if _MARKED_ATTRIBUTION.fullmatch(line) and _ADDRESS.search(line):
        return Introduction(1)
    separator = _SEPARATOR.fullmatch(line)
    if separator or line.strip().rstrip(":： \u00a0").casefold() in _words().forwarded:
        length = _header_block_length(lines, start + 1, after_separator=True)
        if length or separator is None or _names_a_message(separator["words"] or ""):
            return Introduction(1 + length)
        return None
    if length := _header_block_length(lines, start, after_separator=False):
        return Introduction(length)
    return _find_attribution(lines, start)


def is_mobile_signature(line: str) -> bool:
    """Return whether a line is what a telephone's mail program adds ("Sent from my iPhone")."""
    return len(line) <= _MAX_MOBILE_SIGNATURE_LENGTH and line.strip().casefold().startswith(_words().sent_from)


def _names_a_message(words: str) -> bool:
    normalized = words.casefold().replace("’", "'")
    return any(phrase in normalized for phrase in _words().separators)


def _find_attribution(lines: Sequence[str], start: int) -> Introduction | None:
    """Return "On DATE NAME wrote:" in up to three lines."""
    joined = ""
    for length, line in enumerate(lines[start : start + _MAX_ATTRIBUTION_LINES], start=1):
        if not line.strip() or len(line) > _MAX_LINE_LENGTH:
            return None
        joined = f"{joined} {line.strip()}".strip()
        if not joined.endswith((":", "：")) or len(joined) > _MAX_LINE_LENGTH:
            continue
        text = joined[:-1].rstrip(" \u00a0*_")
        facts = _facts(text)
        if _is_attribution(text, facts):
            if length > 1 and _begins_later(lines[start], text[len(lines[start].strip()) :].strip()):
                return None
            # "Yesterday Ben wrote:" is a sentence; a program writes when, or who by address.
            return Introduction(length, generated=sum(facts) >= 2 or facts[0])
    return None


def _facts(text: str) -> list[bool]:
    """Return whether a text has an address, a date and a time."""
    return [bool(pattern.search(text)) for pattern in (_ADDRESS, _DATE, _TIME)]


def _is_attribution(text: str, facts: Sequence[bool]) -> bool:
    """Return whether a text without its colon, with these facts, says who wrote what follows."""
    return bool(
        all(facts)
        or (all(facts[1:]) and _words().wrote.search(text))
        or _ATTRIBUTION.fullmatch(text)
        or _ATTRIBUTION_DATED.fullmatch(text)
        or _ENDS_IN_VERB.search(text)
    )


def _begins_later(line: str, rest: str) -> bool:
    """Return whether a line is the author's own, directly above an attribution that is complete without it."""
    address, day, time = _facts(line)
    is_wrapped = line.rstrip().endswith(",") and any(letter.isdigit() for letter in line)
    facts = _facts(rest)
    is_complete = sum(facts) >= 2 or (facts[0] and not (address or day or time))
    return is_complete and not is_wrapped and not (day and time) and _is_attribution(rest, facts)


def _header_block_length(lines: Sequence[str], start: int, *, after_separator: bool) -> int:
    """Return how many lines, from `start` on, are the header of a quoted mail, or 0.

    Blank lines before the first header belong to a block after a separator; one between headers belongs to any.
    """
    headers: list[tuple[str, str]] = []
    end = start
    continuation_lines = 0
    blank_lines = 0
    for index in range(start, min(start + _MAX_BLOCK_LINES, len(lines))):
        line = lines[index]
        if len(line) > 4 * _MAX_LINE_LENGTH:
            break
        if not line.strip():
            blank_lines += 1
            if (not headers and not after_separator) or blank_lines > 1:
                break
            continue
        header = _parse_header(line)
        if header:
            if any(header[0] == label for label, _ in headers):
                break
            headers.append(header)
            continuation_lines = 0
        elif headers and not blank_lines and continuation_lines < _MAX_CONTINUATION_LINES:
            continuation_lines += 1
            # Text directly after a header that is complete is not its continuation.
            if "from" in _kinds(headers) and _words().kinds.get(headers[-1][0]) == "subject":
                break
        else:
            break
        blank_lines = 0
        end = index + 1
    minimum = _MIN_HEADERS_AFTER_SEPARATOR if after_separator else _MIN_HEADERS
    return end - start if len(headers) >= minimum and _is_mail_header(headers, after_separator=after_separator) else 0


def _is_mail_header(headers: Sequence[tuple[str, str]], *, after_separator: bool) -> bool:
    """Return whether lines of "label: value" are a mail's header, and not a table, a certificate or a timeline."""
    kinds = _kinds(headers)
    dated = any(_is_dated(value) for _, value in headers)
    senders = [value for label, value in headers if _words().kinds.get(label) == "from"]
    # "From: 2024-06-01" is a period or a certificate's validity.
    named = bool(senders) and (bool(_ADDRESS.search(senders[0])) or not _DATE.search(senders[0]))
    if named and (len(kinds) >= 3 or (len(kinds) >= 2 and (dated or after_separator))):
        return True
    # In a language whose words are not known, the sender comes first and has an address.
    addressed = any(_ADDRESS.search(value) for _, value in headers[: len(headers) if after_separator else 1])
    return dated and addressed


def _kinds(headers: Sequence[tuple[str, str]]) -> set[str]:
    """Return which of "from", "sent", "to" and "subject" the labels mean."""
    kinds = _words().kinds
    return {kinds[label] for label, _ in headers if label in kinds}


def _is_dated(value: str) -> bool:
    return bool(_YEAR.search(value) and _TIME.search(value))


def _parse_header(line: str) -> tuple[str, str] | None:
    """Return the label, in lower case, and the value of a line "Label: value", or None."""
    match = _HEADER.fullmatch(line.replace("\u00a0", " "))
    if match is None:
        return None
    label = " ".join(match["label"].casefold().split())
    if len(label.split()) > _MAX_LABEL_WORDS or label.endswith((".", ",", ";")):
        return None
    return label, match["value"].strip()


@cache
def _words() -> _Words:
    data = tomllib.loads(resources.files("handlers.parsing").joinpath("quotations.toml").read_text(encoding="utf-8"))
    kinds = {label: kind for kind, labels in data["labels"].items() for label in labels}
    phrases = data["phrases"]
    return _Words(
        MappingProxyType(kinds),
        tuple(phrases["separators"]),
        frozenset(phrases["forwarded"]),
        tuple(phrases["sent_from"]),
        re.compile("|".join(map(re.escape, phrases["wrote"])), re.IGNORECASE),
    )

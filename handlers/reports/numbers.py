"""Counts and types of certificates: in a field of their own, and in prose."""

import re

from handlers.reports.counting import CERTIFICATES, MAX_PROSE_LENGTH, NUMBER, Count, to_count, without_dates
from handlers.text.sentences import split_sentences

_COUNT = re.compile(NUMBER, re.IGNORECASE)
_NOT_UNITS = (
    r"(?!days?\b|hours?\b|minutes?\b|seconds?\b|weeks?\b|months?\b|years?\b|bits?\b|bytes?\b|percent\b|and\b|or\b|no\b)"
)
_COUNTED = re.compile(
    rf"(?P<count>{NUMBER})\s{{1,3}}(?:{_NOT_UNITS}(?![0-9])[\w/’'\"“”()-]{{1,30}},?\s{{1,3}}){{0,6}}?{CERTIFICATES}",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    rf"\b(?:number of|total"
    rf"|affected)\b[^.:;]{{0,40}}{CERTIFICATES}[^.:;]{{0,20}}:\s{{0,2}}(?P<count>{NUMBER})",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[;:]\s|,\s(?=(?:and|but|while|of which)\b)")
_OF_ALL = re.compile(
    rf"(?P<part>{NUMBER})\s(?:out\s)?of\s(?:the|our|these|those"
    rf"|all)?\s?(?P<count>{NUMBER})\s(?:[\w/-]{{1,30}}\s){{0,4}}{CERTIFICATES}",
    re.IGNORECASE,
)
# "12 of the 31 certificates were not revoked": in the report of the delay it is the 12 that are affected.
_PART_MATTERS = re.compile(
    r"[^.;]{0,80}?\b(?:not (?:be(?:en)? )?revoked|still valid|remain(?:s"
    r"|ed)? valid)",
    re.IGNORECASE,
)
_NO_CERTIFICATES = re.compile(
    r"\b(?:no|not any|zero)\s(?:(?:affected|impacted|problematic|mis-?issued|tls|ssl|s/mime|subscriber|end-entity|leaf"
    r"|issued|such|other|new|valid|active|publicly[- ]trusted|actual|customer)\s){0,3}certificates?\b"
    r"(?!\s(?:(?:was|were|is|are)\s(?:revoked|replaced)|below|under|chain))"
    r"|\bdoes not (?:affect|involve|concern) (?:any )?certificates|\bno impact on (?:any )?certificates",
    re.IGNORECASE,
)
_LEFT = re.compile(
    rf"(?P<count>{NUMBER})\s(?:(?:more|further|of (?:them|these|those|which|whom)|certificates?|others?"
    rf"|ones)\s){{0,3}}"
    r"(?:(?:are|is|were|was|have|has|that|which|certificates?)\s){0,3}"
    r"(?:still (?:valid|active|unrevoked|not revoked|in use|to be revoked)|remain(?:s|ed|ing)?\b"
    r"|(?:currently |yet )?(?:valid|active|unrevoked|unexpired)\b"
    r"|not (?:yet )?(?:been )?revoked|to go\b|left\b(?! (?:out|the)))"
    rf"|\b(?:remaining|other)\s(?P<after>{NUMBER})\b",
    re.IGNORECASE,
)
_NOT_REVOKED = re.compile(
    rf"(?P<count>{NUMBER})\s(?:[\w/’'-]{{1,30}}\s){{0,8}}?{CERTIFICATES}[^.;]{{0,80}}?\b(?:were|was|have"
    rf"|has|are|is|could) not (?:be(?:en)? )?(?:yet )?revoked",
    re.IGNORECASE,
)
_ALL_LEFT = re.compile(
    r"\b(?:all|both)\b[^.;]{0,40}\b(?:still valid|are valid|still active|are active|within their validity"
    r"|unrevoked|unexpired)"
    r"|\b(?:none|neither)\b[^.;]{0,40}\b(?:revoked|expired)|\ball still\b",
    re.IGNORECASE,
)
_NONE_LEFT = re.compile(
    r"\b(?:all|both|every|each|they|last of the)\b[^.;!?]{0,70}\b(?:(?:is|are|was|were|has been|have been|been"
    r"|now|already)\s(?:\w+ly\s|since\s)?(?:revoked|expired))"
    r"|\ball (?:\w+\s){0,4}revoked\b"
    r"|\b(?:none|no|nothing)\b[^.;]{0,60}\b(?:still valid|remain(?:s|ing)? valid|remaining valid"
    r"|\"remaining valid\"|valid any ?more)"
    r"|\bno longer valid",
    re.IGNORECASE,
)
_TO_COME = re.compile(
    r"\b(?:will|shall|must|should|to be|going to|plan(?:s|ned)?|scheduled|expect(?:s|ed)?|until|unless|if"
    r"|not all|once)\b",
    re.IGNORECASE,
)
_NONE = re.compile(r"\W*(?:none|zero|nil|no(?:\s(?:[\w-]+\s){0,3}certificates?)?)\b(?!\s*\.?\s?[0-9])", re.IGNORECASE)
_TYPE = re.compile(
    r"\b(?:(?P<short>DV|OV|IV|EV|QWAC|QEVCP-w|QNCP-w|QCP-w)|(?P<level>domain|organi[sz]ation|individual"
    r"|extended)[- ]valid(?:ated|ation)"
    r"|(?P<smime>mailbox|sponsor)[- ]valid(?:ated|ation))(?![\w-])",
    re.IGNORECASE,
)
_ROOTS = re.compile(
    rf"(?:{NUMBER}|\ba)\s(?:[\w-]{{1,20}}\s){{0,2}}roots?\b(?!\s(?:program|store"
    rf"|cause))",
    re.IGNORECASE,
)
_SHORT_TYPES = {"dv": "DV", "ov": "OV", "iv": "IV", "ev": "EV"}
_TLS_LEVELS = {"domain": "DV", "individual": "IV", "extended": "EV"}


_KNOWN = re.compile(
    rf"\b(?:know of|aware of|found|identified|counted)\s(?P<count>{NUMBER})(?=[\s,.;]*(?:so far|until now|as of"
    rf"|to date|up to now|yet))",
    re.IGNORECASE,
)


def parse_count(text: str) -> Count | None:
    """Return the number that a field of its own gives, None if it gives none."""
    bare = without_dates(text)
    match = _COUNT.search(bare)
    if _NONE.match(bare):
        return Count(0)
    if not match:
        return None
    return to_count(bare, match.group(), match.start())


def find_total(text: str) -> Count | None:
    """Return how many certificates prose says are affected, None if it does not say."""
    bare = without_dates(text)
    for sentence in split_sentences(bare):
        if match := _OF_ALL.search(sentence):
            name = "part" if _PART_MATTERS.match(sentence, match.end()) else "count"
            return to_count(sentence, match[name], match.start())
        if match := _LABELLED.search(sentence) or _COUNTED.search(sentence):
            return to_count(sentence, match["count"], match.start())
        if match := _KNOWN.search(sentence):
            return to_count(sentence, match["count"], match.start())
        if _NO_CERTIFICATES.search(sentence):
            return Count(0)
    return None


def find_remaining(text: str, total: int | None) -> Count | None:
    """Return how many of the affected certificates prose says are still valid, None if it does not say."""
    bare = without_dates(text)
    clauses = [clause for sentence in split_sentences(bare) for clause in _CLAUSE_END.split(sentence)]
    for clause in clauses:
        if match := _LEFT.search(clause):
            return to_count(clause, match["count"] or match["after"], match.start())
    for clause in clauses:
        if _ALL_LEFT.search(clause) and total is not None and not _TO_COME.search(clause):
            return Count(total)
        if (match := _NONE_LEFT.search(clause)) and not _TO_COME.search(clause[: match.end()]):
            return Count(0)
        if match := _NOT_REVOKED.search(clause):
            return to_count(clause, match["count"], match.start())
    return None


def find_types(text: str) -> tuple[str, ...]:
    """Return the types of certificates that a text names, each once: DV, OV, IV, EV, or those of S/MIME."""
    is_smime = bool(re.search(r"\bs/?mime\b|\b(?:mailbox|sponsor)[- ]valid", text, re.IGNORECASE))
    types = (_type_name(match, is_smime=is_smime) for match in _TYPE.finditer(text[:MAX_PROSE_LENGTH]))
    return tuple(dict.fromkeys(types)) or (("root",) if _ROOTS.search(text[:MAX_PROSE_LENGTH]) else ())


def _type_name(match: re.Match[str], *, is_smime: bool) -> str:
    if match["short"]:
        return _SHORT_TYPES.get(match["short"].casefold(), match["short"])
    if match["smime"]:
        return f"{match['smime'].casefold()}-validated"
    level = match["level"].casefold()
    if is_smime:
        return f"{level}-validated"
    return _TLS_LEVELS.get(level, "OV")

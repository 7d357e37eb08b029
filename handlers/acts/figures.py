"""Read the four figures that an update of a delayed revocation owes: revoked, left, expired, and the estimated end.

They stand as a list ("- revoked: 6"), in a table, or in prose ("3 certificates are revoked, 9 are not").
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from handlers.acts.dates import find_days, parse_count
from handlers.acts.item_words import is_to_revoke
from handlers.acts.statements import CommentText, Statement
from handlers.acts.values import ActionItem, RevocationFigures
from handlers.acts.word_lists import read_patterns

_WORD_NUMBERS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|none|zero"
_NUMBER = re.compile(
    rf"(?<![\w.,#§-])(?:[0-9]{{1,3}}(?:[,.'][0-9]{{3}})+|[0-9]{{1,7}}|{_WORD_NUMBERS})(?![\w-]|[.,:][0-9]|\s?%)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"\b(?:comments?|bugs?|items?|sections?|attachments?|factors?|questions?|chapters?|steps?)\s?#?[0-9.]+"
    r"|\b[0-9]{1,2}:[0-9]{2}\b|\b[0-9]+\s(?:calendar |business |working )?(?:days?|hours?|weeks?|months?|years?"
    r"|minutes?|subscribers?|customers?|chains?|shops?|stations?|hospitals?|organi[sz]ations?|companies|banks?)\b",
    re.IGNORECASE,
)
_OF_ALL = re.compile(r"^\s?(?:out\s)?of\s(?:the\s|our\s|these\s|those\s|all\s)?(?:[0-9][0-9,.']*|\w+)\b", re.IGNORECASE)
_LABELLED = re.compile(r"(?P<label>[^.:;|0-9]{3,90})[:=]\s{0,3}(?P<value>[^:;|]{1,60})")
# The name of a figure, its count, and a day for the estimate.
_Figure = tuple[str, int | None, date | None]
_NAMES = ("revoked", "left", "expired")
_VERB = re.compile(r"\b(?:is|are|was|were|has|have|had)\b", re.IGNORECASE)
# A field of the report's form, which counts as a figure of its own.
_REMAINING_VALID = re.compile(r"remaining[ -]valid|remaining\W{1,3}valid", re.IGNORECASE)
_LEFT_BEFORE = re.compile(r"\b(?:still|remaining|leaves|leaving)\s(?:at\s)?$", re.IGNORECASE)
_REVOKED_BEFORE = re.compile(r"\brevoked\s(?:all\s|so\sfar\s)?$", re.IGNORECASE)
# "The two that were left have been revoked."
_LEFT_UNTIL_NOW = re.compile(
    r"^(?:\s\w+){0,2}\s(?:that |which )?(?:had been |had |was |were )?"
    r"(?:left|outstanding|remain(?:ed|ing))\b[^.;:]{0,20}"
    r"\b(?:are|have|has|is|was|were)(?: all| been| both| now| since)* revoked\b",
    re.IGNORECASE,
)
_MAX_VALUE_WORDS = 5
_MAX_STATEMENTS = 300
_MAX_NEWSLESS_WORDS = 15


def read_figures(
    text: CommentText, day: date, previous: RevocationFigures | None = None, *, is_report: bool = False
) -> RevocationFigures | None:
    """Return the figures that a comment of a day gives, None if it gives none. Linear, never raises.

    `previous` are the last ones given, which "same figures" means. In the form of a full report only labelled figures
    count: what stands in its prose tells of the past.
    """
    own = [statement for statement in text.own[:_MAX_STATEMENTS] if not _is_past(statement)]
    if previous and not is_report and any(_patterns()["same"].search(statement.text) for statement in own):
        return previous
    named = [figure for statement in own for figure in _labelled(statement, day)]
    named += _tabulated(text.statements, day)
    values = _first_counts(named)
    estimate = next((end for _, _, end in named if end), None)
    if is_report:
        return _figures(values, estimate) if len(values) >= 2 else None
    for statement in own:
        for name, number in _in_prose(statement.text, day).items():
            values.setdefault(name, number)
    estimate = estimate or next((end for statement in own if (end := _estimate(statement.text, day))), None)
    ended = _ended_on([statement.text for statement in own], day)
    if ended and values.get("left", 0) == 0:
        values["left"] = 0
        estimate = estimate or ended
    return _figures(values, estimate) if values else None


def _first_counts(named: Iterable[_Figure]) -> dict[str, int]:
    values: dict[str, int] = {}
    for name, number, _ in named:
        if number is not None:
            values.setdefault(name, number)
    return values


def _figures(values: Mapping[str, int], estimate: date | None) -> RevocationFigures:
    return RevocationFigures(values.get("revoked"), values.get("left"), values.get("expired"), estimate)


def figures_of_report(text: CommentText, actions: Sequence[ActionItem]) -> RevocationFigures | None:
    """Return the figures that the fields of a full report imply: total, remaining, and when the rest is to be revoked.

    How many expired is known only where nothing has happened yet.
    """
    counts = {statement.label: parse_count(statement.text.split(" ")[0]) for statement in text.own if statement.label}
    total = next((count for label, count in counts.items() if label.startswith("total number of certificates")), None)
    left = next((count for label, count in counts.items() if _REMAINING_VALID.search(label)), None)
    if left is None:
        return None
    due = next((item.due for item in actions if is_to_revoke(item.text)), None)
    is_untouched = total == left
    return RevocationFigures(0 if is_untouched else None, left, 0 if is_untouched else None, due)


def has_no_news(text: CommentText) -> bool:
    """Return whether a comment of the CA says that nothing changed, and little else."""
    own = text.own
    whole = " ".join(statement.text for statement in own)
    if not own or len(own) > 4:
        return False
    if len(own[0].text.split()) > _MAX_NEWSLESS_WORDS:
        return False
    if _patterns()["no_news"].search(own[0].text) or _patterns()["same"].search(own[0].text):
        return True
    return bool(re.fullmatch(r"\W{0,3}still\s\w+\W{0,3}", whole, re.IGNORECASE))


def is_figure(sentence: str) -> bool:
    """Return whether a sentence has the words of one of the four figures."""
    patterns = _patterns()
    return any(patterns[name].search(sentence) for name in (*_NAMES, "estimate"))


def _is_past(statement: Statement) -> bool:
    return "timeline" in statement.section or "related" in statement.section


def _labelled(statement: Statement, day: date) -> Iterable[_Figure]:
    """Yield the figures of "label: value", also where the label is bold."""
    pairs = [(statement.label, statement.text)] if statement.label else []
    pairs += [(match["label"], match["value"]) for match in _LABELLED.finditer(statement.text)]
    for label, value in pairs:
        name = _name_of(label)
        days = find_days(value, day)
        if name == "estimate" or (days and _patterns()["estimate"].search(label)):
            if days:
                yield "estimate", None, days[0].day
            continue
        count = _lone_count(value)
        if name and count is not None and not days:
            yield name, count, None


def _lone_count(value: str) -> int | None:
    """Return the count that a value begins with, None if it is a sentence of its own."""
    words = value.split()
    if not words or len(words) > _MAX_VALUE_WORDS or _VERB.search(value):
        return None
    return parse_count(words[0].rstrip(".,;"))


def _name_of(label: str) -> str:
    """Return which figure a label means, "" for none."""
    patterns = _patterns()
    if patterns["expired"].search(label):
        return "expired"
    if patterns["left"].search(label):
        return "" if _REMAINING_VALID.search(label) else "left"
    if patterns["revoked"].search(label):
        return "revoked"
    return "estimate" if patterns["estimate"].search(label) else ""


def _tabulated(statements: Sequence[Statement], day: date) -> Iterable[_Figure]:
    """Yield the figures of a table whose columns, or first cells, are named like them."""
    names: list[str] = []
    for statement in statements:
        if statement.kind != "table" or _is_past(statement):
            continue
        cells = [cell.strip().strip("*").strip() for cell in statement.text.strip().strip("|").split("|")]
        meant = [_name_of(cell) for cell in cells]
        if sum(bool(name) for name in meant) >= 2:
            names = meant
        elif len(cells) == 2 and meant[0]:
            yield from _cell(meant[0], cells[1], day)
        elif len(cells) == len(names):
            for name, cell in zip(names, cells, strict=True):
                yield from _cell(name, cell, day)


def _cell(name: str, cell: str, day: date) -> Iterable[_Figure]:
    days = find_days(cell, day)
    count = parse_count(cell)
    if name == "estimate" and days:
        yield name, None, days[0].day
    elif name in _NAMES and count is not None:
        yield name, count, None


def _in_prose(sentence: str, day: date) -> dict[str, int]:
    """Return the figures that a sentence gives in words around its numbers."""
    patterns = _patterns()
    masked = _mask(sentence, day)
    numbers = list(_NUMBER.finditer(masked))
    values: dict[str, int] = {}
    end_of_last = 0
    for place, match in enumerate(numbers):
        if match.start() < end_of_last:
            continue
        of_all = _OF_ALL.match(masked[match.end() : match.end() + 40])
        start = match.end() + (of_all.end() if of_all else 0)
        following = next((other.start() for other in numbers[place + 1 :] if other.start() >= start), len(masked))
        tail = re.split(r"[;:(]|,\s(?=\w+\s(?:of|are|is|were|have|has)\b)", masked[start:following])[0]
        head = masked[end_of_last : match.start()]
        end_of_last = start
        count = parse_count(match.group())
        name = _meaning(head, tail)
        if (
            name
            and count is not None
            and not (name == "revoked" and patterns["increment"].search(head[-12:] + " " + tail[:20]))
        ):
            values.setdefault(name, count)
    if "left" not in values and patterns["nothing_left"].search(sentence):
        values["left"] = 0
    return values


def _meaning(head: str, tail: str) -> str:
    """Return which figure a number is: by what stands behind it, or before it if it ends its part ("expired 4;")."""
    before, behind = head[-40:], tail
    if not re.match(r"\s*\w", tail) or re.match(r"\s*(?:and|or)\b", tail):
        behind = re.split(r"[,;:/(]", before)[-1]
    patterns = _patterns()
    if _LEFT_UNTIL_NOW.search(behind):
        return ""
    if patterns["expired"].search(behind):
        return "expired"
    if _LEFT_BEFORE.search(before) or patterns["left"].search(behind):
        return "left"
    return "revoked" if patterns["revoked"].search(behind) or _REVOKED_BEFORE.search(before) else ""


def _mask(sentence: str, day: date) -> str:
    """Return a sentence with blanks in place of its dates and references, whose numbers count nothing."""
    masked = sentence
    for named in find_days(sentence, day):
        masked = masked[: named.start] + " " * (named.end - named.start) + masked[named.end :]
    return _REFERENCE.sub(lambda match: " " * len(match.group()), masked)


def _estimate(sentence: str, day: date) -> date | None:
    """Return the day on which a sentence expects the end, None without one."""
    if not _patterns()["estimate"].search(sentence):
        return None
    later = [named.day for named in find_days(sentence, day) if named.day >= day]
    return later[-1] if later else None


def _ended_on(sentences: Sequence[str], day: date) -> date | None:
    """Return the day on which, by a comment's sentences, the last certificate was revoked; None if some are left."""
    if not any(_patterns()["nothing_left"].search(sentence) for sentence in sentences):
        return None
    ordered = sorted(sentences, key=lambda sentence: _patterns()["nothing_left"].search(sentence) is None)
    about_revocation = [sentence for sentence in ordered if _patterns()["revoked"].search(sentence)]
    days = [named.day for sentence in about_revocation for named in find_days(sentence, day) if named.day <= day]
    return days[0] if days else day


def _patterns() -> Mapping[str, re.Pattern[str]]:
    return read_patterns("figures.toml")

"""Read the fields of the forms from the parts of a comment."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

from handlers.reports.forms import Form, read_forms
from handlers.reports.parts import Outline, Part
from handlers.reports.tables import action_columns, read_action_rows
from handlers.reports.texts import authored, is_filled, is_not_applicable, is_template, says_nothing
from handlers.reports.values import Report, ReportField, Stopped

# Other headings under which people answer a question or a part of a form.
_ALIASES: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "seven": {
            "q2-timeline": ("timeline",),
            "q3-stopped": ("stopped",),
            "q4-summary": ("impact", "summary"),
            "q5-data": ("appendix",),
            "q6-how-and-why": ("root-cause",),
            "q7-steps": ("actions",),
        },
        "3-preliminary": {"description": ("summary",)},
        "3-closure": {"description": ("summary",)},
        "3-full": {"description": ("summary",)},
    }
)
_CLOSE = re.compile(r"\bclos(?:e|ed|ing|ure)\b", re.IGNORECASE)
_ASKS = re.compile(
    r"\b(?:ask|request|please|kindly|ready|propose|suggest|may|can|could|would|should|want|like|consider)\w*\b",
    re.IGNORECASE,
)
_STOP_WORDS = (
    r"(?:stop(?:ped|s)?|ceas(?:ed|e)|suspend(?:ed|s)?|halt(?:ed)?|paus(?:ed|e)|disabl(?:ed|e)|put on hold|on hold)"
)
_ISSUANCE = r"(?:issu(?:ance|ing|e)\w*|certificate production)"
_STOPPED = re.compile(
    rf"\b{_ISSUANCE}\b[^.;\n]{{0,60}}?\b{_STOP_WORDS}\b|\b{_STOP_WORDS}\b[^.;\n]{{0,40}}?\b{_ISSUANCE}\b", re.IGNORECASE
)
_NOT_STOPPED = re.compile(
    rf"\b(?:not|n't|never|no need to|without)\s(?:\w+\s){{0,3}}?(?:{_STOP_WORDS}|stopping|suspending)\b"
    rf"|\b{_ISSUANCE}\b[^.;\n]{{0,30}}\bcontinue[sd]?\b"
    r"|\bstayed in service\b",
    re.IGNORECASE,
)
_YES = re.compile(
    r"\W*(?:yes|stopped|we (?:have |immediately |did )?stop(?:ped)?|issuance (?:was|has been"
    r"|is) (?:\w+ )?(?:stopped|suspended|halted|paused))\b",
    re.IGNORECASE,
)
_NO = re.compile(r"\W*(?:no\b|issuance (?:was|has) not(?: been)? stopped)", re.IGNORECASE)


def resolve_part(form: Form, outline: Outline, name: str) -> Part:
    """Return the part that answers a field of a form, also under another form's heading."""
    part = outline.parts.get(name)
    if part is not None and is_filled(part):
        return part
    for alias in _ALIASES.get(form.id, {}).get(name, ()):
        other = outline.parts.get(alias)
        if other is not None and is_filled(other):
            return other
    return part or Part(name)


def read_fields(form: Form, outline: Outline, comment: int, near: date) -> dict[str, ReportField]:
    """Return the required and optional fields of a report's own form by name."""
    if form.id.endswith("-audit"):
        return _audit_fields(form, outline, comment, near)
    if form.id.endswith("-first"):
        text = first_word_text(outline)
        return {"summary": ReportField("summary", comment, text, bool(text), bool(text), False)}
    fields = {}
    for name in (*form.fields, *form.optional):
        if name == "factors" or name.startswith("factor-"):
            fields[name] = _factor_field(name, outline, comment)
        elif name == "request":
            text = request_text(outline)
            fields[name] = ReportField(name, comment, text, bool(text), bool(text), False)
        else:
            fields[name] = _field(name, resolve_part(form, outline, name), comment, is_present=name in outline.parts)
    return fields


def missing_fields(form: Form, outline: Outline, fields: Mapping[str, ReportField], near: date) -> tuple[str, ...]:
    """Return the fields of a form that are absent, empty or template text, and the columns of its action items."""
    missing = [name for name in form.fields if not fields[name].is_filled]
    if len(form.action_columns) > 3 and "actions" not in missing and not fields["actions"].is_na:
        missing.extend(_missing_columns(form, outline.part("actions"), near))
    return tuple(missing)


def missing_in_force(report: Report, outline: Outline) -> tuple[str, ...]:
    """Return what a report on a form that is no longer allowed lacks of the one that took its place, prose counted."""
    if report.allowed:
        return ()
    form, day = read_forms().forms["3-full"], report.posted.date()
    in_prose = {
        "total": report.total is not None,
        "remaining-valid": report.remaining_valid is not None,
        "types": bool(report.types),
        "stopped": report.stopped is not None,
    }
    missing = missing_fields(form, outline, read_fields(form, outline, report.comment, day), day)
    return tuple(name for name in missing if not in_prose.get(name))


def _missing_columns(form: Form, part: Part, near: date) -> list[str]:
    columns = action_columns(part)
    if columns is None:
        if not read_action_rows(part, near):
            return []
        columns = frozenset(("item", "due"))
    return [f"action-{name}" for name in form.action_columns if name not in columns and name != "item"]


def _field(name: str, part: Part, comment: int, *, is_present: bool) -> ReportField:
    text = authored(part)
    filled = is_filled(part)
    has_rows = any(element.kind == "table" for element in part.elements)
    return ReportField(
        name, comment, text, is_present or filled, filled, filled and not has_rows and is_not_applicable(text)
    )


def _factor_field(name: str, outline: Outline, comment: int) -> ReportField:
    factors = [factor for factor in outline.factors if factor.title or factor.parts]
    if name == "factors":
        titles = [factor.title for factor in factors if not is_template(factor.title) or factor.parts]
        named = [title for title in titles if title and not is_template(title)]
        text = "\n".join(named)
        return ReportField(name, comment, text, bool(factors), bool(named), bool(named) and is_not_applicable(text))
    texts, filled = [], bool(factors)
    for factor in factors:
        part = factor.parts.get(name) or Part(name)
        texts.append(authored(part))
        filled = filled and is_filled(part)
    is_present = any(name in factor.parts for factor in factors)
    return ReportField(
        name, comment, "\n".join(texts), is_present, filled, filled and all(map(is_not_applicable, texts))
    )


def _audit_fields(form: Form, outline: Outline, comment: int, near: date) -> dict[str, ReportField]:
    """Return the fields of an audit report; each must be there for every finding."""
    findings: Sequence[Mapping[str, Part]] = [finding.parts for finding in outline.findings] or [outline.parts]
    sources = {
        "finding": ("finding", "description", "summary"),
        "description": ("description", "finding", "summary"),
        "root-cause": ("root-cause",),
        "remediation": ("actions", "remediation"),
    }
    fields = {}
    for name in form.fields:
        texts, filled = [], True
        for parts in findings:
            if name == "dates":
                rows = read_action_rows(parts.get("actions") or parts.get("remediation") or Part("actions"), near)
                texts.append("\n".join(row.due_text for row in rows if row.due_text))
                filled = filled and bool(texts[-1])
                continue
            candidates = [parts.get(source) or outline.parts.get(source) for source in sources[name]]
            part = next((part for part in candidates if part and is_filled(part)), Part(name))
            texts.append(authored(part))
            filled = filled and is_filled(part)
        text = "\n".join(filter(None, texts))
        fields[name] = ReportField(name, comment, text, filled, filled, filled and is_not_applicable(text))
    return fields


def first_word_text(outline: Outline) -> str:
    """Return what a first word says, in the order of its parts."""
    if summary := authored(outline.part("summary")):
        return summary
    before = Part("", tuple(element for element in outline.before if element.kind == "line"))
    texts = [authored(before), *(authored(part) for part in outline.parts.values())]
    return "\n".join(filter(None, texts))


def request_text(outline: Outline) -> str:
    """Return the sentence of a closure report that asks for closing, "" without one."""
    elsewhere = [
        element.whole for element in (*outline.part("closure").elements, *outline.before) if element.kind == "line"
    ]
    last = [line for name in ("commitments", "remediation") for line in outline.part(name).lines[-1:]]
    asking = (line for line in last if _CLOSE.search(line) and _ASKS.search(line))
    return next(asking, "") or next((line for line in reversed(elsewhere) if _CLOSE.search(line)), "")


def read_stopped(text: str) -> Stopped | None:
    """Return what an answer to "was issuance stopped" says, None if it says neither."""
    if not text or is_not_applicable(text):
        return "no" if _NOT_STOPPED.search(text) else None
    if _YES.match(text):
        return "yes"
    if _NO.match(text):
        return "no"
    return stopped_in_prose(text)


def stopped_in_prose(text: str) -> Stopped | None:
    """Return whether prose tells that issuance was stopped."""
    if _NOT_STOPPED.search(text):
        return "no"
    return "yes" if _STOPPED.search(text) else None


def read_commitments(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the promises of a closure report, none where it says that there are none."""
    return tuple(text for text in texts if not says_nothing(text))

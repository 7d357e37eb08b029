"""Read what the fields of each form say: times, counts, types, lists."""

import re
from dataclasses import replace
from datetime import datetime

from handlers.reports.counting import Count
from handlers.reports.fields import (
    first_word_text,
    missing_fields,
    missing_in_force,
    read_commitments,
    read_fields,
    read_stopped,
    resolve_part,
    stopped_in_prose,
)
from handlers.reports.forms import Form, is_allowed, version_in_force, version_of
from handlers.reports.moments import Moment, stated_zone
from handlers.reports.numbers import find_remaining, find_total, find_types, parse_count
from handlers.reports.parts import Outline, Part
from handlers.reports.prose_dates import (
    first_issued,
    full_report_by,
    last_issued,
    letter_day,
    noticed_at,
)
from handlers.reports.tables import read_action_rows, read_related, to_action_item
from handlers.reports.texts import authored, is_not_applicable, is_template, items, says_nothing
from handlers.reports.timeline import Timeline, read_timeline
from handlers.reports.times import Times, begun, field_times, is_ongoing, timeline_times, told_times, with_times
from handlers.reports.values import ActionItem, Lessons, RelatedIncident, Report, ReportField

_CCADB_ID = re.compile(r"(?<![A-Za-z0-9])A[0-9]{6}(?![A-Za-z0-9])")


def read_content(
    form: Form, outline: Outline, posted: datetime, *, bug: int = 0, comment: int = 0, is_delay: bool = False
) -> Report:
    """Return the report of a form that the parts of a comment hold."""
    return _ContentReader(form, outline, posted, is_delay=is_delay).read(bug, comment)


class _ContentReader:
    """Reads the content of one report; what each field needs of the others is in here."""

    def __init__(self, form: Form, outline: Outline, posted: datetime, *, is_delay: bool) -> None:
        self.form = form
        self.outline = outline
        self.posted = posted
        self.day = posted.date()
        self.is_delay = is_delay
        whole = "\n".join(part.text[:2_000] for part in outline.parts.values())
        self.zone = stated_zone(whole) or 0

    def read(self, bug: int, comment: int) -> Report:
        """Return the report with all its fields."""
        fields = read_fields(self.form, self.outline, comment, self.day)
        report = Report(
            bug,
            comment,
            self.posted,
            self.form.id,
            version_of(self.form, self.day),
            version_in_force(self.day).name,
            is_allowed(self.form, self.day),
            fields,
            missing_fields(self.form, self.outline, fields, self.day),
            tuple(name for name in (*self.form.fields, *self.form.optional) if fields[name].is_na),
        )
        report = self._with_content(report)
        return replace(report, missing_in_force=missing_in_force(report, self.outline))

    def _with_content(self, report: Report) -> Report:
        match self.form.id:
            case "3-full":
                return self._full(report)
            case "3-preliminary":
                return self._preliminary(report)
            case "3-closure":
                return self._closure(report)
            case "seven":
                return self._seven(report)
            case "2.0" | "2.0-audit" | "1.0-audit":
                return self._second(report)
            case _:
                return self._first_word(report)

    def _full(self, report: Report) -> Report:
        fields = report.fields
        ccadb_id = _CCADB_ID.search(fields["ccadb-id"].text)
        times = field_times({name: fields[name].text for name in ("start", "identified", "end")}, self.day, self.zone)
        return replace(
            with_times(report, times),
            description=fields["description"].text,
            ccadb_id=ccadb_id.group() if ccadb_id else None,
            ongoing=is_ongoing(fields["end"].text),
            policies=self._listed("policies"),
            source=self._value("source"),
            total=self._count("total"),
            remaining_valid=self._count("remaining-valid"),
            types=self._types(fields["types"]),
            stopped=read_stopped(fields["stopped"].text),
            timeline=read_timeline(self._part("timeline").elements, self.day, self.zone),
            related=self._related(),
            factors=tuple(
                factor.title for factor in self.outline.factors if factor.title and not is_template(factor.title)
            ),
            lessons=self._lessons(),
            actions=self._actions(self._part("actions")),
        )

    def _preliminary(self, report: Report) -> Report:
        description = report.fields["description"].text
        total = find_total(description)
        return replace(
            with_times(report, told_times(description, self.day, self.zone)),
            description=description,
            policies=self._listed("policies"),
            source=self._value("source"),
            full_by=full_report_by(description, self.day),
            total=total,
            remaining_valid=find_remaining(description, total.value if total else None)
            if total and total.value
            else None,
        )

    def _closure(self, report: Report) -> Report:
        return replace(
            report,
            description=report.fields["description"].text,
            cause=self._value("cause"),
            remediation=self._value("remediation"),
            commitments=self._commitments(report.fields["request"].text),
        )

    def _seven(self, report: Report) -> Report:
        fields = report.fields
        summary = fields["q4-summary"].text
        total = find_total(summary) or find_total(fields["q1-aware"].text)
        aware = noticed_at(fields["q1-aware"].text, self.day, self.zone, is_answer=True)
        report = replace(
            report,
            description=fields["q6-how-and-why"].text,
            total=total,
            remaining_valid=find_remaining(summary, total.value if total else None) if total and total.value else None,
            types=find_types(summary) or find_types(fields["q1-aware"].text),
            stopped=read_stopped(fields["q3-stopped"].text),
            actions=self._actions(self._part("q7-steps")),
            first_issued=first_issued(summary, self.day),
            last_issued=last_issued(summary, self.day),
        )
        times, timeline = self._timeline_times(report, self._part("q2-timeline"), aware)
        return replace(with_times(report, begun(times, summary, self.day)), timeline=timeline)

    def _second(self, report: Report) -> Report:
        impact = authored(self.outline.part("impact"))
        summary = authored(self.outline.part("summary"))
        prose = (impact, summary)
        total = next((count for count in map(find_total, prose) if count), None)
        number = total.value if total else None
        left = next((count for text in prose if (count := find_remaining(text, number))), None) if number else None
        timeline_part = self._part("timeline")
        stopped_text = "\n".join((impact, authored(timeline_part), summary))
        description = self._description(report)
        report = replace(
            report,
            description=description,
            total=total,
            remaining_valid=left,
            types=next((types for types in map(find_types, prose) if types), ()),
            stopped=stopped_in_prose(stopped_text),
            lessons=self._lessons(),
            related=self._related(),
            actions=self._actions(self._action_part()),
            findings=self._findings(),
            audit_letter=letter_day("\n".join((summary, description)), self.day),
        )
        times, timeline = self._timeline_times(report, timeline_part, None)
        return replace(with_times(report, times), timeline=timeline)

    def _findings(self) -> tuple[str, ...]:
        parts = [finding.parts for finding in self.outline.findings]
        texts = (authored(part.get("description") or part.get("finding") or Part("")) for part in parts)
        return tuple(texts) if self.form.id.endswith("-audit") else ()

    def _description(self, report: Report) -> str:
        """Return the summary; of an audit report what stands before its findings, else what they say."""
        before = Part("", tuple(element for element in self.outline.before if element.kind == "line"))
        if "summary" in report.fields:
            return report.fields["summary"].text or authored(before)
        return authored(self.outline.part("summary")) or authored(before) or report.fields["description"].text

    def _first_word(self, report: Report) -> Report:
        text = first_word_text(self.outline)
        total = find_total(text)
        return replace(
            with_times(report, told_times(text, self.day, self.zone)),
            description=text,
            total=total,
            remaining_valid=find_remaining(text, total.value if total else None) if total and total.value else None,
            full_by=full_report_by(text, self.day),
        )

    def _types(self, field: ReportField) -> tuple[str, ...]:
        if field.is_na or not field.is_filled or says_nothing(field.text):
            return ()
        return find_types(field.text) or (field.text,)

    def _timeline_times(self, report: Report, part: Part, aware: Moment | None) -> tuple[Times, Timeline | None]:
        timeline = read_timeline(part.elements, self.day, self.zone)
        has_none = report.total is not None and report.total.value == 0
        is_over = has_none or (report.remaining_valid is not None and report.remaining_valid.value == 0)
        return timeline_times(timeline, aware, is_delay=self.is_delay, is_over=is_over), timeline

    def _part(self, name: str) -> Part:
        return resolve_part(self.form, self.outline, name)

    def _action_part(self) -> Part:
        parts = [finding.parts["actions"] for finding in self.outline.findings if "actions" in finding.parts]
        own = self.outline.parts.get("actions")
        elements = [element for part in ([own] if own else []) + parts for element in part.elements]
        return Part("actions", tuple(elements))

    def _value(self, name: str) -> str | None:
        text = authored(self._part(name))
        return text or None

    def _listed(self, name: str) -> str | None:
        part = self._part(name)
        lines = [line for line in part.lines if not is_template(line)]
        return "; ".join(line.strip(" ;") if len(lines) > 1 else line for line in lines) or None

    def _count(self, name: str) -> Count | None:
        text = authored(self._part(name))
        return None if not text or is_not_applicable(text) else parse_count(text)

    def _commitments(self, request: str) -> tuple[str, ...]:
        elements = self._part("commitments").elements
        part = Part("commitments", tuple(element for element in elements if element.whole != request or not request))
        return read_commitments(items(part))

    def _lessons(self) -> Lessons:
        return Lessons(*(items(self.outline.part(name)) for name in ("well", "bad", "lucky", "other")))

    def _related(self) -> tuple[RelatedIncident, ...]:
        rows = read_related(self.outline.part("related"), self.day)
        return tuple(RelatedIncident(row.bug, row.date, row.description) for row in rows)

    def _actions(self, part: Part) -> tuple[ActionItem, ...]:
        rows = read_action_rows(part, self.day)
        return tuple(to_action_item(row, f"a{number}") for number, row in enumerate(rows, 1))

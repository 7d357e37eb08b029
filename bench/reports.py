"""How well reports are read: on the judged reports of the invented lives and on judged openings of the corpus.

Beside each figure a plain baseline: the form by the first title or question that a text contains, fields by lines
"**Label**: value" of the form, nothing else.
"""

import re
import sys
import time
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from handlers.reports.check import check_draft
from handlers.reports.documents import report_document
from handlers.reports.figures import figure_history
from handlers.reports.forms import read_forms
from handlers.reports.lives import read_reports
from handlers.reports.reading import read_report
from tests.support.lives import read_lives
from tests.support.report_forms import judged_openings
from tests.support.reports import BEGINNINGS, FIELDS, LABELS, first_versions, judged_reports, wrong_fields

FIELD_COUNT = len(FIELDS) + len(BEGINNINGS) + 5
SIGNS = (
    ("closure summary", "3-closure"), ("full incident report", "3-full"), ("final incident report", "3-full"),
    ("preliminary incident report", "3-preliminary"), ("audit incident report", "2.0-audit"),
    ("incident report", "2.0"), ("how your ca first became aware", "seven"),
)  # fmt: skip


def baseline_form(text: str, day: date) -> str | None:
    lowered = text.casefold()
    form = next((form for sign, form in SIGNS if sign in lowered), None)
    return form if form and read_forms().forms[form].known <= day else None


def baseline_missing(report) -> set[str]:
    """Return the fields without a line of their own that holds something."""
    form = read_forms().forms[report.row["form"]]
    values = {name: re.search(rf"\*\*{re.escape(label)}\*\*:[ ]*(.*)", report.text) for name, label in LABELS.items()}
    return {name for name in form.fields if name in values and not (values[name] and values[name][1].strip())}


def measure_lives() -> None:
    documents = {}
    for life in read_lives().values():
        figures = figure_history(life)
        for report in read_reports(first_versions(life)):
            documents[life.bug, report.comment] = report_document(report, figures)
    by_form: dict[str, Counter[str]] = defaultdict(Counter)
    wrong_by_field: Counter[str] = Counter()
    for report in judged_reports():
        counts, document = by_form[report.row["form"]], documents.get((report.bug, report.comment))
        counts["reports"] += 1
        counts["plain form"] += baseline_form(report.text, report.day) == report.row["form"]
        counts["plain missing"] += baseline_missing(report) == set(report.row["missing"])
        if document is None:
            continue
        counts["form"] += (document["form"], document["version"]) == (report.row["form"], report.row["version"])
        wrong = list(wrong_fields(document, report))
        wrong_by_field.update(wrong)
        counts["wrong fields"] += len(wrong)
        counts["missing"] += sorted(document["missing"]) == sorted(report.row["missing"])
    print(f"{'form':15} {'reports':>8} {'form+version':>13} {'plain':>6} {'fields':>8} {'missing':>8} {'plain':>6}")
    for form, counts in sorted(by_form.items()):
        number = counts["reports"]
        fields = 1 - counts["wrong fields"] / (number * FIELD_COUNT)
        print(
            f"{form:15} {number:8} {counts['form']:13} {counts['plain form']:6} {fields:8.1%} {counts['missing']:8} "
            f"{counts['plain missing']:6}"
        )
    print("wrong by field:", dict(wrong_by_field))
    print("reports that are none:", len(set(documents) - {(r.bug, r.comment) for r in judged_reports()}))
    remarks = [remark for r in judged_reports() if r.is_complete for remark in check_draft(r.text, r.day).remarks]
    print("remarks on complete reports:", len(remarks))


def measure_openings() -> None:
    print(f"{'openings':15} {'judged':>8} {'form':>6} {'plain':>6}  wrong")
    for part in ("work", "check"):
        openings = [opening for opening in judged_openings() if opening.part == part]
        wrong, plain = [], 0
        for opening in openings:
            report = read_report(opening.text, opening.posted, by_ca_first=opening.by_ca)
            plain += baseline_form(opening.text, opening.posted.date()) == opening.form
            if (report and report.form) != opening.form:
                wrong.append((opening.bug, opening.form, report and report.form))
        print(f"{part:15} {len(openings):8} {len(openings) - len(wrong):6} {plain:6}  {wrong}")


def measure_time() -> None:
    reports = judged_reports()
    started = time.process_time()
    for report in reports:
        read_report(report.text, report.posted)
    print(f"{1e3 * (time.process_time() - started) / len(reports):.1f} ms a report")


def main() -> None:
    measure_lives()
    measure_openings()
    measure_time()


if __name__ == "__main__":
    main()

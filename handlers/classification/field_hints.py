"""Completes predictions from text by what the fields of a report say."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from handlers.classification.training_sets import Texts
from handlers.classifier.model import MAX_SUGGESTIONS
from handlers.reports.reading import is_delay_report, read_report
from handlers.reports.section_hints import MISISSUANCE, SectionHint, section_hints
from storage.values.incidents import Assignment

_MAX_LENGTH = 15_000  # characters of a comment: the fields that are read stand at the beginning of a report


def with_field_hints(
    predicted: Sequence[Assignment], title: str, texts: Texts, opened: datetime
) -> tuple[Assignment, ...]:
    """Return predictions, likeliest first, completed by the fields of the reports in an incident's first comments.

    The types of the affected certificates choose among the mis-issuance sections if one of these is likeliest, or the
    relevant policies are about issuing; other fields add a section, or are its first reason. No section becomes
    confident by a field, and none is added to confident ones.
    """
    hints = _read_hints(title, texts, opened)
    types = [hint for hint in hints if hint.section.endswith(MISISSUANCE)]
    others = [hint for hint in hints if not hint.section.endswith(MISISSUANCE)]
    is_likeliest = bool(predicted) and predicted[0].section.endswith(MISISSUANCE) and not any(map(_is_subject, others))
    if types and (is_likeliest or not all(hint.chooses for hint in types)):
        predicted = _without_other_types(predicted, types)
        others += types
    by_section = {assignment.section: assignment for assignment in predicted}
    for hint in others:
        previous = by_section.get(hint.section)
        if previous:
            confidence = max(previous.confidence, hint.probability)
            reasons = (hint.reason, *previous.reasons)
            by_section[hint.section] = replace(previous, confidence=confidence, reasons=reasons)
        elif not any(assignment.confident for assignment in predicted):
            by_section[hint.section] = Assignment(hint.section, "text", hint.probability, (hint.reason,), False)
    ranked = sorted(by_section.values(), key=lambda entry: (-entry.confidence, entry.section))
    return tuple(ranked[: max(MAX_SUGGESTIONS, len(predicted))])


def _read_hints(title: str, texts: Texts, opened: datetime) -> list[SectionHint]:
    """Return the hints of all reports in some comments; of two for one section, that of the newer report."""
    hints: dict[str, SectionHint] = {}
    is_delay = is_delay_report(title)
    for number, text in texts:
        report = read_report(text[:_MAX_LENGTH], opened, comment=number, is_delay=is_delay)
        if report:
            hints |= {hint.section: hint for hint in section_hints(report)}
    return list(hints.values())


def _is_subject(hint: SectionHint) -> bool:
    """Return whether a hint says what happened, not only who noticed it."""
    return hint.section != "external"


def _without_other_types(predicted: Sequence[Assignment], types: Sequence[SectionHint]) -> list[Assignment]:
    """Return predictions without the mis-issuance sections of other types, unless they are confident."""
    sections = {hint.section for hint in types}
    return [
        assignment
        for assignment in predicted
        if assignment.confident or assignment.section in sections or not assignment.section.endswith(MISISSUANCE)
    ]

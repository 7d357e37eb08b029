"""Turns members' corrections into labels for training: at most one verdict for each bug and section, over its tags."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from handlers.classifier.examples import TrainingExample
from storage.values.incidents import GLOBAL_COMMUNITY, Correction, CorrectionVerdict

LabelOverrides = Mapping[str, CorrectionVerdict]  # by section key


def labels_from_corrections(
    corrections: Iterable[Correction], sections: Collection[str]
) -> dict[int, dict[str, CorrectionVerdict]]:
    """Return the verdicts on these sections by bug.

    If communities contradict each other, the operator's verdict decides; without one, neither is used.
    """
    by_community: dict[tuple[int, str], dict[int, CorrectionVerdict]] = {}
    for correction in corrections:
        if correction.section in sections:
            bug_and_section = (correction.bug, correction.section)
            by_community.setdefault(bug_and_section, {})[correction.community] = correction.verdict
    labels: dict[int, dict[str, CorrectionVerdict]] = {}
    for (bug, section), votes in by_community.items():
        verdicts = {votes[GLOBAL_COMMUNITY]} if GLOBAL_COMMUNITY in votes else set(votes.values())
        if len(verdicts) == 1:
            labels.setdefault(bug, {})[section] = verdicts.pop()
    return labels


def apply_labels(example: TrainingExample, overrides: LabelOverrides, sections: Collection[str]) -> TrainingExample:
    """Return an example with members' verdicts applied to its tags.

    An example left with none of the sections is negative only, for the sections that members took it out of.
    """
    remaining = [tag for tag in example.tags if overrides.get(tag) != "out"]
    added = sorted(section for section, verdict in overrides.items() if verdict == "in" and section not in remaining)
    tags = (*remaining, *added)
    if not any(tag in sections for tag in tags):
        negatives = tuple(sorted(section for section, verdict in overrides.items() if verdict == "out"))
        return replace(example, tags=(), negative_sections=negatives, corrected=bool(negatives))
    return replace(example, tags=tags, corrected=tags != example.tags)

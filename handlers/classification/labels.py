"""What members' words teach the classifier: one voice on each bug and section, laid over the tags that staff gave."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from handlers.classifier.examples import Example
from storage.values.incidents import EVERYWHERE, Correction, Verdict

Lesson = Mapping[str, Verdict]  # by section


def lessons_of(words: Iterable[Correction], sections: Collection[str]) -> dict[int, dict[str, Verdict]]:
    """Tell for each bug what is taught of these sections.

    Where communities contradict each other the operator's word decides; without one, neither teaches.
    """
    said: dict[tuple[int, str], dict[int, Verdict]] = {}
    for word in words:
        if word.section in sections:
            said.setdefault((word.bug, word.section), {})[word.community] = word.verdict
    lessons: dict[int, dict[str, Verdict]] = {}
    for (bug, section), verdicts in said.items():
        voices = {verdicts[EVERYWHERE]} if EVERYWHERE in verdicts else set(verdicts.values())
        if len(voices) == 1:
            lessons.setdefault(bug, {})[section] = voices.pop()
    return lessons


def taught(example: Example, lesson: Lesson, sections: Collection[str]) -> Example:
    """Lay what members said of an incident over its tags.

    One that is left in none of the sections tells only in which it is not.
    """
    left = [tag for tag in example.tags if lesson.get(tag) != "out"]
    added = sorted(section for section, verdict in lesson.items() if verdict == "in" and section not in left)
    tags = (*left, *added)
    if not any(tag in sections for tag in tags):
        against = tuple(sorted(section for section, verdict in lesson.items() if verdict == "out"))
        return replace(example, tags=(), against=against, by_member=bool(against))
    return replace(example, tags=tags, by_member=tags != example.tags)

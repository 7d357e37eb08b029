"""Explains a term of incident reporting from the tables of tags, clocks and forms; needs no database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache

from rapidfuzz import fuzz

from handlers.deadlines.rules import Rule, load_rules
from handlers.errors import Suggestion, UserError
from handlers.parsing.tags import BASE_TAG, BUILT_IN_SECTIONS, TAG_ALIASES, SectionTag
from handlers.reports.forms import Form, read_forms
from handlers.results.explanations import ClockTerm, Explanation, FormTerm, TagTerm

MAX_TERM_LENGTH = 100
MAX_SUGGESTIONS, MAX_CHOICES = 3, 25
MIN_SIMILARITY = 70  # of 100, by rapidfuzz
_MIN_PART = 3  # letters of a name that suggest it
EXAMPLE = "explain leaf-revocation-delay"
_BASE = SectionTag(BASE_TAG, "CA compliance", "A CA's certificates or practice did not comply with policy.", "base")
# What people call clocks and forms, besides the tables' own names. A kind stands for the edition in force.
_CLOCK_NAMES: Mapping[str, tuple[str, ...]] = {
    "question": ("questions", "answer", "answers", "answer to a question", "unanswered question"),
    "full-report": ("14 days", "two weeks", "full report"),
    "disclosure": ("72 hours", "72h", "first disclosure", "first word"),
    "next-update": ("next update", "nextupdate"),
    "weekly": ("weekly update", "weekly updates", "7 days", "update"),
    "revocation-must": ("revocation figures", "four numbers", "revocation update"),
    "action-due": ("action item", "action items", "due date"),
    "action-report": ("word on an action item", "3 days"),
    "audit-report": ("audit letter",),
    "closure-flag": ("needinfo", "closure flag", "incident-reporting"),
    "closure-waits": ("closure", "closing", "closure asked"),
    "last-call": ("last call", "close on", "final call"),
    "form": ("replaced form", "old form"),
}
_FORM_NAMES: Mapping[str, tuple[str, ...]] = {
    "seven": ("seven questions", "7 questions"),
    "2.0": ("guidelines 2.0",),
    "3-preliminary": ("preliminary", "preliminary report"),
    "3-full": ("full", "full incident report", "incident report", "guidelines 3.2"),
    "3-closure": ("closure summary", "closure report", "report closure summary"),
    "2.0-audit": ("audit incident report",),
}


@dataclass(frozen=True, slots=True)
class _Entry:
    """A term of the tables, by the key that a member may type, and the name that is shown for it."""

    key: str
    label: str
    value: SectionTag | Rule | Form


class Explanations:
    """Explains terms. Raises UserError for one that is in no table."""

    def explain(self, term: str, day: date | None = None) -> Explanation:
        """Return what the tables say of a term on a day (None: today)."""
        letters = _letters(term[:MAX_TERM_LENGTH])
        if not letters:
            raise UserError("Say which term: a tag, a clock or a form of reports.", example=EXAMPLE)
        entries = _terms()
        entry = entries.get(letters) or entries.get(letters.removesuffix("s"))
        if entry is None:
            raise _unknown(term, letters)
        day = day or datetime.now(UTC).date()
        match entry.value:
            case SectionTag():
                tag = entry.value
                older = (
                    name for name, key in TAG_ALIASES.items() if key == tag.key and _letters(name) != _letters(key)
                )
                return Explanation(entry.key, TagTerm(tag, tuple(older)))
            case Rule():
                return Explanation(entry.key, _clock(entry, entry.value, day))
            case Form():
                return Explanation(entry.key, _form(entry.value))

    def suggest(self, typed: str) -> tuple[tuple[str, str], ...]:
        """Return up to 25 terms whose names hold what was typed so far, as key and name."""
        letters = _letters(typed[:MAX_TERM_LENGTH])
        matching = [(key, entry) for key, entry in _terms().items() if letters in key]
        matching.sort(key=lambda match: not match[0].startswith(letters))
        keys = {entry.key: entry.label for _, entry in matching if entry.key}
        return tuple(keys.items())[:MAX_CHOICES]


@cache
def _terms() -> Mapping[str, _Entry]:
    """Return every name of every term, by its letters and digits; the tables' own names come first."""
    tags = [_Entry(tag.key, f"{tag.title} (tag)", tag) for tag in (_BASE, *BUILT_IN_SECTIONS)]
    rules = load_rules()
    kinds = {rule.kind: rule for rule in rules.rules}  # the newest edition of each
    clocks = [_Entry(kind, f"{rule.duty} (clock)", rule) for kind, rule in kinds.items()]
    editions = [_Entry(rule.id, f"{rule.id} (clock)", rule) for rule in rules.rules]
    forms = [_Entry(form.id, f"{form.title} (form)", form) for form in read_forms().forms.values()]
    by_key = {entry.key: entry for entry in (*forms, *clocks, *tags)}
    terms: dict[str, _Entry] = {}
    for entry in (*tags, *clocks, *editions, *forms):
        terms.setdefault(_letters(entry.key), entry)
    for tag in tags:
        if isinstance(tag.value, SectionTag):
            terms.setdefault(_letters(tag.value.title), tag)
    names: list[tuple[str, Sequence[str]]] = [*_FORM_NAMES.items(), *_CLOCK_NAMES.items()]
    names += [(key, (alias,)) for alias, key in TAG_ALIASES.items()]
    names += [(form.id, (form.title,)) for form in reversed(tuple(read_forms().forms.values()))]
    for key, aliases in names:
        for alias in aliases:
            terms.setdefault(_letters(alias), by_key[key])
    return terms


def _clock(entry: _Entry, rule: Rule, day: date) -> ClockTerm:
    rules = load_rules()
    if entry.key == rule.kind:
        rule = rules.in_force(rule.kind, day) or rule
    return ClockTerm(rule, rules.first_day(rule.kind), rule.in_force(day))


def _form(form: Form) -> FormTerm:
    versions = [version for version in read_forms().versions if version.id in form.versions]
    source = versions[-1].source if len(versions) == 1 else f"CCADB Incident Reporting Guidelines {_range(versions)}"
    if form.id == "seven":
        source = "; ".join(version.source for version in versions)
    links = (rule.link for rule in load_rules().rules if rule.link and "Incident Reporting Guidelines" in rule.source)
    return FormTerm(form, tuple(version.name for version in versions), source, next(links, ""))


def _range(versions: Sequence[object]) -> str:
    names = [str(getattr(version, "name", "")) for version in versions]
    return f"{names[0]} to {names[-1]}"


def _unknown(term: str, letters: str) -> UserError:
    scores: dict[str, float] = {}
    for name, entry in _terms().items():
        part = len(letters) >= _MIN_PART and letters in name
        score = 90.0 if part else fuzz.ratio(letters, name)
        scores[entry.key] = max(score, scores.get(entry.key, 0.0))
    best = sorted((key for key in scores if scores[key] >= MIN_SIMILARITY), key=lambda key: -scores[key])
    suggestions = tuple(Suggestion(key, "explain", key) for key in best[:MAX_SUGGESTIONS])
    sentence = f"“{term.strip()[:MAX_TERM_LENGTH]}” is in no table of mine."
    if suggestions:
        return UserError(f"{sentence} Did you mean this?", suggestions=suggestions)
    return UserError(f"{sentence} I explain tags, clocks and forms of reports.", example=EXAMPLE)


def _letters(text: str) -> str:
    """Return a name in lower case without spaces, hyphens and other punctuation."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())

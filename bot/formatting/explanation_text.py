"""A term in two sentences with its source, the same in both chats, composed of the tables' own words."""

from dataclasses import dataclass

from bot.formatting.deadline_text import STRENGTHS, clock_name
from bot.formatting.field_names import field_name
from bot.formatting.wording import count_of, long_day
from handlers.results.explanations import ClockTerm, Explanation, FormTerm, TagTerm

BUG_TRIAGE_URL = "https://wiki.mozilla.org/CA/Bug_Triage"
STRENGTHS_ALONE = {
    "practice": "a habit, no rule",
    "must not": "must",
    "expected": "expected, not required",
    "asked": "asked for, not required",
}
WHO = {"ca": "the CA", "moderator": "a moderator", "anyone": "anyone"}


@dataclass(frozen=True, slots=True)
class ExplainedTerm:
    """A term with its kind ("tag", "clock", "form"), two sentences, and where it is published; `link` may be ""."""

    name: str
    kind: str
    sentences: tuple[str, str]
    source: str
    link: str


def explained(explanation: Explanation) -> ExplainedTerm:
    """Return a term in two sentences."""
    match explanation.term:
        case TagTerm() as tag:
            return _tag(tag)
        case ClockTerm() as clock:
            return _clock(clock)
        case FormTerm() as form:
            return _form(form)


def _tag(term: TagTerm) -> ExplainedTerm:
    tag = term.tag
    older = f"; older spellings: {', '.join(term.older)}" if term.older else ""
    link = BUG_TRIAGE_URL if "Bug_Triage" in tag.source else ""
    where = f"The root programs' staff write it on Bugzilla's whiteboard as [{tag.key}]{older}."
    return ExplainedTerm(tag.title, "tag", (tag.description, where), tag.source, link)


def _clock(term: ClockTerm) -> ExplainedTerm:
    rule = term.rule
    limit = _limit(term)
    strength = STRENGTHS_ALONE.get(rule.strength) or STRENGTHS.get(rule.strength, rule.strength)
    since = f"since {long_day(rule.in_force_from)}"
    if rule.in_force_until:
        since = f"from {long_day(rule.in_force_from)} until {long_day(rule.in_force_until)}"
    earlier = "" if rule.in_force_from == term.first_day else f", in other editions since {long_day(term.first_day)}"
    duty = f"{rule.duty[:1].upper()}{rule.duty[1:]}{limit}"
    first = f"{duty}, from {WHO.get(rule.who, rule.who)}: {strength}, {since}{earlier}."
    ends = "" if rule.ends == "-" else f"; end: {rule.ends.replace('; ', ', or ')}"
    name = f"{clock_name(rule.kind, rule.duty, 1)}, {rule.id}"
    second = f"Start: {rule.starts}{ends}."
    return ExplainedTerm(f"{name[:1].upper()}{name[1:]}", "clock", (first, second), rule.source, rule.link)


def _limit(term: ClockTerm) -> str:
    rule = term.rule
    days = count_of(rule.days, "day")
    if rule.days and f"{rule.days} " not in rule.duty:
        return f", within {days}"
    if rule.hours:
        return f", within {count_of(rule.hours, 'hour')}"
    return f" ({rule.limit})" if rule.limit else ""


def _form(term: FormTerm) -> ExplainedTerm:
    form = term.form
    editions = term.editions[0] if len(term.editions) == 1 else f"{term.editions[0]} to {term.editions[-1]}"
    of = editions if form.id == "seven" else f"guidelines {editions}"
    replaced = f", replaced on {long_day(form.replaced)}" if form.replaced else ", in use today"
    title = f"{form.title[:1].upper()}{form.title[1:]}"
    first = f"A form of incident reports ({of}), in force since {long_day(form.start)}{replaced}."
    fields = "; ".join(field_name(field) for field in form.fields)
    optional = f"; if wanted {'; '.join(field_name(field) for field in form.optional)}" if form.optional else ""
    return ExplainedTerm(title, "form", (first, f"Its fields: {fields}{optional}."), term.source, term.link)

"""Members' sections as text for a terminal: proposals, previews, votes and histories."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from bot.terminal.render.incidents import Line, Look, clean
from handlers.sections.labels import BATCHES_NEEDED, Judged
from handlers.sections.preview import Preview
from handlers.sections.proposals import Proposal
from handlers.sections.ranking import Match
from handlers.sections.vote_rules import VoteRules
from handlers.sections.votes import Ballot
from storage.values.incidents import EVERYWHERE
from storage.values.sections import MadeSection, SectionChange

SHOWN_MATCHES, SHOWN_COUNTS = 10, 6


def render_preview(answer: Preview, look: Look) -> list[Line]:
    """Show how many a section would hold, the best matches, and those whose judgement teaches most."""
    noun = "incident" if answer.would_assign == 1 else "incidents"
    lines = [
        _line((clean(answer.name), "head"), f"  would hold {answer.would_assign:,} more {noun} by their text as it is")
    ]
    lines += [_line(clean(answer.note))] if answer.note else []
    if answer.examples:
        held = f"With its examples that is {answer.would_hold:,} of {answer.total:,} incidents."
        lines.append(_line((held, "quiet")))
    lines += [_line((f"{name}: ", "quiet"), clean(counted)) for name, counted in _counts(answer) if counted]
    lines += _matches(answer, answer.matches[:SHOWN_MATCHES], look)
    if answer.batch and answer.batches < BATCHES_NEEDED:
        bugs = " ".join(str(match.bug) for match in answer.batch)
        said = f"{answer.batches} of {BATCHES_NEEDED} batches are judged; the next: judge {answer.key} yes|no {bugs}"
        lines.append(_line((clean(said), "quiet")))
    return lines


def render_proposal(answer: Proposal, look: Look) -> list[Line]:
    """Show what was proposed, what of it was left out, and what it would hold."""
    lines = render_made(answer.section, look)
    if answer.near:
        names = ", ".join(one.title for one in answer.near)
        lines.append(_line(clean(f"Much like it by name: {names}.")))
    lines += [_line(clean(reason)) for reason in answer.left_out]
    return [*lines, *render_preview(answer.preview, look)]


def render_made(answer: MadeSection, look: Look) -> list[Line]:  # noqa: ARG001 (one signature for all)
    """Show one section as it stands now."""
    whose = "common to all" if answer.community == EVERYWHERE else f"of community {answer.community}"
    head = _line((clean(answer.key), "head"), f"  {clean(answer.title)}: {answer.state}, {whose}")
    lines = [head]
    lines += [_line(clean(answer.description))] if answer.description else []
    lines += [_line(clean(answer.outcome))] if answer.outcome else []
    if answer.state == "active" and answer.asked > answer.answered:
        far = f" ({answer.done:,} of {answer.total:,} so far)" if answer.total else ""
        lines.append(_line((f"All incidents are being gone through for it{far}.", "quiet")))
    return lines


def render_ballot(answer: Ballot, look: Look) -> list[Line]:
    """Show a section with where its vote stands."""
    lines = render_made(answer.section, look)
    return lines if answer.section.outcome else [*lines, _line(clean(answer.outcome.sentence))]


def render_judged(answer: Judged, look: Look) -> list[Line]:  # noqa: ARG001 (one signature for all)
    """Show what a judgement changed."""
    changed = ", ".join(str(bug) for bug in answer.changed) or "nothing that was not known"
    batches = f"{min(answer.batches, BATCHES_NEEDED)} of {BATCHES_NEEDED} batches are judged"
    return [_line((clean(answer.section.title), "head"), f"  learned of {changed}; {batches}.")]


def render_rules(answer: VoteRules, look: Look) -> list[Line]:  # noqa: ARG001 (one signature for all)
    """Show how a community decides."""
    return [
        _line(f"votes:{answer.quorum} majority:{answer.majority} days:{answer.days} decides:{answer.at_once}"),
    ]


def history_lines(history: Iterable[SectionChange]) -> list[Line]:
    """Show what happened to a section, oldest first."""
    return [_line((f"{_moment(each.made_at)}  ", "quiet"), _told(each)) for each in history]


def _matches(answer: Preview, matches: Iterable[Match], look: Look) -> list[Line]:
    known = {one.bug.id: one for one in answer.incidents}
    lines = []
    for match in matches:
        one = known.get(match.bug)
        title = clean(f"{one.ca}: {one.title}" if one and one.ca else one.title if one else "")
        why = f"  [{clean(', '.join(match.why))}]" if match.why else ""
        head = ((f"{match.bug:>8}", "bug"), f"  {100 * match.score:3.0f} %  {title}", (why, "quiet"))
        lines.append(_line(*head, "  ", (look.bug_url(match.bug), "link")) if look.width is None else _line(*head))
    return lines


def _counts(answer: Preview) -> tuple[tuple[str, str], ...]:
    """Say whose the incidents are that it would hold, of which years, and which sections they are in already."""
    inside = [(f"{key} ({100 * count / answer.would_hold:.0f} %)", count) for key, count in answer.in_sections]
    years = ", ".join(f"{year} {count}" for year, count in answer.by_year)
    return ("By CA", _most(answer.by_ca)), ("By year", years), ("Already in", _most(inside))


def _most(counted: Sequence[tuple[str, int]]) -> str:
    more = len(counted) - SHOWN_COUNTS
    shown = ", ".join(f"{name} {count}" for name, count in counted[:SHOWN_COUNTS])
    return f"{shown} and {more} more" if more > 0 else shown


def _told(change: SectionChange) -> str:
    who = "the operator" if change.member is None else f"member {change.member}"
    if change.what in {"accepted", "declined", "withdrawn"}:
        return clean(change.became if change.member is None else f"{change.became} ({who})")
    if change.what == "proposed":
        return clean(f"Proposed as {change.became} by {who}.")
    moved = f": {change.was} → {change.became}" if change.was and change.became else ""
    return clean(f"{change.what.capitalize()} by {who}{moved or (f': {change.became}' if change.became else '')}.")


def _moment(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M}"


def _line(*parts: str | tuple[str, str]) -> Line:
    return Line(parts)


SECTION_RENDERERS: dict[type, Callable[..., list[Line]]] = {
    Preview: render_preview,
    Proposal: render_proposal,
    MadeSection: render_made,
    Ballot: render_ballot,
    Judged: render_judged,
    VoteRules: render_rules,
}

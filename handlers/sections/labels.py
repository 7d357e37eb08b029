"""Labels members' example incidents of sections, and selects what the text alone may assign.

Each label counts as training data at once. Nothing is assigned by text alone before
REQUIRED_CHECKS incidents were labelled that members were asked about.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from handlers.actor import Actor
from handlers.errors import UserError
from handlers.parsing.proposal_parser import BugList
from handlers.permissions import require_community, require_moderator, require_ownership
from handlers.results.proposals import REQUIRED_CHECKS, Checks, LabelResult
from handlers.sections.lookup import resolve_section
from handlers.sections.ranking import Match, Ranker, Ranking, RankingQuery
from storage import events, incidents, section_labels, section_matches, sections
from storage.database import Database, Transaction
from storage.values.sections import CustomSection, SectionLabel

MAX_EXAMPLES = 200
BATCH_SIZE = 8  # incidents that are shown together to be labelled
MAX_LABELS_PER_REQUEST = 25  # a select menu of Discord has no more options
MAX_SOLICITED, MAX_UNSOLICITED, RATE_LIMIT_WINDOW = 60, 5, timedelta(minutes=10)
_MAX_SHOWN_REASONS = 5


async def validate_examples(transaction: Transaction, bug_list: BugList) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return the bugs that can be examples, and a sentence for each that cannot.

    Raises UserError if there are too many, or if bugs were named and none can be used.
    """
    count = len(bug_list.bugs) + len(bug_list.invalid)
    if count > MAX_EXAMPLES:
        raise UserError(
            f"These are {count} examples, and {MAX_EXAMPLES} are the most; name the clearest ones, a dozen is enough."
        )
    stored = await incidents.find_by_bugs(transaction, bug_list.bugs)
    reasons = [f"“{text}” is not a bug number: it has one to eight digits." for text in bug_list.invalid]
    valid: list[int] = []
    for bug in bug_list.bugs:
        incident = stored.get(bug)
        if incident is None:
            reasons.append(f"Rootwatch does not know bug {bug} as an incident; it may be of another component.")
        elif incident.visibility == "restricted":
            reasons.append(f"Bug {bug} is no longer public, so nothing can be said about it.")
        elif incident.visibility == "moved":
            reasons.append(f"Bug {bug} has left the component of CA incidents.")
        else:
            valid.append(bug)
    if reasons and not valid:
        more = len(reasons) - _MAX_SHOWN_REASONS
        shown = " ".join(reasons[:_MAX_SHOWN_REASONS]) + (f" And {more} more." if more > 0 else "")
        raise UserError(f"{shown} Name incidents by number or link.")
    return tuple(valid), tuple(reasons)


def reject_contradiction(examples: Collection[int], counter_examples: Collection[int]) -> None:
    """Raise UserError if an incident is named both as belonging to a section and as not belonging."""
    if both := sorted(set(examples).intersection(counter_examples)):
        is_one = len(both) == 1
        named = f"Bug {both[0]} is" if is_one else f"Bugs {', '.join(map(str, both))} are"
        remedy = f"leave {'it' if is_one else 'them'} out of one list"
        raise UserError(f"{named} named both for and against the section; {remedy}.")


async def label_incidents(
    database: Database,
    ranker: Ranker,
    actor: Actor,
    name_or_id: str | int,
    verdicts: Mapping[int, bool],
    now: datetime,
    *,
    solicited: bool = True,
) -> LabelResult:
    """Save a member's labels: whether each incident belongs in a section.

    Unsolicited labels train the section but do not count as checks. Raises UserError if the member
    may not label, or if an incident cannot be labelled.
    """
    require_community(actor)
    async with database.read() as transaction:
        section = await resolve_section(transaction, actor, name_or_id)
        _require_can_label(actor, section)
        labels_before = await section_labels.find_labels(transaction, section.id)
        if len(verdicts) > MAX_LABELS_PER_REQUEST:
            raise UserError(f"At most {MAX_LABELS_PER_REQUEST} incidents can be checked at once, not {len(verdicts)}.")
        valid, reasons = await validate_examples(transaction, BugList(tuple(verdicts)))
    if reasons:
        raise UserError(" ".join(reasons))
    # ranked before the label is saved: afterwards the incident would be compared with itself
    matches = (await ranker.rank(ranking_query(section, labels_before))).matches if solicited else ()
    scores = {match.bug: match.score for match in matches}
    async with database.transaction() as transaction:
        locked = await incidents.lock_incidents(transaction, valid)
        await sections.lock_sections(transaction)
        section = await resolve_section(transaction, actor, section.id)
        _require_can_label(actor, section)
        labels = await section_labels.find_labels(transaction, section.id)
        labels_by_bug = {label.bug: label for label in labels}
        _enforce_rate_limit(actor, labels, now, section.proposed_at, solicited=solicited)
        changed = []
        for bug in sorted(locked):
            earlier = labels_by_bug.get(bug)
            if earlier and earlier.belongs == verdicts[bug]:
                continue
            _reject_override(actor, section, earlier)
            score = earlier.score if earlier else scores.get(bug, 0.0) if solicited else None
            changed.append(SectionLabel(bug, verdicts[bug], actor.member, now, score))
        if len(labels_by_bug.keys() | locked) > 2 * MAX_EXAMPLES and not actor.may_moderate:
            raise UserError(f"{section.title} has the maximum number of examples; it has learned enough.")
        await section_labels.save_labels(transaction, section.id, changed)
        if changed and section.state == "active":
            await sections.request_backfill(transaction, [section.id])
            for label in changed:
                await events.mark_incidents_stale(transaction, [label.bug], section.community)
        labels_after = await section_labels.find_labels(transaction, section.id)
        has_matches = bool(await section_matches.find_text_matches(transaction, section.id))
    checks = count_checks(section, labels_after, has_assigned_before=has_matches)
    replaced = tuple(labels_by_bug[label.bug] for label in changed if label.bug in labels_by_bug)
    return LabelResult(section, tuple(changed), checks, replaced)


def ranking_query(section: CustomSection, labels: Sequence[SectionLabel]) -> RankingQuery:
    """Return the query that ranks incidents by a section's name, description and labels."""
    return RankingQuery(
        section.title,
        section.description,
        tuple(label.bug for label in labels if label.belongs),
        tuple(label.bug for label in labels if not label.belongs),
    )


def count_checks(section: CustomSection, labels: Sequence[SectionLabel], *, has_assigned_before: bool) -> Checks:
    """Return how many incidents were checked, and whether that is too few for the text to assign any.

    Unsolicited labels are no checks. The operator's approval replaces them.
    """
    done = sum(label.score is not None for label in labels)
    return Checks(done, not section.operator_approved and not has_assigned_before and done < REQUIRED_CHECKS)


def auto_assigned(
    section: CustomSection,
    labels: Sequence[SectionLabel],
    ranking: Ranking,
    ranker: Ranker,
    *,
    has_assigned_before: bool = False,
) -> tuple[Match, ...]:
    """Return what the text alone may assign to a section: nothing too early, and then what reaches a threshold.

    `has_assigned_before`: the section was auto-assigned incidents before, so enough labels existed then, even if one
    was deleted since. The threshold comes from the labels. If they give none, an operator's approval replaces them.
    """
    threshold = None
    if has_assigned_before or sum(label.score is not None for label in labels) >= REQUIRED_CHECKS:
        threshold = ranker.threshold_from([(label.score, label.belongs) for label in labels if label.score is not None])
    if threshold is not None:
        return tuple(match for match in ranking.matches if match.score >= threshold)
    return ranking.matches[: ranking.would_assign] if section.operator_approved else ()


def _require_can_label(actor: Actor, section: CustomSection) -> None:
    if not section.is_open:
        raise UserError(f"{section.title} is {section.state}, so its examples cannot be changed.")
    otherwise = "for this server alone, `classify` and `unclassify` correct it"
    require_ownership(actor, section, "check its incidents", otherwise)


def _reject_override(actor: Actor, section: CustomSection, earlier: SectionLabel | None) -> None:
    if earlier is None or actor.member in {earlier.member, section.proposer}:
        return
    belongs = "belongs" if earlier.belongs else "does not belong"
    require_moderator(actor, f"overrule another member, who said that bug {earlier.bug} {belongs} there")


def _enforce_rate_limit(
    actor: Actor, labels: Sequence[SectionLabel], now: datetime, proposed_at: datetime, *, solicited: bool
) -> None:
    if actor.may_moderate:
        return
    recent = [label for label in labels if label.member == actor.member and label.labelled_at > now - RATE_LIMIT_WINDOW]
    if sum(label.score is not None for label in recent) >= MAX_SOLICITED:
        raise UserError(f"You checked {MAX_SOLICITED} incidents within 10 minutes; go on a little later.")
    # the examples of the proposal were all named together and do not count
    unsolicited = [label for label in recent if label.score is None and label.labelled_at != proposed_at]
    if not solicited and len(unsolicited) >= MAX_UNSOLICITED:
        raise UserError(
            f"You named more than {MAX_UNSOLICITED} incidents for this section within 10 minutes; go on a little "
            "later, or check what the bot shows."
        )

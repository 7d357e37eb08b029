"""The use cases of sections that members propose, for both chats.

An actor sees the sections of the actor's own community and the common ones. A section is named by its name or key, or
by a button with its id. Every request that cannot be fulfilled raises UserError with a sentence for the user.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from handlers.actor import Actor
from handlers.errors import UserError
from handlers.parsing.owners import OwnerDirectory
from handlers.parsing.proposal_parser import BugList, parse_bug_list, parse_proposal
from handlers.permissions import require_community
from handlers.results.proposals import ExampleSuggestions, LabelResult, Preview, Proposal, SectionDraft
from handlers.results.votes import Ballot, VoteRules
from handlers.sections import moderation, votes
from handlers.sections.example_suggestions import suggest_examples
from handlers.sections.labels import label_incidents, reject_contradiction, validate_examples
from handlers.sections.list_requests import load_draft
from handlers.sections.listing import count_contents
from handlers.sections.lookup import is_built_in, resolve_section
from handlers.sections.names import clean_description, clean_name
from handlers.sections.preview import preview_query, preview_section, with_counts
from handlers.sections.proposals import ProposalInput, propose, reject_built_in_name, reject_duplicate_name, withdraw
from handlers.sections.ranking import Ranker, RankingQuery
from handlers.sections.vote_rules import RuleChanges, change_rules, find_rules
from storage import posted_answers, section_labels, section_matches, sections
from storage.database import Database, Transaction
from storage.values.sections import CustomSection, SectionLabel


@dataclass(frozen=True, slots=True)
class SectionWithLabels:
    """A section with its labels, and the incidents that its text was found to match, from one transaction."""

    section: CustomSection
    labels: tuple[SectionLabel, ...]
    matched: frozenset[int]


class SectionService:
    """Proposes, previews, votes on and moderates the sections that members propose."""

    def __init__(
        self, database: Database, owners: OwnerDirectory, ranker: Ranker, on_change: Callable[[], None] | None = None
    ) -> None:
        self._database = database
        self._owners = owners
        self._ranker = ranker
        # called whenever a section may need a backfill
        self._on_change = on_change or (lambda: None)

    async def propose(
        self,
        actor: Actor,
        text: str = "",
        *,
        name: str = "",
        bugs: str = "",
        description: str = "",
        accept: bool = False,
    ) -> Proposal:
        """Propose a section from one typed or pasted text and from a form's fields, which take precedence."""
        proposal_input = _parse_input(text, name, bugs, description)
        self._reject_ca_owner_name(proposal_input.name)
        proposal = await propose(self._database, self._ranker, actor, proposal_input, datetime.now(UTC), accept=accept)
        self._on_change()
        return replace(proposal, preview=await self._with_counts(actor, proposal.preview))

    async def propose_or_suggest(
        self, actor: Actor, text: str = "", *, name: str = "", bugs: str = "", description: str = ""
    ) -> Proposal | ExampleSuggestions:
        """Propose a section; if there is only a name, return suggested examples to choose from."""
        proposal_input = _parse_input(text, name, bugs, description)
        if proposal_input.bug_list.bugs or proposal_input.bug_list.invalid:
            return await self.propose(actor, text, name=name, bugs=bugs, description=description)
        self._reject_ca_owner_name(proposal_input.name)
        suggestions = await suggest_examples(
            self._database, self._ranker, actor, proposal_input.name, proposal_input.description
        )
        return replace(suggestions, preview=await self._with_counts(actor, suggestions.preview))

    async def draft(self, actor: Actor, event: int) -> SectionDraft:
        """Return the prefilled proposal of the section that an announced list message asks for.

        Raises UserError if the name is in use.
        """
        require_community(actor)
        async with self._database.read() as transaction:
            draft = await load_draft(transaction, event)
            if draft.name:
                self._reject_ca_owner_name(draft.name)
                reject_built_in_name(draft.name)
                await reject_duplicate_name(transaction, actor.community, draft.name)
        return draft

    async def preview(
        self, actor: Actor, text: str = "", *, name: str = "", bugs: str = "", against: str = "", description: str = ""
    ) -> Preview:
        """Preview the incidents of a section: of an existing one by its labels, else of the section written here."""
        require_community(actor)
        parsed = parse_proposal(text)
        section_name = name or parsed.name
        bug_list = parse_bug_list(bugs) + BugList(parsed.bugs, parsed.invalid)
        existing: SectionWithLabels | None = None
        examples: tuple[int, ...] = ()
        counter_examples: tuple[int, ...] = ()
        async with self._database.read() as transaction:
            if not (bug_list.bugs or against or description):
                existing = await _find_open_section(transaction, actor, section_name)
            if existing is None:
                _reject_built_in_preview(section_name)
                examples, _ = await validate_examples(transaction, bug_list)
                counter_examples, _ = await validate_examples(transaction, parse_bug_list(against))
                reject_contradiction(examples, counter_examples)
        if existing is not None:
            return await self.preview_section(actor, existing.section.id)
        cleaned_description = clean_description(description or parsed.description)
        query = RankingQuery(clean_name(section_name), cleaned_description, examples, counter_examples)
        return await self._with_counts(actor, await preview_query(self._ranker, query))

    async def preview_section(
        self, actor: Actor, name_or_id: str | int, *, skipped: Sequence[int] = (), shown: Sequence[int] = ()
    ) -> Preview:
        """Preview the incidents of a section by its labels, with the next batch to label.

        The batch has none of the `skipped` bugs; the incidents `shown` already are loaded too. Counts are those of the
        actor's community; for the operator those of the section's own community.
        """
        async with self._database.read() as transaction:
            loaded = await _load_section(transaction, actor, name_or_id)
        section, matched = loaded.section, loaded.matched
        preview = await preview_section(
            self._ranker, section, loaded.labels, skipped, has_assigned_before=bool(matched)
        )
        community = section.community if actor.is_operator else actor.community
        async with self._database.read() as transaction:
            preview = replace(await with_counts(transaction, preview, community, shown), section=section)
            if section.state != "active":
                return preview
            holds = await count_contents(transaction, section.key, community)
        labelled = {label.bug for label in loaded.labels}
        return replace(preview, holds=holds, assigned=len(matched - labelled))

    async def label_incidents(
        self, actor: Actor, name_or_id: str | int, verdicts: Mapping[int, bool], *, solicited: bool = True
    ) -> LabelResult:
        """Save a member's labels: whether each incident belongs in a section; `solicited`: shown in a batch."""
        result = await label_incidents(
            self._database, self._ranker, actor, name_or_id, verdicts, datetime.now(UTC), solicited=solicited
        )
        self._on_change()
        return result

    async def ballot(self, actor: Actor, name_or_id: str | int) -> Ballot:
        """Return a proposal with its votes so far."""
        async with self._database.read() as transaction:
            section = await resolve_section(transaction, actor, name_or_id)
            return await votes.find_ballot(transaction, section, datetime.now(UTC))

    async def vote(self, actor: Actor, name_or_id: str | int, *, in_favour: bool) -> Ballot:
        """Save a member's vote; it replaces an earlier one."""
        ballot = await votes.cast_vote(self._database, actor, name_or_id, datetime.now(UTC), in_favour=in_favour)
        self._on_change()
        return ballot

    async def decide_now(self, actor: Actor, name_or_id: str | int, *, accept: bool) -> Ballot:
        """Accept or decline a proposal without waiting for its vote."""
        ballot = await votes.decide_now(self._database, actor, name_or_id, datetime.now(UTC), accept=accept)
        self._on_change()
        return ballot

    async def close_overdue(self) -> list[Ballot]:
        """Close every vote past its deadline; returns the closed ballots, each of them once."""
        ballots = await votes.close_overdue(self._database, datetime.now(UTC))
        self._on_change()
        return ballots

    async def open_proposals(self) -> list[Ballot]:
        """Return the open proposals of all communities."""
        async with self._database.read() as transaction:
            visible = await sections.find_custom_sections(transaction, None, open_only=True)
            now = datetime.now(UTC)
            return [
                await votes.find_ballot(transaction, section, now) for section in visible if section.state == "proposed"
            ]

    async def take_outdated(self) -> bool:
        """Return whether an open proposal shows text that was changed or hidden since, once for each change."""
        async with self._database.transaction() as transaction:
            return await posted_answers.take_outdated_proposals(transaction)

    async def restricted_in_proposals(self) -> set[tuple[int, int]]:
        """Return the messages of open proposals that show restricted bugs, each with the bug."""
        async with self._database.read() as transaction:
            return await posted_answers.find_restricted_in_proposals(transaction)

    async def unannounced(self) -> list[Ballot]:
        """Return the decided sections whose result has not been announced completely."""
        async with self._database.read() as transaction:
            decided = await sections.find_unannounced(transaction)
            return [await votes.find_ballot(transaction, section, datetime.now(UTC)) for section in decided]

    async def set_vote_message(self, section_id: int, channel: int | None, message: int | None) -> None:
        """Store where a vote is shown: only a channel if its message is gone, None for both once it is announced."""
        async with self._database.transaction() as transaction:
            await sections.update_section(transaction, section_id, channel=channel, message=message)

    async def withdraw(self, actor: Actor, name_or_id: str | int) -> Ballot:
        """Withdraw a proposal."""
        return await withdraw(self._database, actor, name_or_id, datetime.now(UTC))

    async def rename(self, actor: Actor, name_or_id: str | int, name: str) -> CustomSection:
        """Give a section another name; the old one still finds it."""
        self._reject_ca_owner_name(name)
        section = await moderation.rename(self._database, actor, name_or_id, name, datetime.now(UTC))
        self._on_change()
        return section

    async def describe(self, actor: Actor, name_or_id: str | int, text: str) -> CustomSection:
        """Replace a section's description."""
        return await moderation.describe(self._database, actor, name_or_id, text, datetime.now(UTC))

    async def merge(self, actor: Actor, name_or_id: str | int, into: str | int) -> CustomSection:
        """Merge a section into another; returns the other."""
        section = await moderation.merge(self._database, actor, name_or_id, into, datetime.now(UTC))
        self._on_change()
        return section

    async def retire(self, actor: Actor, name_or_id: str | int) -> CustomSection:
        """Retire a section."""
        return await moderation.retire(self._database, actor, name_or_id, datetime.now(UTC))

    async def share_globally(self, actor: Actor, name_or_id: str | int) -> CustomSection:
        """Share a community's section with all communities."""
        section = await moderation.share_globally(self._database, actor, name_or_id, datetime.now(UTC))
        self._on_change()
        return section

    async def delete_community(self, actor: Actor, community: int) -> int:
        """Delete a community's sections and votes; returns how many sections there were."""
        return await moderation.delete_community(self._database, actor, community)

    async def rules(self, actor: Actor, changes: RuleChanges | None = None) -> VoteRules:
        """Return the rules by which the actor's community decides, after these changes to them."""
        require_community(actor)
        if changes is not None and changes != RuleChanges():
            return await change_rules(self._database, actor, changes)
        async with self._database.read() as transaction:
            return await find_rules(transaction, actor.community)

    def _reject_ca_owner_name(self, name: str) -> None:
        if owner := self._owners.find(name):
            raise UserError(
                f"“{name[:80]}” is the CA owner {owner.name}, so no section can have that name.",
                example=f"incidents {owner.name}",
            )

    async def _with_counts(self, actor: Actor, preview: Preview) -> Preview:
        async with self._database.read() as transaction:
            return await with_counts(transaction, preview, actor.community)


async def _load_section(transaction: Transaction, actor: Actor, name_or_id: str | int) -> SectionWithLabels:
    section = await resolve_section(transaction, actor, name_or_id)
    labels = await section_labels.find_labels(transaction, section.id)
    matched = await section_matches.find_text_matches(transaction, section.id)
    return SectionWithLabels(section, tuple(labels), frozenset(matched))


async def _find_open_section(transaction: Transaction, actor: Actor, name: str) -> SectionWithLabels | None:
    try:
        loaded = await _load_section(transaction, actor, name)
    except UserError:
        return None
    return loaded if loaded.section.is_open else None


def _reject_built_in_preview(name: str) -> None:
    if is_built_in(name):
        shown_name = name.strip()[:80]
        raise UserError(f"“{shown_name}” is a built-in section.", example=f"section {shown_name}")


def _parse_input(text: str, name: str, bugs: str, description: str) -> ProposalInput:
    """Combine one text as it was typed or pasted with a form's fields, which take precedence."""
    parsed = parse_proposal(text)
    bug_list = parse_bug_list(bugs) + BugList(parsed.bugs, parsed.invalid)
    return ProposalInput(name or parsed.name, bug_list, description or parsed.description)

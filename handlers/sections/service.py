"""All that can be asked and done about sections that members proposed, for both chats.

Whoever asks sees the sections of the own community and the common ones. A section is meant by its name or key or,
behind a button, by its number. Whatever cannot be done raises CannotAnswer with a plain sentence.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from handlers.parsing.owners import OwnerTable
from handlers.parsing.proposal_parser import BugList, read_bug_list, read_section_request
from handlers.results import Actor, UserError
from handlers.sections import moderation, votes
from handlers.sections.example_suggestions import Offer, offer
from handlers.sections.labels import Judged, check_bugs, judge
from handlers.sections.list_requests import SectionDraft, find_draft
from handlers.sections.lookup import is_built_in, look_up_section, speaker_of
from handlers.sections.names import clean_description, clean_name
from handlers.sections.preview import Preview, preview_of_notion, preview_of_section, with_incidents
from handlers.sections.proposals import Proposal, Wanted, propose, refuse_built_in, refuse_taken_name, withdraw
from handlers.sections.ranking import Notion, Ranker
from handlers.sections.vote_rules import VoteRules, change_rules, find_rules
from handlers.sections.votes import Ballot
from storage import section_labels, sections
from storage.database import Database
from storage.values.sections import MadeSection, SectionExample


@dataclass(frozen=True, slots=True)
class Found:
    """A section with what was said of its incidents, as one moment has it."""

    section: MadeSection
    examples: tuple[SectionExample, ...]


class MemberSections:
    """Proposes, shows, votes on and keeps the sections that members made."""

    def __init__(
        self, database: Database, owners: OwnerTable, ranker: Ranker, changed: Callable[[], None] | None = None
    ) -> None:
        self._database = database
        self._owners = owners
        self._ranker = ranker
        # told whenever a section may wait for all incidents to be gone through
        self._changed = changed or (lambda: None)

    async def addsection(
        self,
        asker: Actor,
        text: str = "",
        *,
        name: str = "",
        bugs: str = "",
        description: str = "",
        accept: bool = False,
    ) -> Proposal:
        """Propose a section: from one text as it was typed or pasted, or from a form's fields, which go first."""
        wanted = _wanted(text, name, bugs, description)
        self._refuse_owner(wanted.name)
        done = await propose(self._database, self._ranker, asker, wanted, datetime.now(UTC), accept=accept)
        self._changed()
        return replace(done, preview=await self._shown(asker, done.preview))

    async def begin(
        self, asker: Actor, text: str = "", *, name: str = "", bugs: str = "", description: str = ""
    ) -> Proposal | Offer:
        """Propose a section as `addsection` does; of a name alone give what is known by it, to be chosen from."""
        wanted = _wanted(text, name, bugs, description)
        if wanted.listed.bugs or wanted.listed.unreadable:
            return await self.addsection(asker, text, name=name, bugs=bugs, description=description)
        self._refuse_owner(wanted.name)
        found = await offer(self._database, self._ranker, asker, wanted.name, wanted.description)
        return replace(found, preview=await self._shown(asker, found.preview))

    async def draft(self, asker: Actor, event: int) -> SectionDraft:
        """Give what a form is filled with that proposes the section asked for by an announced list message.

        Raises CannotAnswer where the name is taken.
        """
        speaker = speaker_of(asker)
        found = await find_draft(self._database, event)
        if found.name:
            self._refuse_owner(found.name)
            refuse_built_in(found.name)
            async with self._database.reading() as connection:
                await refuse_taken_name(self._database, connection, speaker.community, found.name)
        return found

    async def preview(
        self, asker: Actor, text: str = "", *, name: str = "", bugs: str = "", against: str = "", description: str = ""
    ) -> Preview:
        """Show what a section would hold: one that there is by all that was said of it, else what is written here."""
        read = read_section_request(text)
        wanted = name or read.name
        listed = read_bug_list(bugs) + BugList(read.bugs, read.unreadable)
        if not (listed.bugs or against or description) and (found := await self._find_open(asker, wanted)):
            return await self._shown(asker, await preview_of_section(self._ranker, found.section, found.examples))
        if is_built_in(wanted):
            raise UserError(
                f"“{wanted.strip()[:80]}” is a built-in section: section {wanted.strip()[:80]} shows it."
            )
        good, _ = await check_bugs(self._database, listed)
        bad, _ = await check_bugs(self._database, read_bug_list(against))
        said = clean_description(description or read.description)
        notion = Notion(clean_name(wanted), said, good, bad)
        return await self._shown(asker, await preview_of_notion(self._ranker, notion))

    async def preview_of(self, asker: Actor, which: str | int, *, passed: Sequence[int] = ()) -> Preview:
        """Show what a section finds by all that was said of it, with the next batch to be judged.

        None of the batch was `passed` over. It is counted as the asker's community sees it; to the operator as the
        section's own does.
        """
        found = await self._find(asker, which)
        preview = await preview_of_section(self._ranker, found.section, found.examples, passed)
        speaker = speaker_of(asker)
        community = found.section.community if speaker.is_operator else speaker.community
        return await with_incidents(self._database, preview, community)

    async def judge(
        self, asker: Actor, which: str | int, verdicts: Mapping[int, bool], *, asked: bool = True
    ) -> Judged:
        """Keep a member's word on incidents: whether each belongs into a section; `asked`: in a batch."""
        now = datetime.now(UTC)
        done = await judge(self._database, self._ranker, asker, which, verdicts, now, asked=asked)
        self._changed()
        return done

    async def ballot(self, asker: Actor, which: str | int) -> Ballot:
        """Give a proposal with its votes as they stand."""
        async with self._database.reading() as connection:
            section = await look_up_section(self._database, connection, speaker_of(asker), which)
            return await votes.find_ballot(self._database, connection, section, datetime.now(UTC))

    async def vote(self, asker: Actor, which: str | int, *, in_favour: bool) -> Ballot:
        """Keep a member's vote; a second one takes the place of the first."""
        done = await votes.cast(self._database, asker, which, datetime.now(UTC), in_favour=in_favour)
        self._changed()
        return done

    async def decide_now(self, asker: Actor, which: str | int, *, accept: bool) -> Ballot:
        """Accept or decline a proposal without waiting for its vote."""
        done = await votes.decide_now(self._database, asker, which, datetime.now(UTC), accept=accept)
        self._changed()
        return done

    async def close_due(self) -> list[Ballot]:
        """End the votes whose time is over; gives them with what became of them, each once."""
        done = await votes.close_due(self._database, datetime.now(UTC))
        self._changed()
        return done

    async def proposed(self) -> list[Ballot]:
        """Give the open proposals, those of all communities."""
        async with self._database.reading() as connection:
            found = await sections.find_sections_made(self._database, connection, None, open_only=True)
            open_ones = [one for one in found if one.state == "proposed"]
            now = datetime.now(UTC)
            return [await votes.find_ballot(self._database, connection, one, now) for one in open_ones]

    async def untold(self) -> list[Ballot]:
        """Give the decided sections whose message does not say so yet, whoever decided and wherever."""
        found = await sections.find_untold(self._database)
        async with self._database.reading() as connection:
            return [await votes.find_ballot(self._database, connection, one, datetime.now(UTC)) for one in found]

    async def keep_vote_message(self, number: int, channel: int | None, message: int | None) -> None:
        """Remember where a vote is shown: a channel alone where its message is gone, None once all is told."""
        async with self._database.writing() as connection:
            await sections.change_section(self._database, connection, number, channel=channel, message=message)

    async def withdraw(self, asker: Actor, which: str | int) -> MadeSection:
        """Take a proposal back."""
        return await withdraw(self._database, asker, which, datetime.now(UTC))

    async def rename(self, asker: Actor, which: str | int, name: str) -> MadeSection:
        """Give a section another name; the old one still finds it."""
        self._refuse_owner(name)
        done = await moderation.rename(self._database, asker, which, name, datetime.now(UTC))
        self._changed()
        return done

    async def describe(self, asker: Actor, which: str | int, text: str) -> MadeSection:
        """Say anew what a section is about."""
        return await moderation.describe(self._database, asker, which, text, datetime.now(UTC))

    async def merge(self, asker: Actor, which: str | int, into: str | int) -> MadeSection:
        """Put a section into another; gives the other."""
        done = await moderation.merge(self._database, asker, which, into, datetime.now(UTC))
        self._changed()
        return done

    async def retire(self, asker: Actor, which: str | int) -> MadeSection:
        """End a section."""
        return await moderation.retire(self._database, asker, which, datetime.now(UTC))

    async def make_common(self, asker: Actor, which: str | int) -> MadeSection:
        """Show a community's section to all communities."""
        done = await moderation.make_common(self._database, asker, which, datetime.now(UTC))
        self._changed()
        return done

    async def forget_community(self, asker: Actor, community: int) -> int:
        """Remove a community's sections and votes; gives how many sections there were."""
        return await moderation.forget_community(self._database, asker, community)

    async def rules(self, asker: Actor) -> VoteRules:
        """Give the rules by which the asker's community decides."""
        return await find_rules(self._database, speaker_of(asker).community)

    async def change_rules(
        self,
        asker: Actor,
        *,
        quorum: int | None = None,
        majority: int | None = None,
        days: int | None = None,
        at_once: str | None = None,
    ) -> VoteRules:
        """Set some of the rules by which the asker's community decides."""
        return await change_rules(self._database, asker, quorum=quorum, majority=majority, days=days, at_once=at_once)

    def _refuse_owner(self, name: str) -> None:
        if owner := self._owners.find(name):
            raise UserError(
                f"“{name[:80]}” is the CA owner {owner.name}, so no section can be called that; "
                f"incidents {owner.name} lists its incidents."
            )

    async def _shown(self, asker: Actor, preview: Preview) -> Preview:
        return await with_incidents(self._database, preview, speaker_of(asker).community)

    async def _find(self, asker: Actor, which: str | int) -> Found:
        async with self._database.reading() as connection:
            section = await look_up_section(self._database, connection, speaker_of(asker), which)
            examples = await section_labels.find_examples(self._database, connection, section.id)
        return Found(section, tuple(examples))

    async def _find_open(self, asker: Actor, name: str) -> Found | None:
        try:
            found = await self._find(asker, name)
        except UserError:
            return None
        return found if found.section.is_open else None


def _wanted(text: str, name: str, bugs: str, description: str) -> Wanted:
    """Put together one text as it was typed or pasted and a form's fields, which go first."""
    read = read_section_request(text)
    listed = read_bug_list(bugs) + BugList(read.bugs, read.unreadable)
    return Wanted(name or read.name, listed, description or read.description)

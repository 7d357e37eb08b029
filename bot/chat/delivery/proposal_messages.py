"""The messages under which members vote on proposed sections: posted, kept up to date, and closed with the result.

Each section stores the channel and id of its message until the result was announced there, so each result is announced
exactly once, across restarts.
"""

import asyncio
import weakref
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, cast

import aiohttp
import discord
from discord.ext import commands

from bot.chat.components.example_picker import build_example_view
from bot.chat.components.labelling import LabelButton
from bot.chat.components.preview_button import PreviewButton
from bot.chat.components.voting import VoteButton
from bot.chat.context import (
    BotServices,
    Context,
    Interaction,
    ProposalPublisher,
    actor_from,
    defer_if_slow,
    prefix_in,
    services,
    use_cases,
)
from bot.chat.delivery.error_codes import CHANNEL_GONE, MESSAGE_GONE, THREAD_ARCHIVED
from bot.chat.render.message import Answer
from bot.chat.render.previews import render_example_suggestions
from bot.chat.render.proposals import render_ballot
from handlers.actor import OPERATOR
from handlers.results.proposals import ExampleSuggestions, Proposal
from handlers.results.votes import Ballot
from handlers.use_cases import UseCases
from storage.values.sections import CustomSection


class ProposalMessages(ProposalPublisher):
    """Posts and edits proposals; `record_problem` is called when a result cannot be announced."""

    def __init__(self, cases: UseCases, record_problem: Callable[[str], None]) -> None:
        self._use_cases = cases
        self._record_problem = record_problem
        self._refused: set[int] = set()  # sections whose channel refuses the result, which was recorded
        # edits of one section's message are serialized, so that the message ends up with the latest tally
        self._locks: weakref.WeakValueDictionary[int, asyncio.Lock] = weakref.WeakValueDictionary()

    async def submit(self, source: Context | Interaction, text: str = "", **fields: str) -> None:
        """Propose a section and post it in the channel; for a name alone, post suggested examples instead."""
        submission = use_cases(source).custom_sections.propose_or_suggest(actor_from(source), text, **fields)
        result = await defer_if_slow(submission, _defer_for(source))
        if isinstance(result, Proposal):
            await self.post(source, result)
        else:
            await self._suggest_examples(source, result)

    async def post(self, source: Context | Interaction, proposal: Proposal) -> None:
        """Post a new proposal in the channel where it was made."""
        section_id, channel_id = proposal.section.id, source.channel.id if source.channel else None
        sections = self._use_cases.custom_sections
        # stored first: even if the proposal cannot be sent now, its result is announced in this channel
        await sections.set_vote_message(section_id, channel_id, None)
        notes = list(proposal.rejected_examples)
        if proposal.similar_names:
            titles = ", ".join(section.title for section in proposal.similar_names)
            notes.insert(0, f"Sections with a similar name: {titles}.")
        answer = await self.render(services(source), section_id, tuple(notes))
        message_id = await send_message(source, **answer.options())
        await sections.set_vote_message(section_id, channel_id, message_id)

    async def repost(self, source: Context | Interaction, section_id: int) -> None:
        """Post a section again; the new message becomes the one kept up to date if the section has none."""
        answer = await self.render(services(source), section_id)
        message_id = await send_message(source, **answer.options())
        sections = self._use_cases.custom_sections
        section = (await sections.ballot(OPERATOR, section_id)).section
        if section.state == "proposed" and section.message is None and source.channel:
            await sections.set_vote_message(section_id, source.channel.id, message_id)

    async def render(self, client: BotServices, section_id: int, notes: tuple[str, ...] = ()) -> Answer:
        """Render a section's message with its components; `notes` are sentences for whoever has just proposed it."""
        sections = self._use_cases.custom_sections
        ballot = await sections.ballot(OPERATOR, section_id)
        preview = await sections.preview_section(OPERATOR, section_id) if ballot.section.is_open else None
        prefix = prefix_in(client, ballot.section.community)
        answer = render_ballot(ballot, preview, self._use_cases.bug_url, prefix, notes)
        is_open = ballot.section.state == "proposed"
        return replace(answer, view=build_section_view(ballot)) if is_open else answer

    async def update_pressed(self, interaction: Interaction, section_id: int) -> None:
        """Update the message whose button was pressed, and the section's own message if that is another."""
        async with self._lock(section_id):
            answer = await self.render(services(interaction), section_id)
            try:
                await interaction.edit_original_response(**answer.edit_options())
            except discord.NotFound as error:
                # deleted meanwhile: the vote or decision counts all the same
                if error.code != MESSAGE_GONE:
                    raise
        pressed_message = interaction.message.id if interaction.message else None
        await self.refresh(interaction.client, section_id, except_message=pressed_message)

    async def refresh(self, client: discord.Client, section_id: int, except_message: int | None = None) -> None:
        """Update a section's message, if it has one and that is not `except_message`."""
        section = (await self._use_cases.custom_sections.ballot(OPERATOR, section_id)).section
        if section.message is not None and section.message != except_message:
            await self.update(client, section)

    async def announce_result(self, client: discord.Client, ballot: Ballot) -> bool:
        """Show a ballot in the section's message, or its result in a new one; return False if that is to be retried."""
        return client.is_ready() and await self.update(client, ballot.section)

    async def update(self, client: discord.Client, section: CustomSection) -> bool:
        """Edit a section's message; once the section is decided and its backfill has completed, for the last time.

        Return False if the message could not be edited now: only a channel that is gone ends the attempts. A channel
        that refuses a result is recorded as a problem, once.
        """
        sections = self._use_cases.custom_sections
        async with self._lock(section.id):
            section = (await sections.ballot(OPERATOR, section.id)).section
            if section.channel is None:
                return True
            try:
                await self._update(client, section, section.channel)
            except discord.HTTPException as error:
                if error.code == THREAD_ARCHIVED and section.state != "proposed":
                    # messages in an archived thread cannot be edited, but a new message reopens the thread
                    await sections.set_vote_message(section.id, section.channel, None)
                    return False
                is_gone = error.code in CHANNEL_GONE
                if section.state != "proposed" and (is_gone or isinstance(error, discord.Forbidden)):
                    self._record_refusal(section, is_gone=is_gone)
                if not is_gone:
                    return False
                if section.state == "proposed":
                    return True
            except (aiohttp.ClientError, OSError, TimeoutError):
                return False
            if section.state != "proposed" and section.backfill_requested <= section.backfill_completed:
                self._refused.discard(section.id)
                await sections.set_vote_message(section.id, None, None)
            return True

    def _record_refusal(self, section: CustomSection, *, is_gone: bool) -> None:
        if section.id not in self._refused:
            self._refused.add(section.id)
            reason = "it is gone" if is_gone else "the bot may not write there; it is tried again"
            self._record_problem(
                f"The result of the proposed section number {section.id} could not be announced in channel "
                f"{section.channel}: {reason}."
            )

    async def _update(self, client: discord.Client, section: CustomSection, channel_id: int) -> None:
        sections, channel = self._use_cases.custom_sections, client.get_partial_messageable(channel_id)
        answer = await self.render(cast("BotServices", client), section.id)
        if section.message is not None:
            try:
                await channel.get_partial_message(section.message).edit(**answer.edit_options())
            except discord.NotFound as error:
                if error.code != MESSAGE_GONE:
                    raise
                await sections.set_vote_message(section.id, channel_id, None)
            else:
                return
        if section.state == "proposed":
            return
        # Discord sends a nonce once only, so the result is not announced twice if the bot crashes before the next line
        decided_at = section.decided_at or datetime.now(UTC)
        nonce = f"{section.id}-{int(decided_at.timestamp())}"[:25]
        message = await channel.send(**answer.options(), nonce=nonce)
        await sections.set_vote_message(section.id, channel_id, message.id)

    async def _suggest_examples(self, source: Context | Interaction, suggestions: ExampleSuggestions) -> None:
        states, bug_url = self._use_cases.button_states, self._use_cases.bug_url
        view = await build_example_view(states, suggestions, actor_from(source).member or 0)
        answer = replace(render_example_suggestions(suggestions, bug_url), view=view)
        await send_message(source, **answer.options())

    def _lock(self, section_id: int) -> asyncio.Lock:
        return self._locks.setdefault(section_id, asyncio.Lock())


def build_section_view(ballot: Ballot) -> discord.ui.View | None:
    """Return the buttons below a section: to vote while it is proposed, to check and preview while it is open."""
    section = ballot.section
    if not section.is_open:
        return None
    view = discord.ui.View(timeout=None)
    if section.state == "proposed" and ballot.rules is not None:
        view.add_item(VoteButton(section.id, "for", ballot.tally.in_favour))
        view.add_item(VoteButton(section.id, "against", ballot.tally.against))
    view.add_item(LabelButton(section.id))
    view.add_item(PreviewButton(section.id))
    return view


async def send_message(source: Context | Interaction, **arguments: Any) -> int:
    """Answer a command or an interaction with a message that everybody sees, and return the message's id."""
    arguments = {name: value for name, value in arguments.items() if value is not None}
    if isinstance(source, commands.Context):
        return int((await source.send(**arguments)).id)
    if not source.response.is_done():
        return int((await source.response.send_message(**arguments)).message_id or 0)
    if source.response.type is discord.InteractionResponseType.deferred_channel_message:
        return int((await source.edit_original_response(**arguments)).id)
    return int((await source.followup.send(**arguments, wait=True)).id)


def _defer_for(source: Context | Interaction) -> Callable[[], Any]:
    return source.defer if isinstance(source, commands.Context) else partial(source.response.defer, thinking=True)

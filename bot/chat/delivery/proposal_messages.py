"""The messages under which members vote on proposed sections: posted, kept up with the vote, and told the end.

Where one stands is remembered with its section, and forgotten when the end was told there. So an end is told once,
whoever decided, wherever and while whatever was down.
"""

import asyncio
import weakref
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import aiohttp
import discord
from discord.ext import commands

from bot.chat.components.example_picker import offer_parts
from bot.chat.components.labelling import JudgeButton
from bot.chat.components.voting import DecisionButton, VoteButton
from bot.chat.context import Context, Interaction, answers_for, asker_of, in_time
from bot.chat.delivery.error_codes import CHANNEL_GONE, MESSAGE_GONE, THREAD_ARCHIVED
from bot.chat.render.escape import MESSAGE, harmless
from bot.chat.render.sections import render_ballot, render_offer
from handlers.queries.service import Queries
from handlers.results import OPERATOR
from handlers.sections.example_suggestions import Offer
from handlers.sections.proposals import Proposal
from handlers.sections.votes import Ballot
from storage.values.sections import MadeSection

Shown = tuple[discord.Embed, discord.ui.View | None]


class ProposalMessages:
    """Posts proposals and edits them; `report` is given a sentence where an end could be told nowhere."""

    def __init__(self, answers: Queries, report: Callable[[str], None]) -> None:
        self._answers = answers
        self._report = report
        # one at a time edits a section's message, so that the last tally is the one that stays
        self._turns: weakref.WeakValueDictionary[int, asyncio.Lock] = weakref.WeakValueDictionary()

    async def begin(self, where: Context | Interaction, text: str = "", **written: str) -> None:
        """Propose what a member wrote and show it in the channel; of a name alone, show what may be its examples."""
        begun = answers_for(where).member_sections.begin(asker_of(where), text, **written)
        found = await in_time(begun, _deferring(where))
        if isinstance(found, Proposal):
            await self.post(where, found)
        else:
            await self._offer(where, found)

    async def post(self, where: Context | Interaction, proposal: Proposal) -> None:
        """Show a new proposal in the channel where it was made."""
        number, channel = proposal.section.id, where.channel.id if where.channel else None
        made = self._answers.member_sections
        # even if nothing can be sent now, the end is told there
        await made.keep_vote_message(number, channel, None)
        embed, view = await self.shown(number)
        said = [f"Much like it by name: {', '.join(one.title for one in proposal.near)}."] if proposal.near else []
        content = harmless("\n".join((*said, *proposal.left_out)), MESSAGE - 200)
        message = await send(where, content=content or None, embed=embed, view=view)
        await made.keep_vote_message(number, channel, message)

    async def show_again(self, where: Context | Interaction, number: int) -> None:
        """Show a section anew in the channel; that message is kept up from now on if its own is gone."""
        embed, view = await self.shown(number)
        message = await send(where, embed=embed, view=view)
        made = self._answers.member_sections
        section = (await made.ballot(OPERATOR, number)).section
        if section.state == "proposed" and section.message is None and where.channel:
            await made.keep_vote_message(number, where.channel.id, message)

    async def shown(self, number: int) -> Shown:
        """Render a section as its message shows it now."""
        ballot = await self._answers.member_sections.ballot(OPERATOR, number)
        section = ballot.section
        answers = self._answers.for_community(section.community)
        preview = await answers.member_sections.preview_of(OPERATOR, number) if section.is_open else None
        return render_ballot(ballot, preview, await answers.section_titles(), answers.bug_url), buttons_of(ballot)

    async def show_in(self, interaction: Interaction, number: int) -> None:
        """Show a section as it is now in the message whose button was pressed, and in its own if that is another."""
        async with self._turn(number):
            embed, view = await self.shown(number)
            try:
                await interaction.edit_original_response(embed=embed, view=view)
            except discord.NotFound as error:
                # deleted meanwhile: what was pressed counts all the same
                if error.code != MESSAGE_GONE:
                    raise
        await self.refresh(interaction.client, number, besides=interaction.message.id if interaction.message else None)

    async def refresh(self, client: discord.Client, number: int, besides: int | None = None) -> None:
        """Show a section as it is now in its message, if it has one and is not `besides`."""
        section = (await self._answers.member_sections.ballot(OPERATOR, number)).section
        if section.message is not None and section.message != besides:
            await self.show(client, section)

    async def show_end(self, client: discord.Client, ballot: Ballot) -> None:
        """Say in a section's message what became of its vote; in a new one if that was deleted."""
        if client.is_ready():
            await self.show(client, ballot.section)

    async def show(self, client: discord.Client, section: MadeSection) -> None:
        """Edit a section's message; once it was decided and all incidents are gone through, for the last time.

        What Discord cannot do now is left to the next time; what it never will be able to do is reported.
        """
        made = self._answers.member_sections
        async with self._turn(section.id):
            section = (await made.ballot(OPERATOR, section.id)).section
            if section.channel is None:
                return
            try:
                await self._show(client.get_partial_messageable(section.channel), section, section.channel)
            except discord.HTTPException as error:
                if error.code == THREAD_ARCHIVED and section.state != "proposed":
                    # what was posted there can be edited no more; a new message opens the thread again
                    await made.keep_vote_message(section.id, section.channel, None)
                    return
                if not (isinstance(error, discord.Forbidden) or error.code in CHANNEL_GONE):
                    return
                if section.state == "proposed":
                    return
                self._report(
                    f"What became of the proposed section number {section.id} could not be told in channel "
                    f"{section.channel}: it is gone, or the bot may not write there."
                )
            except (aiohttp.ClientError, OSError, TimeoutError):
                return
            if section.state != "proposed" and section.asked <= section.answered:
                await made.keep_vote_message(section.id, None, None)

    async def _show(self, place: discord.PartialMessageable, section: MadeSection, channel: int) -> None:
        made = self._answers.member_sections
        embed, view = await self.shown(section.id)
        if section.message is not None:
            try:
                await place.get_partial_message(section.message).edit(embed=embed, view=view)
            except discord.NotFound as error:
                if error.code != MESSAGE_GONE:
                    raise
                await made.keep_vote_message(section.id, channel, None)
            else:
                return
        if section.state == "proposed":
            return
        # Discord sends nothing twice under one nonce, so a crash before the next line tells nothing twice
        decided = section.decided_at or datetime.now(UTC)
        nonce = f"{section.id}-{int(decided.timestamp())}"[:25]
        sending = partial(place.send, embed=embed, nonce=nonce)
        sent = await (sending(view=view) if view else sending())
        await made.keep_vote_message(section.id, channel, sent.id)

    async def _offer(self, where: Context | Interaction, offer: Offer) -> None:
        answers = answers_for(where)
        view = await offer_parts(answers, offer, asker_of(where).member or 0)
        await send(where, embed=render_offer(offer, answers.bug_url), view=view)

    def _turn(self, number: int) -> asyncio.Lock:
        return self._turns.setdefault(number, asyncio.Lock())


def buttons_of(ballot: Ballot) -> discord.ui.View | None:
    """Return the buttons below a section: votes while one is held, judgement while it is open."""
    section = ballot.section
    if not section.is_open:
        return None
    view = discord.ui.View(timeout=None)
    if section.state == "proposed" and ballot.rules is not None:
        view.add_item(VoteButton(section.id, "for"))
        view.add_item(VoteButton(section.id, "against"))
    view.add_item(JudgeButton(section.id))
    if section.state == "proposed":
        ways: Sequence[str] = ("withdraw",)
        if ballot.rules is not None and ballot.rules.at_once != "nobody":
            ways = ("accept", "decline", "withdraw")
        for way in ways:
            view.add_item(DecisionButton(section.id, way))
    return view


async def send(where: Context | Interaction, **parts: Any) -> int:
    """Answer a command or a form with a message for everybody; gives the message's id."""
    parts = {name: part for name, part in parts.items() if part is not None}
    if isinstance(where, commands.Context):
        return int((await where.send(**parts)).id)
    if not where.response.is_done():
        return int((await where.response.send_message(**parts)).message_id or 0)
    if where.response.type is discord.InteractionResponseType.deferred_channel_message:
        return int((await where.edit_original_response(**parts)).id)
    return int((await where.followup.send(**parts, wait=True)).id)


def _deferring(where: Context | Interaction) -> Callable[[], Any]:
    return where.defer if isinstance(where, commands.Context) else partial(where.response.defer, thinking=True)

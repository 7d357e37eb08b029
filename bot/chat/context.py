"""What every command and component needs of the bot: the actor, the use cases, deferred replies.

Imports nothing of bot.chat but rendering: what commands use of the client is declared here as protocols.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, Protocol, TypeVar, cast

import discord
from discord.ext import commands

from bot.chat.render.message import Answer
from bot.formatting.plain import to_single_line
from bot.jobs.cancellation import cancel_and_wait
from handlers.actor import Actor
from handlers.errors import UserError
from handlers.parsing.people import mask_addresses
from handlers.results.proposals import Proposal
from handlers.use_cases import UseCases
from storage.values.incidents import GLOBAL_COMMUNITY

# Discord drops an interaction that was not acknowledged within 3 s.
DEFER_AFTER_SECONDS = 1.5
MAX_MEMBER_NAME = 40  # characters; Discord allows 32

T = TypeVar("T")

Context = commands.Context[Any]
Interaction = discord.Interaction[Any]


class ErrorResponder(Protocol):
    """Turns the error of an interaction into a message for its user."""

    def message_for(self, error: BaseException, operation: str, command: str = "", call: str = "/") -> str:
        """Return the message for an error; log and record an unexpected one under the name of the `operation`."""

    async def handle_interaction_error(self, interaction: Interaction, error: BaseException, operation: str) -> None:
        """Answer a failed interaction, visible to its user alone."""


class ProposalPublisher(Protocol):
    """Posts the messages of proposed sections and keeps them up to date."""

    async def submit(self, source: Context | Interaction, text: str = "", **fields: str) -> None:
        """Propose a section and post it in the channel; for a name alone, post suggested examples instead."""

    async def post(self, source: Context | Interaction, proposal: Proposal) -> None:
        """Post a new proposal in the channel where it was made."""

    async def repost(self, source: Context | Interaction, section_id: int) -> None:
        """Post a section again in the channel."""

    async def update_pressed(self, interaction: Interaction, section_id: int) -> None:
        """Update the message whose button was pressed, and the section's own message if that is another."""

    async def refresh(self, client: discord.Client, section_id: int, except_message: int | None = None) -> None:
        """Update a section's message, if it has one and that is not `except_message`."""


class BotServices(Protocol):
    """What commands, components and autocompletion use of the client that they belong to."""

    use_cases: UseCases
    errors: ErrorResponder
    proposals: ProposalPublisher
    has_message_content: bool

    def prefix_for(self, guild_id: int | None) -> str:
        """Return what stands before a command in a server, or in a direct message (None)."""

    def set_prefix(self, guild_id: int, prefix: str | None) -> None:
        """Use another prefix in a server from now on; None: the configured one."""

    def check_limit(self, interaction: Interaction, command: str) -> None:
        """Count the use of a button like the costly command that it stands for; raises UserError if it was too many."""

    async def build_answer(self, interaction: Interaction, command: str, argument: str) -> Answer:
        """Return the answer of a command that only reads, for the buttons that ask the same.

        Raises UserError if the member asked too often, or if the command is no more.
        """


def services(source: Context | Interaction) -> BotServices:
    """Return the client, typed as what commands use of it."""
    client = source.bot if isinstance(source, commands.Context) else source.client
    return cast("BotServices", client)


def use_cases(source: Context | Interaction) -> UseCases:
    """Return the use cases; the actor says for which community they answer."""
    return services(source).use_cases


def prefix_of(source: Context | Interaction) -> str:
    """Return what stands before a command in this server, so that a hint can be pasted."""
    return prefix_in(services(source), guild_id_of(source))


def prefix_in(bot: BotServices, guild_id: int | None) -> str:
    """Return what stands before a command in a server, or in a direct message (None)."""
    # without the message-content intent, Discord shows the bot only direct messages and mentions
    return bot.prefix_for(guild_id) if guild_id is None or bot.has_message_content else "/"


def guild_id_of(source: Context | Interaction) -> int | None:
    """Return the id of the server where something is asked, None in a direct message."""
    if isinstance(source, discord.Interaction):
        return source.guild_id
    return source.guild.id if source.guild else None


def actor_from(source: Context | Interaction) -> Actor:
    """Return the member who acts, with their permissions in the whole server: a channel's overwrites grant no more."""
    user = source.author if isinstance(source, commands.Context) else source.user
    permissions = user.guild_permissions if isinstance(user, discord.Member) else discord.Permissions.none()
    return Actor(
        community=guild_id_of(source) or GLOBAL_COMMUNITY,
        channel=source.channel.id if source.channel else None,
        member=user.id,
        may_manage=permissions.manage_guild,
        # whoever may manage the server may also moderate it
        may_moderate=permissions.manage_messages or permissions.manage_guild,
        parent_channel=source.channel.parent_id if isinstance(source.channel, discord.Thread) else None,
        name=to_single_line(mask_addresses(user.display_name), MAX_MEMBER_NAME),
    )


def reject_bots(interaction: Interaction) -> None:
    """Raise UserError if the user is a bot or a webhook: these have no vote."""
    if interaction.user.bot:
        raise UserError("Only members can vote and decide here, not bots.")


async def defer_if_slow(coro: Coroutine[Any, Any, T], defer: Callable[[], Awaitable[Any]]) -> T:
    """Await a result; call `defer` if it takes longer than DEFER_AFTER_SECONDS, so that Discord keeps waiting."""
    task = asyncio.ensure_future(coro)
    try:
        done, _ = await asyncio.wait({task}, timeout=DEFER_AFTER_SECONDS)
        if not done:
            await defer()
        return await task
    finally:
        await cancel_and_wait([task])


async def reply_ephemeral(interaction: Interaction, coro: Coroutine[Any, Any, Answer]) -> None:
    """Send an answer that only the user of the interaction sees."""
    response = interaction.response
    answer = await defer_if_slow(coro, partial(response.defer, ephemeral=True, thinking=True))
    if response.is_done():
        await interaction.edit_original_response(**answer.edit_options())
    else:
        await response.send_message(**answer.options(), ephemeral=True)


async def replace_message(interaction: Interaction, coro: Coroutine[Any, Any, Answer]) -> None:
    """Replace the message whose button was pressed, or whose menu was used, by an answer."""
    response = interaction.response
    answer = await defer_if_slow(coro, response.defer)
    if response.is_done():
        await interaction.edit_original_response(**answer.edit_options())
    else:
        await response.edit_message(**answer.edit_options())


async def reply(ctx: Context, coro: Coroutine[Any, Any, Answer]) -> None:
    """Send an answer to a command, deferring the reply if building it takes long."""
    answer = await defer_if_slow(coro, ctx.defer)
    await ctx.send(**answer.options())

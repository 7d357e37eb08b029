"""What every command needs: who asks, the answers as they see them, and an acknowledgement before Discord gives up."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

import discord
from discord.ext import commands

from bot.chat.commands.specs import what
from handlers.queries.service import Queries
from handlers.results import Actor, UserError

if TYPE_CHECKING:
    from bot.chat.delivery.proposal_messages import ProposalMessages
    from bot.chat.errors import ErrorPath

# Discord drops an interaction that has no answer after 3 s.
SECONDS_BEFORE_DEFERRING = 1.5

T = TypeVar("T")


class Serving(Protocol):
    """What commands, buttons and suggestions use of the client that they belong to."""

    answers: Queries
    errors: "ErrorPath"
    proposals: "ProposalMessages"
    prefix: str
    reads_messages: bool


Context = commands.Context[Any]
Interaction = discord.Interaction[Any]
Callback = Callable[..., Coroutine[Any, Any, None]]


def serving(where: Context | Interaction) -> Serving:
    """Return the client as what it offers us."""
    client = where.bot if isinstance(where, commands.Context) else where.client
    return cast("Serving", client)


def answers_for(where: Context | Interaction) -> Queries:
    """Return the answers as the server sees them in which something is asked."""
    return serving(where).answers.for_community(_community_of(where))


def asker_of(where: Context | Interaction) -> Actor:
    """Tell who asks, and what they may do in the whole server: a channel's own permissions give nobody more."""
    who = where.author if isinstance(where, commands.Context) else where.user
    rights = who.guild_permissions if isinstance(who, discord.Member) else discord.Permissions.none()
    return Actor(
        community=_community_of(where),
        channel=where.channel.id if where.channel else None,
        member=who.id,
        may_manage=rights.manage_guild,
        # who may change the server may also speak for it
        may_moderate=rights.manage_messages or rights.manage_guild,
    )


def refuse_bots(interaction: Interaction) -> None:
    """Raise CannotAnswer where a bot or a webhook speaks: it has no vote."""
    if interaction.user.bot:
        raise UserError("Only members vote here and decide, not bots.")


def _community_of(where: Context | Interaction) -> int | None:
    if isinstance(where, discord.Interaction):
        return where.guild_id
    return where.guild.id if where.guild else None


def command(name: str) -> Callable[[Callback], commands.HybridCommand[Any, ..., None]]:
    """Make a method a command by prefix, mention and slash, described as the wording has it.

    In place of discord.py's own decorator, whose type no checker but Pyright can work out.
    """

    def decorate(callback: Callback) -> commands.HybridCommand[Any, ..., None]:
        return commands.HybridCommand(callback, name=name, description=what(name))

    return decorate


async def in_time(work: Coroutine[Any, Any, T], defer: Callable[[], Awaitable[Any]]) -> T:
    """Wait for an answer, and tell Discord that one will come if it takes long."""
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=SECONDS_BEFORE_DEFERRING)
        if not done:
            await defer()
        return await task
    finally:
        task.cancel()


@asynccontextmanager
async def answering(interaction: Interaction, doing: str) -> AsyncIterator[None]:
    """Answer whoever used a button, a menu or a form in one sentence where it fails; `doing` names it for status."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - discord.py would log it and leave the member without an answer
        await serving(interaction).errors.interaction_failed(interaction, error, doing)


async def answer_alone(
    interaction: Interaction, work: Coroutine[Any, Any, tuple[discord.Embed, discord.ui.View]]
) -> None:
    """Send what a button found to whoever pressed it, and to nobody else."""
    response = interaction.response
    embed, view = await in_time(work, partial(response.defer, ephemeral=True, thinking=True))
    if response.is_done():
        await interaction.edit_original_response(embed=embed, view=view)
    else:
        await response.send_message(embed=embed, view=view, ephemeral=True)


async def answer(ctx: Context, work: Coroutine[Any, Any, discord.Embed]) -> None:
    """Send what a command found, however it was called and however long it took."""
    await ctx.send(embed=await in_time(work, ctx.defer))

"""The one error path: whatever fails in a command, a button or a suggestion ends in one sentence to who asked."""

import difflib
import logging
import re
import traceback
from collections.abc import Callable, Iterable

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.commands.specs import wording_of
from bot.chat.context import Context, Interaction
from bot.chat.render.escape import MESSAGE, harmless
from handlers.results import UserError

WENT_WRONG = "Something went wrong here; whoever runs me sees it in status."
# How alike a word must be to one of our commands: another bot may share the prefix, and is not to be talked into.
ALIKE = 0.75
# Part of the addresses that an answer to an interaction goes to, and the form of a bot's token.
_TOKENS = re.compile(
    r"(?<=/webhooks/)\d+/[^/\s?]+|(?<=/interactions/)\d+/[^/\s?]+|[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}"
)
# Commands that a sentence of ours names; letters alone do no harm between backticks.
_OUR_WORDS = re.compile(r"\\`([a-z ]+)\\`")

log = logging.getLogger(__name__)


class ErrorPath:
    """Turns exceptions into sentences and says them; `report` keeps those nobody expected for the status."""

    def __init__(self, report: Callable[[str], None], prefix: str, names: Callable[[], Iterable[str]]) -> None:
        self._report = report
        self._prefix = prefix
        self._names = names

    def explain(self, error: BaseException, doing: str, command: str = "") -> str:
        """Find the sentence for an error; an unexpected one is logged and reported besides."""
        error = _cause(error)
        if isinstance(error, UserError):
            return _OUR_WORDS.sub(r"`\1`", harmless(str(error), MESSAGE - 100))
        if sentence := _expected(error):
            return sentence
        if isinstance(error, commands.UserInputError | app_commands.TransformerError):
            return self._usage(command)
        # Members cannot help it, but the channel's managers can.
        if isinstance(error, discord.Forbidden):
            return (
                "I may not answer in this channel as I should: I need View Channel, Send Messages and Embed Links here."
            )
        log.error("%s failed\n%s", doing, without_tokens("".join(traceback.format_exception(error))))
        self._report(f"{doing} failed: {type(error).__name__}")
        return WENT_WRONG

    async def command_failed(self, ctx: Context, error: BaseException) -> None:
        """Answer a command that failed, however it was called."""
        if isinstance(error, commands.CommandNotFound):
            if sentence := self._unknown(ctx):
                await _send(ctx, sentence)
            return
        name = ctx.command.qualified_name if ctx.command else ""
        sentence = self.explain(error, f"The command {name}", name)
        if ctx.interaction:
            await say(ctx.interaction, sentence)
        else:
            await _send(ctx, sentence)

    async def interaction_failed(self, interaction: Interaction, error: BaseException, doing: str) -> None:
        """Answer a slash command or a button that failed, to who used it alone."""
        name = interaction.command.qualified_name if interaction.command else ""
        await say(interaction, self.explain(error, doing, name))

    def _usage(self, command: str) -> str:
        wording = wording_of(command)
        if wording is None:
            return f"I do not understand that; `{self._prefix}help` says what can be asked."
        example = wording.examples[0]
        return f"Write `{self._prefix}{wording.name} {wording.usage}`, for example `{self._prefix}{example}`."

    def _unknown(self, ctx: Context) -> str:
        names = list(self._names())
        called = (ctx.invoked_with or "").casefold()
        close = difflib.get_close_matches(called, names, n=1, cutoff=ALIKE)
        if close:
            return f"There is no command {harmless(called, 40)}; did you mean `{self._prefix}{close[0]}`?"
        mentioned = (ctx.prefix or "").startswith("<@")
        # A prefix is shared with other bots: what is not nearly ours is for them.
        return (
            f"I know no command {harmless(called, 40)}; `{self._prefix}help` says what can be asked."
            if mentioned
            else ""
        )


def _cause(error: BaseException) -> BaseException:
    """Unwrap what discord.py puts around an exception, one layer for each way a command can be called."""
    wrappers = (commands.CommandInvokeError, commands.HybridCommandError, app_commands.CommandInvokeError)
    while isinstance(error, wrappers):
        error = error.original
    return error


def _expected(error: BaseException) -> str:
    """Return the sentence for a refusal that is part of the plan, "" for any other error."""
    if isinstance(error, commands.MissingPermissions | app_commands.MissingPermissions):
        needed = " and ".join(_in_words(name) for name in error.missing_permissions)
        return f"You need the permission {needed} in this server for that."
    if isinstance(error, commands.BotMissingPermissions | app_commands.BotMissingPermissions):
        needed = ", ".join(_in_words(name) for name in error.missing_permissions)
        return f"I cannot do that in this channel: I lack the permission {needed} here."
    if isinstance(error, commands.NoPrivateMessage | app_commands.NoPrivateMessage):
        return "That works only in a server's channel, for it is about that channel."
    if isinstance(error, app_commands.CommandSignatureMismatch | app_commands.CommandNotFound):
        return "This command has changed meanwhile; reload Discord and try it again."
    if isinstance(error, commands.CheckFailure | app_commands.CheckFailure):
        return "You may not use this command here."
    return ""


def _in_words(permission: str) -> str:
    # Discord's own menus call it by this name, its API by another.
    return "Manage Server" if permission == "manage_guild" else permission.replace("_", " ").title()


async def say(interaction: Interaction, sentence: str) -> None:
    """Tell the one who used a command or a button, and nobody else."""
    try:
        if interaction.response.is_done():
            await interaction.followup.send(sentence, ephemeral=True)
        else:
            await interaction.response.send_message(sentence, ephemeral=True)
    except discord.HTTPException as error:
        # The interaction ran out, or the channel or our access to it is gone: there is nowhere left to say it.
        log.info("could not answer an interaction: %s %s", error.status, error.code)


async def _send(ctx: Context, sentence: str) -> None:
    try:
        await ctx.send(sentence)
    except discord.HTTPException as error:
        # Not allowed to speak here, or the channel is gone: there is nowhere left to say it.
        log.info("could not answer in channel %s: %s %s", ctx.channel.id, error.status, error.code)


def without_tokens(text: str) -> str:
    """Take out what would let a reader of the log act as us."""
    return _TOKENS.sub("(token)", text)

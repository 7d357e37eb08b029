"""The Discord client: what it may see, how it is spoken to, and what it does before it says anything."""

import hashlib
import json
import logging
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.commands.corrections import CorrectionCommands
from bot.chat.commands.incidents import IncidentCommands
from bot.chat.commands.related import SimilarCommands
from bot.chat.commands.routes import WatchCommands
from bot.chat.commands.section_moderation import KeepingCommands
from bot.chat.commands.section_proposals import ProposingCommands
from bot.chat.commands.sections import SectionCommands
from bot.chat.commands.status import StatusCommands
from bot.chat.components.correction_menu import SectionMenu, WrongSectionButton
from bot.chat.components.example_picker import ExamplesMenu, WithoutExamplesButton
from bot.chat.components.labelling import JudgeButton, RestButton, VerdictMenu
from bot.chat.components.pagination import PageButton
from bot.chat.components.propose_button import ProposeSectionButton
from bot.chat.components.section_modal import FormButton, form_sent
from bot.chat.components.voting import DecisionButton, VoteButton
from bot.chat.context import Context
from bot.chat.delivery.proposal_messages import ProposalMessages
from bot.chat.errors import ErrorPath
from handlers.queries.service import Queries

# A 429 that asks for more is an error of ours: waiting longer would hold every later answer back.
MOST_SECONDS_OF_RATE_LIMIT = 30
SECONDS_TO_WAIT_FOR_GUILDS = 0.5

# Buttons and menus that outlive a restart.
BUTTONS = (
    PageButton,
    WrongSectionButton,
    SectionMenu,
    ProposeSectionButton,
    FormButton,
    ExamplesMenu,
    WithoutExamplesButton,
    VoteButton,
    DecisionButton,
    JudgeButton,
    VerdictMenu,
    RestButton,
)

COGS: tuple[type[commands.Cog], ...] = (
    IncidentCommands,
    SimilarCommands,
    SectionCommands,
    CorrectionCommands,
    ProposingCommands,
    KeepingCommands,
    WatchCommands,
    StatusCommands,
)

Open = Callable[[], Awaitable[None]]
StoredHash = Callable[[], Awaitable[str | None]]
StoreHash = Callable[[str], Awaitable[None]]

log = logging.getLogger(__name__)


class RootwatchTree(app_commands.CommandTree["RootwatchBot"]):
    """The slash commands, with our error path in place of discord.py's, which only logs."""

    async def on_error(
        self, interaction: discord.Interaction["RootwatchBot"], error: app_commands.AppCommandError, /
    ) -> None:
        """Answer a slash command that failed before it reached our code."""
        name = interaction.command.qualified_name if interaction.command else "that was called"
        await self.client.errors.interaction_failed(interaction, error, f"The command {name}")


class RootwatchBot(commands.Bot):
    """A bot that answers questions; it needs no token until it is started.

    `open_` is awaited before anything is asked of `answers`; `stored_hash` and `store_hash` keep what Discord was told
    of the slash commands; `report` is given one sentence for each error that nobody expected.
    """

    def __init__(
        self,
        answers: Queries,
        *,
        prefix: str,
        message_content: bool,
        open_: Open,
        stored_hash: StoredHash,
        store_hash: StoreHash,
        report: Callable[[str], None],
    ) -> None:
        intents = discord.Intents.none()
        intents.guilds = True
        intents.guild_messages = True
        intents.message_content = message_content
        super().__init__(
            commands.when_mentioned_or(prefix),
            tree_cls=RootwatchTree,
            help_command=None,
            case_insensitive=True,
            strip_after_prefix=True,
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            # Nobody's membership is of interest: what a command needs comes with it.
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            max_ratelimit_timeout=MOST_SECONDS_OF_RATE_LIMIT,
            guild_ready_timeout=SECONDS_TO_WAIT_FOR_GUILDS,
        )
        self.answers = answers
        self.prefix = prefix
        self.reads_messages = message_content
        self.errors = ErrorPath(report, prefix, lambda: (command.name for command in self.commands))
        self.proposals = ProposalMessages(answers, report)
        self._open = open_
        self._stored_hash = stored_hash
        self._store_hash = store_hash
        self._report = report

    async def setup_hook(self) -> None:
        """Open the storage and register everything that can be used, before the first event arrives."""
        await self._open()
        self.add_dynamic_items(*BUTTONS)
        for cog in COGS:
            # A client that logs in a second time has them already.
            if cog.__cog_name__ not in self.cogs:
                await self.add_cog(cog())
        await self._sync_if_changed()

    async def on_command_error(self, ctx: Context, error: commands.CommandError, /) -> None:
        """Answer a command that failed."""
        await self.errors.command_failed(ctx, error)

    async def on_interaction(self, interaction: discord.Interaction["RootwatchBot"]) -> None:
        """Take a form that was sent back; all else has found its way already."""
        await form_sent(interaction)

    async def on_error(self, event_method: str, /, *_args: Any, **_kwargs: Any) -> None:
        """Keep what went wrong where nobody waits for an answer."""
        if error := sys.exc_info()[1]:
            self.errors.explain(error, f"The event {event_method}")

    async def _sync_if_changed(self) -> None:
        """Tell Discord our slash commands if they are not those it has: it allows few such calls a day."""
        payload = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        payload.sort(key=lambda command: str(command["name"]))
        # Another application has none of our commands, even if the database is the same.
        told = json.dumps([self.application_id, payload], sort_keys=True, default=str)
        digest = hashlib.sha256(told.encode()).hexdigest()
        if await self._stored_hash() == digest:
            return
        try:
            await self.tree.sync()
        except discord.HTTPException as error:
            # Prefix and mention work without; the hash is not stored, so the next start tries again.
            log.warning("the slash commands could not be registered: %s %s", error.status, error.code)
            self._report(f"The slash commands could not be registered with Discord ({error.status}).")
            return
        await self._store_hash(digest)

"""The Discord client: its intents, cogs, persistent items and the sync of slash commands."""

import hashlib
import json
import logging
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.commands.answers import build_answer
from bot.chat.commands.commitments import CommitmentCommands
from bot.chat.commands.corrections import CorrectionCommands
from bot.chat.commands.deadlines import DeadlineCommands
from bot.chat.commands.draft_checks import DraftCheckCommands
from bot.chat.commands.explanations import ExplanationCommands
from bot.chat.commands.incidents import IncidentCommands
from bot.chat.commands.messages import MessageCommands
from bot.chat.commands.queue import QueueCommands
from bot.chat.commands.related import RelatedCommands
from bot.chat.commands.routes import RouteCommands
from bot.chat.commands.section_moderation import SectionModerationCommands
from bot.chat.commands.section_proposals import SectionProposalCommands
from bot.chat.commands.sections import SectionCommands
from bot.chat.commands.settings import SettingsCommands
from bot.chat.commands.status import StatusCommands
from bot.chat.components.ask_button import AskButton
from bot.chat.components.commitment_pages import CommitmentPageButton
from bot.chat.components.correction_menu import SectionSelect, UndoButton, WrongSectionButton
from bot.chat.components.deadline_pages import DeadlinePageButton, HistoryPageButton
from bot.chat.components.draft_modal import on_draft_submit
from bot.chat.components.example_picker import ExampleSelect, WithoutExamplesButton
from bot.chat.components.help_menu import HelpMenu
from bot.chat.components.incident_menu import IncidentSelect
from bot.chat.components.labelling import LabelButton, LabelRestButton, LabelSelect
from bot.chat.components.message_pages import MessagePageButton, ThreadSelect
from bot.chat.components.pagination import PageButton, StoredPageButton
from bot.chat.components.preview_button import PreviewButton
from bot.chat.components.propose_button import ProposeSectionButton
from bot.chat.components.queue_pages import QueuePageButton
from bot.chat.components.section_modal import SectionModalButton, on_modal_submit
from bot.chat.components.voting import DecisionButton, VoteButton
from bot.chat.context import Context, Interaction
from bot.chat.delivery.answer_log import AnswerLog, read_files
from bot.chat.delivery.proposal_messages import ProposalMessages
from bot.chat.errors import ErrorHandler
from bot.chat.global_limit import end_limit_after_cancellation
from bot.chat.limits import MemberLimits
from bot.chat.render.message import Answer
from bot.chat.request_gate import RequestGate
from handlers.use_cases import UseCases

# A 429 that asks for more is an error of ours: waiting longer would delay every later answer.
MAX_RATE_LIMIT_WAIT_SECONDS = 30
GUILD_READY_TIMEOUT_SECONDS = 0.5

# Buttons and select menus that outlive a restart.
PERSISTENT_ITEMS = (
    AskButton,
    HelpMenu,
    PageButton,
    StoredPageButton,
    MessagePageButton,
    ThreadSelect,
    DeadlinePageButton,
    HistoryPageButton,
    CommitmentPageButton,
    QueuePageButton,
    IncidentSelect,
    WrongSectionButton,
    SectionSelect,
    UndoButton,
    ProposeSectionButton,
    PreviewButton,
    SectionModalButton,
    ExampleSelect,
    WithoutExamplesButton,
    VoteButton,
    DecisionButton,
    LabelButton,
    LabelSelect,
    LabelRestButton,
)

COGS: tuple[type[commands.Cog], ...] = (
    IncidentCommands,
    DeadlineCommands,
    CommitmentCommands,
    QueueCommands,
    DraftCheckCommands,
    ExplanationCommands,
    MessageCommands,
    RelatedCommands,
    SectionCommands,
    CorrectionCommands,
    SectionProposalCommands,
    SectionModerationCommands,
    RouteCommands,
    SettingsCommands,
    StatusCommands,
)

OpenStorage = Callable[[], Awaitable[None]]
LoadCommandHash = Callable[[], Awaitable[str | None]]
SaveCommandHash = Callable[[str], Awaitable[None]]

log = logging.getLogger(__name__)


class NotingContext(commands.Context["RootwatchBot"]):
    """A context that notes which bugs are in the files of an answer, which the gateway does not tell."""

    async def send(self, content: str | None = None, **options: Any) -> discord.Message:
        """Send a message as the base class does."""
        files = [file for file in (options.get("file"), *(options.get("files") or ())) if file]
        text = read_files(files)
        message = await super().send(content, **options)
        if text and self.bot.answers is not None:
            await self.bot.answers.note(message, text)
        return message


class RootwatchTree(app_commands.CommandTree["RootwatchBot"]):
    """The slash commands, with our error handler instead of discord.py's, which only logs."""

    async def on_error(
        self, interaction: discord.Interaction["RootwatchBot"], error: app_commands.AppCommandError, /
    ) -> None:
        """Answer a slash command that failed before it reached its callback."""
        name = interaction.command.qualified_name if interaction.command else "that was called"
        await self.client.errors.handle_interaction_error(interaction, error, f"The command {name}")


class RootwatchBot(commands.Bot):
    """The Discord client; it needs no token until it is started.

    `open_storage` is awaited before any use case. `load_command_hash` and `save_command_hash` remember which slash
    commands were registered with Discord. `record_problem` gets one sentence for each unexpected error. `gate`
    says what this process may request from Discord; while it may not answer no event is handled.
    """

    def __init__(
        self,
        use_cases: UseCases,
        *,
        prefix: str,
        message_content: bool,
        open_storage: OpenStorage,
        load_command_hash: LoadCommandHash,
        save_command_hash: SaveCommandHash,
        record_problem: Callable[[str], None],
        answers: AnswerLog | None = None,
        gate: RequestGate | None = None,
    ) -> None:
        gate = gate or RequestGate()
        intents = discord.Intents.none()
        intents.guilds = True
        intents.guild_messages = True
        intents.dm_messages = True
        intents.message_content = message_content
        super().__init__(
            _prefixes,
            tree_cls=RootwatchTree,
            help_command=None,
            case_insensitive=True,
            strip_after_prefix=True,
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            # Members are not cached: a command comes with all data about its author that is needed.
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            max_ratelimit_timeout=MAX_RATE_LIMIT_WAIT_SECONDS,
            guild_ready_timeout=GUILD_READY_TIMEOUT_SECONDS,
            http_trace=gate.trace(),
        )
        end_limit_after_cancellation(self.http, MAX_RATE_LIMIT_WAIT_SECONDS)
        self._may_answer = gate.may_answer
        self.use_cases = use_cases
        self.answers = answers
        self._default_prefix = prefix
        self._prefixes: dict[int, str] = {}
        self.has_message_content = message_content
        self.errors = ErrorHandler(record_problem, lambda: (command.name for command in self.commands))
        self.proposals = ProposalMessages(use_cases, record_problem)
        self._limits = MemberLimits()
        self.add_check(self._limits.check, call_once=True)
        self._open_storage = open_storage
        self._load_command_hash = load_command_hash
        self._save_command_hash = save_command_hash
        self._record_problem = record_problem

    def prefix_for(self, guild_id: int | None) -> str:
        """Return what stands before a command in a server, or in a direct message (None)."""
        return self._default_prefix if guild_id is None else self._prefixes.get(guild_id, self._default_prefix)

    def set_prefix(self, guild_id: int, prefix: str | None) -> None:
        """Use another prefix in a server from now on; None: the configured one."""
        if prefix is None:
            self._prefixes.pop(guild_id, None)
        else:
            self._prefixes[guild_id] = prefix

    def check_limit(self, source: Context | Interaction, command: str) -> None:
        """Count the use of a button like the costly command that it stands for; raises UserError if it was too many."""
        self._limits.check_button(source, command)

    async def build_answer(self, source: Context | Interaction, command: str, argument: str) -> Answer:
        """Return the answer of a command that only reads, for the buttons that ask the same.

        Raises UserError if the member has asked a costly question too often just now.
        """
        self.check_limit(source, command)
        return await build_answer(source, command, argument)

    async def setup_hook(self) -> None:
        """Open the storage and register components and commands, before the first event arrives."""
        await self._open_storage()
        self._prefixes = dict(await self.use_cases.settings.prefixes())
        self.add_dynamic_items(*PERSISTENT_ITEMS)
        for cog in COGS:
            # A client that logs in a second time already has its cogs.
            if cog.__cog_name__ not in self.cogs:
                await self.add_cog(cog())
        await self._sync_if_changed()

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Handle an event, unless another process may have taken over and handles it."""
        if self._may_answer():
            super().dispatch(event, *args, **kwargs)

    async def get_context(self, origin: Any, /, *, cls: Any = NotingContext) -> Any:
        """Return the context of a message or interaction."""
        return await super().get_context(origin, cls=cls)

    async def on_message(self, message: discord.Message, /) -> None:
        """Run the command in a member's message; note what a message of our own shows."""
        if self.user is not None and message.author.id == self.user.id:
            if self.answers is not None:
                await self.answers.note(message)
            return
        # other bots, webhooks and Discord's own messages do not talk to us
        if message.author.bot or message.webhook_id is not None or message.is_system():
            return
        ctx = await self.get_context(message)
        if ctx.command is None and not ctx.invoked_with and self._addresses_only_us(message):
            await self.errors.greet(ctx)
            return
        await self.invoke(ctx)

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent, /) -> None:
        """Note what a message of our own shows now, such as another page."""
        message = payload.message
        if self.answers is not None and self.user is not None and message.author.id == self.user.id:
            await self.answers.note(message)

    def _addresses_only_us(self, message: discord.Message) -> bool:
        """Return whether a message is for us alone: a mention and nothing else, or whatever is in a direct message."""
        if message.guild is None:
            return True
        return self.user is not None and message.content.strip() in {f"<@{self.user.id}>", f"<@!{self.user.id}>"}

    async def on_command_error(self, ctx: Context, error: commands.CommandError, /) -> None:
        """Answer a command that failed."""
        await self.errors.handle_command_error(ctx, error)

    async def on_interaction(self, interaction: discord.Interaction["RootwatchBot"]) -> None:
        """Handle submitted forms; discord.py dispatches all other interactions itself."""
        await on_modal_submit(interaction)
        await on_draft_submit(interaction)

    async def on_error(self, event_method: str, /, *_args: Any, **_kwargs: Any) -> None:
        """Log and record an error in an event handler, where nobody waits for an answer."""
        if error := sys.exc_info()[1]:
            self.errors.message_for(error, f"The event {event_method}")

    async def _sync_if_changed(self) -> None:
        """Register the slash commands if they have changed: Discord limits such calls per day."""
        commands_data = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        commands_data.sort(key=lambda command: str(command["name"]))
        # Commands belong to an application: another one has none of them, even if the database is the same.
        payload = json.dumps([self.application_id, commands_data], sort_keys=True, default=str)
        command_hash = hashlib.sha256(payload.encode()).hexdigest()
        if await self._load_command_hash() == command_hash:
            return
        try:
            await self.tree.sync()
        except discord.HTTPException as error:
            # Prefix and mention still work; the hash is not saved, so the next start tries again.
            log.warning("the slash commands could not be registered: %s %s", error.status, error.code)
            self._record_problem(f"The slash commands could not be registered with Discord ({error.status}).")
            return
        await self._save_command_hash(command_hash)


def _prefixes(bot: "RootwatchBot", message: discord.Message) -> list[str]:
    """Return what a command may begin with; in a direct message it needs nothing before it."""
    mentions = commands.when_mentioned(bot, message)
    if message.guild is None:
        return [*mentions, bot.prefix_for(None), ""]
    return [*mentions, bot.prefix_for(message.guild.id)]

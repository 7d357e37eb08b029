"""The error handler: any failure of a command, a component or a suggestion becomes one message to its user."""

import logging
import re
import traceback
from collections.abc import Awaitable, Callable, Iterable

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.components.ask_button import AskButton, fits_into_id
from bot.chat.context import Context, ErrorResponder, Interaction, prefix_of
from bot.chat.delivery.error_codes import INTERACTION_EXPIRED
from bot.chat.limits import limit_message
from bot.chat.render.escape import MAX_BUTTONS_IN_ROW, MAX_MESSAGE, escape_markdown
from bot.chat.render.message import Answer
from bot.chat.request_gate import NotActive
from bot.formatting.command_specs import find_spec
from bot.formatting.hints import name_commands
from bot.formatting.plain import to_single_line
from bot.formatting.slips import find_slip
from handlers.errors import UserError
from storage.database import DatabaseUnavailable

UNEXPECTED_ERROR = "Something went wrong here; the operator can see it in status."
INTERACTION_OVER = "This took too long to answer; please try it again."
DATABASE_UNAVAILABLE = "I cannot reach my database right now; try again in a minute."
GREETING = (
    "I follow the compliance incidents of certification authorities. Ask me for example `{call}incidents Entrust`; "
    "`{call}help` lists what I can do."
)
FILE_GREETING = "To have a draft of a report checked, write `{call}checkreport` beside the file; I have not read it."
# The token in the URLs that interactions are answered at, and the form of a bot's token.
_TOKEN_PATTERN = re.compile(
    r"(?<=/webhooks/)\d+/[^/\s?]+|(?<=/interactions/)\d+/[^/\s?]+|[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}"
)

# what a request to Discord raises besides an HTTPException; a timeout is an OSError
UNSENT = (discord.DiscordException, aiohttp.ClientError, OSError, NotActive)

log = logging.getLogger(__name__)


class ErrorHandler(ErrorResponder):
    """Turns exceptions into messages and sends them; `record_problem` stores the unexpected ones for status."""

    def __init__(self, record_problem: Callable[[str], None], command_names: Callable[[], Iterable[str]]) -> None:
        self._record_problem = record_problem
        self._command_names = command_names

    def answer_for(self, error: BaseException, operation: str, command: str = "", call: str = "/") -> Answer:
        """Return the answer to an error: for a request that cannot be fulfilled, with buttons for what was meant."""
        unwrapped = _unwrap(error)
        if isinstance(unwrapped, UserError):
            return Answer(_user_error_message(unwrapped, call), view=_suggestion_view(unwrapped))
        return Answer(self.message_for(error, operation, command, call))

    def message_for(self, error: BaseException, operation: str, command: str = "", call: str = "/") -> str:
        """Return the message for an error; log and record an unexpected one under the name of the `operation`.

        `call` is what stands before commands where the error is answered.
        """
        error = _unwrap(error)
        if isinstance(error, UserError):
            return _user_error_message(error, call)
        if isinstance(error, commands.CommandOnCooldown):
            return limit_message(error, command)
        if message := _passing_error_message(error) or _known_error_message(error):
            log.info("%s: %s", operation, error)
            return message
        if isinstance(error, commands.UserInputError | app_commands.TransformerError):
            return _usage_message(command, call)
        # The user can do nothing about it, but the channel's managers can.
        if isinstance(error, discord.Forbidden):
            return (
                "I lack permissions to answer in this channel: I need View Channel, Send Messages and Embed Links here."
            )
        log.error("%s failed\n%s", operation, redact_tokens("".join(traceback.format_exception(error))))
        self._record_problem(f"{operation} failed: {type(error).__name__}")
        return UNEXPECTED_ERROR

    async def handle_command_error(self, ctx: Context, error: BaseException) -> None:
        """Answer a failed command, whether it was called by prefix, mention or slash."""
        if isinstance(error, commands.CommandNotFound):
            if message := self._unknown_command_message(ctx):
                await self._send(ctx.send(**Answer(message).options()))
            return
        name = ctx.command.qualified_name if ctx.command else ""
        answer = self.answer_for(error, f"The command {name}", name, prefix_of(ctx))
        await self._send(_send_privately(ctx.interaction, answer) if ctx.interaction else ctx.send(**answer.options()))

    async def greet(self, ctx: Context) -> None:
        """Answer a message that says nothing but our name, or nothing at all in a direct message."""
        has_file = ctx.guild is None and ctx.message.attachments
        answer = Answer((FILE_GREETING if has_file else GREETING).format(call=prefix_of(ctx)))
        await self._send(ctx.send(**answer.options()))

    async def handle_interaction_error(self, interaction: Interaction, error: BaseException, operation: str) -> None:
        """Answer a failed slash command or component, visible to its user alone."""
        name = interaction.command.qualified_name if interaction.command else ""
        answer = self.answer_for(error, operation, name, prefix_of(interaction))
        await self._send(_send_privately(interaction, answer))

    async def _send(self, sending: Awaitable[object]) -> None:
        """Await the sending of an answer; record a fault that operators may have to know of."""
        try:
            await sending
        except discord.HTTPException as error:
            # The interaction has expired, or the channel or our access to it is gone: nothing can be sent there.
            log.info("an answer could not be sent: %s %s", error.status, error.code)
        except UNSENT as error:
            log.warning("an answer could not be sent: %s", type(error).__name__)
            self._record_problem(f"An answer could not be sent to Discord ({type(error).__name__}).")

    def _unknown_command_message(self, ctx: Context) -> str:
        invoked_name = (ctx.invoked_with or "").casefold()
        call = prefix_of(ctx)
        if name := find_slip(invoked_name, self._command_names()):
            return f"There is no command {escape_markdown(invoked_name, 40)}; did you mean `{call}{name}`?"
        # Other bots may share the prefix: anything that is no slip of our commands' names is meant for them.
        is_for_us = ctx.guild is None or (ctx.prefix or "").startswith("<@")
        if not is_for_us:
            return ""
        return f"I know no command {escape_markdown(invoked_name, 40)}; `{call}help` lists the commands."


def _usage_message(command: str, call: str) -> str:
    spec = find_spec(command)
    if spec is None:
        return f"I do not understand that; `{call}help` lists the commands."
    return f"Write `{call}{spec.name} {spec.usage}`, for example `{call}{spec.examples[0]}`."


def _user_error_message(error: UserError, call: str) -> str:
    text = name_commands(escape_markdown(str(error), MAX_MESSAGE - 300), call)
    example = to_single_line(error.example.replace("`", ""), 200)
    return f"{text} For example: `{call}{example}`" if example else text


def _suggestion_view(error: UserError) -> discord.ui.View | None:
    """Return a button for each thing that may have been meant, None if nothing is suggested."""
    questions = [question for question in error.suggestions if fits_into_id(question.command, question.argument)]
    if not questions:
        return None
    view = discord.ui.View(timeout=None)
    for question in questions[:MAX_BUTTONS_IN_ROW]:
        view.add_item(AskButton(question.command, question.argument, question.label))
    return view


def _unwrap(error: BaseException) -> BaseException:
    """Return the exception inside discord.py's wrappers, of which each kind of call adds one."""
    wrappers = (commands.CommandInvokeError, commands.HybridCommandError, app_commands.CommandInvokeError)
    while isinstance(error, wrappers):
        error = error.original
    return error


def _passing_error_message(error: BaseException) -> str:
    """Return the message for what will be over soon and is no fault of the program, "" for any other error."""
    if isinstance(error, DatabaseUnavailable):
        return DATABASE_UNAVAILABLE
    # the member has gone on, or Discord was slow: nobody waits for an answer, and nothing is broken
    if isinstance(error, discord.HTTPException) and error.code in INTERACTION_EXPIRED:
        return INTERACTION_OVER
    return ""


def _known_error_message(error: BaseException) -> str:
    """Return the message for a failed check or an outdated command, "" for any other error."""
    if isinstance(error, commands.BotMissingPermissions | app_commands.BotMissingPermissions):
        labels = ", ".join(_permission_label(name) for name in error.missing_permissions)
        return f"I cannot do that in this channel: I lack the permission {labels} here."
    if isinstance(error, commands.NoPrivateMessage | app_commands.NoPrivateMessage):
        return "That works only in a server's channel, for it is about that channel."
    if isinstance(error, app_commands.CommandSignatureMismatch | app_commands.CommandNotFound):
        return "This command has changed meanwhile; reload Discord and try it again."
    if isinstance(error, commands.CheckFailure | app_commands.CheckFailure):
        return "You may not use this command here."
    return ""


def _permission_label(permission: str) -> str:
    # Discord's menus and its API have different names for this permission.
    return "Manage Server" if permission == "manage_guild" else permission.replace("_", " ").title()


async def _send_privately(interaction: Interaction, answer: Answer) -> None:
    """Send a message that only the user of the interaction sees."""
    if interaction.response.is_done():
        await interaction.followup.send(**answer.options(), ephemeral=True)
    else:
        await interaction.response.send_message(**answer.options(), ephemeral=True)


def redact_tokens(text: str) -> str:
    """Replace tokens with which a reader of the log could act as the bot."""
    return _TOKEN_PATTERN.sub("(token)", text)

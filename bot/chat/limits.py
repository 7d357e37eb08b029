"""How often one member may use the commands that rank all incidents or build a page of figures."""

import math
from collections.abc import Hashable

from discord.ext import commands

from bot.chat.context import Context, Interaction, guild_id_of
from handlers.errors import UserError

# Each of these takes tens of milliseconds to seconds, during which the bot answers nobody else.
COSTLY_COMMANDS = (
    "addsection",
    "checkreport",
    "commitments",
    "history",
    "judge",
    "preview",
    "queue",
    "similar",
    "summary",
)
MAX_USES, WINDOW_SECONDS = 6, 30.0


class MemberLimits:
    """The uses of each costly command by each member of a server, by prefix, slash and button together, in memory."""

    def __init__(self) -> None:
        self._uses: dict[str, commands.CooldownMapping[Context | Interaction]] = {
            name: commands.CooldownMapping(commands.Cooldown(MAX_USES, WINDOW_SECONDS), _member_of)
            for name in COSTLY_COMMANDS
        }

    def check(self, ctx: Context) -> bool:
        """Count a use, as a check of all commands; raises CommandOnCooldown if there were too many just now."""
        if ctx.command:
            self._count(ctx, ctx.command.name, ctx.message.created_at.timestamp())
        return True

    def check_button(self, source: Context | Interaction, question: str) -> None:
        """Count the use of a button that asks a costly question; raises UserError if there were too many just now.

        A question begins with the name of the command that answers it: "summarysources" counts as "summary".
        """
        name = next((name for name in COSTLY_COMMANDS if question.startswith(name)), "")
        created = source.message.created_at if isinstance(source, commands.Context) else source.created_at
        try:
            self._count(source, name, created.timestamp())
        except commands.CommandOnCooldown as error:
            raise UserError(limit_message(error, name)) from error

    def _count(self, source: Context | Interaction, name: str, used_at: float) -> None:
        uses = self._uses.get(name)
        if uses is None:
            return
        bucket = uses.get_bucket(source, used_at)
        if bucket is not None and (retry_after := bucket.update_rate_limit(used_at)):
            raise commands.CommandOnCooldown(bucket, retry_after, commands.BucketType.member)


def limit_message(error: commands.CommandOnCooldown, command: str) -> str:
    """Return the sentence for a member who reached the limit: when the command works again."""
    seconds = max(math.ceil(error.retry_after), 1)
    unit = "second" if seconds == 1 else "seconds"
    return f"You have used {command} {MAX_USES} times just now; it works again for you in {seconds} {unit}."


def _member_of(source: Context | Interaction) -> Hashable:
    user = source.author if isinstance(source, commands.Context) else source.user
    return guild_id_of(source), user.id

"""How often one member may use the commands that rank all incidents or build a page of figures."""

import math

from discord.ext import commands

from bot.chat.context import Context

# Each of these takes tens of milliseconds to seconds, during which the bot answers nobody else.
COSTLY_COMMANDS = ("addsection", "judge", "preview", "similar", "summary")
MAX_USES, WINDOW_SECONDS = 6, 30.0


class MemberLimits:
    """The uses of each costly command by each member of a server, by prefix and slash together, in memory."""

    def __init__(self) -> None:
        self._uses: dict[str, commands.CooldownMapping[Context]] = {
            name: commands.CooldownMapping(commands.Cooldown(MAX_USES, WINDOW_SECONDS), commands.BucketType.member)
            for name in COSTLY_COMMANDS
        }

    def check(self, ctx: Context) -> bool:
        """Count a use, as a check of all commands; raises CommandOnCooldown if there were too many just now."""
        uses = self._uses.get(ctx.command.name) if ctx.command else None
        if uses is None:
            return True
        used_at = ctx.message.created_at.timestamp()
        bucket = uses.get_bucket(ctx, used_at)
        if bucket is not None and (retry_after := bucket.update_rate_limit(used_at)):
            raise commands.CommandOnCooldown(bucket, retry_after, commands.BucketType.member)
        return True


def limit_message(error: commands.CommandOnCooldown, command: str) -> str:
    """Return the sentence for a member who reached the limit: when the command works again."""
    seconds = max(math.ceil(error.retry_after), 1)
    unit = "second" if seconds == 1 else "seconds"
    return f"You have used {command} {MAX_USES} times just now; it works again for you in {seconds} {unit}."

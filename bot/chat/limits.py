"""How often one member may use the commands that rank all incidents or build a page of figures."""

import math

from discord.ext import commands

# Each of these takes tens of milliseconds to seconds, during which the bot answers nobody else.
COSTLY_COMMANDS = frozenset({"addsection", "judge", "preview", "similar", "summary"})
MAX_USES, WINDOW_SECONDS = 6, 30.0


def member_limit(command: str) -> commands.CooldownMapping[commands.Context[commands.Bot]] | None:
    """Return the limit of a command for each member of a server, by prefix and slash together; None without one."""
    if command not in COSTLY_COMMANDS:
        return None
    return commands.CooldownMapping(commands.Cooldown(MAX_USES, WINDOW_SECONDS), commands.BucketType.member)


def limit_message(error: commands.CommandOnCooldown, command: str) -> str:
    """Return the sentence for a member who reached the limit: when the command works again."""
    seconds = max(math.ceil(error.retry_after), 1)
    unit = "second" if seconds == 1 else "seconds"
    return f"You have used {command} {MAX_USES} times just now; it works again for you in {seconds} {unit}."

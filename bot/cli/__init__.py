"""The command line, `rootwatch`: see `entry.py`."""

from bot.cli.entry import main

__all__ = ["main"]

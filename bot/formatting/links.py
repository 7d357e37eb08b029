"""The type of the function that makes a bug's address; both chats and the JSON output are given one."""

from collections.abc import Callable

BugUrl = Callable[[int], str]

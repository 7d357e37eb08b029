"""Calls of storage functions by tests, each in a transaction of its own."""

from collections.abc import Awaitable, Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from storage.database import Database, Transaction

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


async def read(
    database: Database,
    function: Callable[Concatenate[Transaction, Parameters], Awaitable[Result]],
    *args: Parameters.args,
    **kwargs: Parameters.kwargs,
) -> Result:
    """Return what a function reads."""
    async with database.read() as transaction:
        return await function(transaction, *args, **kwargs)


async def write(
    database: Database,
    function: Callable[Concatenate[Transaction, Parameters], Awaitable[Result]],
    *args: Any,
    **kwargs: Any,
) -> Result:
    """Call a function that writes, commit, and return its result."""
    async with database.transaction() as transaction:
        return await function(transaction, *args, **kwargs)

"""Runs heavy work in a subprocess that exits afterwards, which returns its memory to the system."""

import asyncio
import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


def exit_with_parent() -> None:
    """Make this process exit when its parent process does, even if the parent was killed."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait_for_parent() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait_for_parent, name="exit with parent", daemon=True).start()


def _initializer() -> None:
    exit_with_parent()
    if hasattr(os, "nice"):
        os.nice(10)  # on a single processor, replies go first


async def run_in_subprocess(function: Callable[..., Result], *args: object) -> Result:
    """Run a module-level function in a new process and return its result.

    If the caller is cancelled, the process is killed.
    """
    executor = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _initializer)
    try:
        return await asyncio.get_running_loop().run_in_executor(executor, function, *args)
    except asyncio.CancelledError:
        for process in list((executor._processes or {}).values()):  # noqa: SLF001 - public only from Python 3.14 on
            process.kill()
        raise
    finally:
        executor.shutdown(wait=False, cancel_futures=True)

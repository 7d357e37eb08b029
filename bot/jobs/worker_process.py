"""Heavy work in a process of its own, which ends with the work: its memory goes with it."""

import asyncio
import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


def end_with_parent() -> None:
    """Make this process end when the one that started it does, even if that was killed."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, name="end with parent", daemon=True).start()


def _begin() -> None:
    end_with_parent()
    if hasattr(os, "nice"):
        os.nice(10)  # where there is one processor, answers come first


async def in_worker(work: Callable[..., Result], *given: object) -> Result:
    """Run a function of a module's top level in a fresh process and give what it returns.

    If the caller is cancelled, the process is killed: nothing waits for it.
    """
    pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _begin)
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, work, *given)
    except asyncio.CancelledError:
        for process in list((pool._processes or {}).values()):  # noqa: SLF001 - public only from Python 3.14 on
            process.kill()
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)

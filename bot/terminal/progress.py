"""Progress on standard error: a bar on a terminal, now and then a line in a pipe."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TextIO

SECONDS_BETWEEN_LINES = 5.0


class ProgressLines:
    """One line when a task begins, when it is complete, and every few seconds between."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._task = ""
        self._written = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave nothing open: a line is complete as soon as it is written."""

    def advance(self, task: str, done: int, total: int | None) -> None:
        """Write a line if it is time for one."""
        now = self._clock()
        if task == self._task and done != total and now - self._written < SECONDS_BETWEEN_LINES:
            return
        self._task, self._written = task, now
        self._stream.write(f"{task}: {done:,}{'' if total is None else f' of {total:,}'}\n")
        self._stream.flush()


class ProgressBar:
    """A bar for each task, on a terminal; gone when all is done."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        self._bars = Bars(*columns, console=Console(file=stream), transient=True)
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bars off the screen, whatever ended the work."""
        self._bars.stop()

    def advance(self, task: str, done: int, total: int | None) -> None:
        """Move the task's bar."""
        if task not in self._tasks:
            self._tasks[task] = self._bars.add_task(task, total=total)
        self._bars.update(self._tasks[task], completed=done, total=total)


def show_progress(stream: TextIO) -> ProgressBar | ProgressLines:
    """Return what fits the stream; to be used in a `with`."""
    return ProgressBar(stream) if stream.isatty() else ProgressLines(stream)

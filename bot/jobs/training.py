"""Training of the section classifier in the background: no poll, delivery or query waits for it."""

import asyncio
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress

from bot.jobs.background import BackgroundJob, RecordProblem
from bot.jobs.worker_process import run_in_subprocess
from handlers.classification.service import SectionClassifier, TrainingAborted, TrainingFailed
from handlers.classifier.examples import TrainingExample

TRAINING_TIMEOUT_SECONDS = 900.0  # a training takes a few seconds
RETRY_DELAY_SECONDS = 60.0  # at least, before a failed training is triggered again


class TrainingJob(BackgroundJob):
    """Trains the classifier if that is due."""

    def __init__(self, classifier: SectionClassifier, record_problem: RecordProblem) -> None:
        super().__init__("training", record_problem)
        self._classifier = classifier
        self._not_before = 0.0  # in the time of the event loop

    def trigger(self) -> None:
        """Start a training in the background, unless one is running or one has just failed."""
        if not self.is_running and asyncio.get_running_loop().time() >= self._not_before:
            super().trigger()

    async def run_pending(self) -> None:
        """Train if that is due and wait for it; the classifier records a failure for the status."""
        with suppress(TrainingFailed):
            async with self._lock:
                await self._classifier.retrain_if_due()

    async def _run_once(self) -> None:
        try:
            async with self._lock:
                await self._classifier.retrain_if_due()
        except TrainingFailed:  # already recorded by the classifier
            self._delay_next_run()
        except Exception:
            self._delay_next_run()
            raise

    def _delay_next_run(self) -> None:
        self._not_before = asyncio.get_running_loop().time() + RETRY_DELAY_SECONDS

    def _describe_failure(self, error: Exception) -> str:
        return f"Training the classifier failed inside Rootwatch ({type(error).__name__}); see the log for details."


async def train_in_subprocess(examples: list[TrainingExample], current: bytes | None) -> bytes | None:
    """Train in a subprocess; return the new model, or None if it is worse than the current one.

    Raises TrainingAborted as `run_with_timeout` does.
    """
    from handlers.classifier.model_selection import train_if_not_worse

    return await run_with_timeout(train_if_not_worse, examples, current)


async def run_with_timeout(
    function: Callable[..., bytes | None], *args: object, timeout_seconds: float = TRAINING_TIMEOUT_SECONDS
) -> bytes | None:
    """Run a training function in a subprocess and return its result.

    Raises TrainingAborted if the process was killed or took longer than `timeout_seconds`.
    """
    try:
        async with asyncio.timeout(timeout_seconds):
            return await run_in_subprocess(function, *args)
    except BrokenProcessPool as error:
        raise TrainingAborted("its process was ended before it was done") from error
    except TimeoutError as error:
        raise TrainingAborted(f"it took longer than {timeout_seconds / 60:.0f} minutes") from error

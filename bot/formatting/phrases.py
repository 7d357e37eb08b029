"""The state of the sources and of the classifier in words, the same in both chats."""

from collections.abc import Sequence

from handlers.results.status import ClassifierStatus
from storage.values.incidents import Accuracy

MAX_NAMED = 5


def describe_unreadable(items: Sequence[str]) -> str:
    """Return how many items of a source cannot be read, and which are the first of them; "" if all can."""
    if not items:
        return ""
    count = "1 item" if len(items) == 1 else f"{len(items):,} items"
    more = "; ..." if len(items) > MAX_NAMED else ""
    return f"{count} cannot be read: {'; '.join(items[:MAX_NAMED])}{more}"


def describe_classifier(status: ClassifierStatus) -> str:
    """Return sentences on the classifier's training, its accuracy and its problem, if any."""
    text = f"{_training_text(status)}; {_accuracy_text(status.recent, status.all_time)}."
    if status.rejected_size is not None:
        text += f" A newer model from {status.rejected_size:,} incidents did worse in validation and was rejected."
    return f"{text} {status.problem}" if status.problem else text


def _training_text(status: ClassifierStatus) -> str:
    if status.trained_at is not None:
        return f"learned {status.trained_at:%Y-%m-%d %H:%M} UTC from {status.training_size:,} tagged incidents"
    if status.training_size:
        return f"rules alone: {status.training_size:,} tagged incidents are too few to learn from"
    return "rules alone: it has not learned from tags yet"


def _accuracy_text(recent: Accuracy, all_time: Accuracy) -> str:
    if not recent.evaluated:
        return "no guess has been compared with staff's tags yet"
    text = f"staff's tags confirmed {recent.confirmed} of its last {recent.evaluated} likeliest guesses"
    text += f" ({_percent(recent.confirmed, recent.evaluated)})"
    if recent.confident_evaluated:
        text += f", and {recent.confident_confirmed} of {recent.confident_evaluated}"
        text += f" ({_percent(recent.confident_confirmed, recent.confident_evaluated)}) that it was sure of"
    return text + (f"; {all_time.evaluated:,} judged in all" if all_time.evaluated > recent.evaluated else "")


def _percent(count: int, total: int) -> str:
    return f"{count / total:.0%}".replace("%", " %")

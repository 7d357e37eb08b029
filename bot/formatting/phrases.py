"""The state of the sources and of the classifier in words, the same in both chats."""

from collections.abc import Iterator, Sequence

from bot.formatting.incident_lists import describe_total
from bot.formatting.wording import count_of, long_day
from handlers.results.status import ClassifierStatus, SourceStatus, Status
from storage.values.incidents import Accuracy

MAX_NAMED = 5


def describe_pending(status: Status) -> str:
    """Return what is still to be read from Bugzilla, "" if nothing is."""
    counts = (("comments", status.comments_pending), ("histories", status.histories_pending))
    parts = [f"{name} of {count_of(count, 'bug')}" for name, count in counts if count]
    return f"{' and '.join(parts)} to be read" if parts else ""


def describe_freshness(status: Status) -> str:
    """Return in one line how fresh each source is, and how much is stored."""
    sources = " · ".join(f"{source.name} {_freshness(source)}" for source in status.sources)
    total = describe_total(status.incidents, status.not_incidents)
    stored = f"{total} · {count_of(status.messages, 'mail')}"
    return f"{sources} · {stored}" if sources else stored


def describe_source_trouble(status: Status) -> Iterator[str]:
    """Yield a sentence for each thing that is wrong with a source, or that its operator has to decide."""
    for source in status.sources:
        sentences = [source.error, source.warning, describe_unreadable(source.unreadable)]
        if source.backlog:
            sentences.append(f"{count_of(source.backlog, 'page')} still to be read")
        if source.missed:
            sentences.append(f"{count_of(source.missed, 'change')} found by sweeps only")
        yield from (f"{source.name}: {sentence}" for sentence in sentences if sentence)


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


def _freshness(source: SourceStatus) -> str:
    failing = ", and cannot be read now" if source.error else ""
    if source.age_seconds is None:
        return f"not read to the end yet{failing}"
    return f"read {_age(source.age_seconds)} ago{failing}"


def _age(seconds: int) -> str:
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return count_of(seconds // size, unit)
    return count_of(seconds, "second")


def _training_text(status: ClassifierStatus) -> str:
    if status.trained_at is not None:
        return f"learned on {long_day(status.trained_at)} from {status.training_size:,} tagged incidents"
    if status.training_size:
        return f"rules alone: {status.training_size:,} tagged incidents are too few to learn from"
    return "rules alone: it has not learned from tags yet"


def _accuracy_text(recent: Accuracy, all_time: Accuracy) -> str:
    if not recent.evaluated:
        return "no prediction has been compared with staff's tags yet"
    text = f"staff's tags confirmed {recent.confirmed} of the last {recent.evaluated} likeliest sections"
    text += f" ({_percent(recent.confirmed, recent.evaluated)})"
    if recent.confident_evaluated:
        text += f", and {recent.confident_confirmed} of {recent.confident_evaluated}"
        text += f" ({_percent(recent.confident_confirmed, recent.confident_evaluated)}) that were shown as certain"
    return text + (f"; {all_time.evaluated:,} compared in all" if all_time.evaluated > recent.evaluated else "")


def _percent(count: int, total: int) -> str:
    return f"{count / total:.0%}".replace("%", " %")

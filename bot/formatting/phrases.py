"""What the classifier learned and how far it is to be trusted, in words: the same in both chats."""

from handlers.results.status import ClassifierStatus


def describe_classifier(status: ClassifierStatus) -> str:
    """Say in words what the classifier learned, how far it is to be trusted, and what is wrong with it."""
    said = f"{_origin(status)}; {_trust(status)}."
    if status.rejected_size is not None:
        said += f" A newer one from {status.rejected_size:,} incidents was worse in its trial and was not taken."
    return f"{said} {status.problem}" if status.problem else said


def _origin(status: ClassifierStatus) -> str:
    if status.trained_at is not None:
        return f"learned {status.trained_at:%Y-%m-%d %H:%M} UTC from {status.training_size:,} tagged incidents"
    if status.training_size:
        return f"rules alone: {status.training_size:,} tagged incidents are too few to learn from"
    return "rules alone: it has not learned from tags yet"


def _trust(status: ClassifierStatus) -> str:
    lately, ever = status.recent, status.all_time
    if not lately.evaluated:
        return "no guess has met staff's tags yet"
    said = f"staff's tags confirmed {lately.confirmed} of its last {lately.evaluated} likeliest guesses"
    said += f" ({_percent(lately.confirmed, lately.evaluated)})"
    if lately.confident_evaluated:
        said += f", and {lately.confident_confirmed} of {lately.confident_evaluated}"
        said += f" ({_percent(lately.confident_confirmed, lately.confident_evaluated)}) that it was sure of"
    return said + (f"; {ever.evaluated:,} judged in all" if ever.evaluated > lately.evaluated else "")


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.0%}".replace("%", " %")

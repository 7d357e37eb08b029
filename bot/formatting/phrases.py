"""What the classifier learned and how far it is to be trusted, in words: the same in both chats."""

from handlers.results import ClassifierStatus


def describe(status: ClassifierStatus) -> str:
    """Say in words what the classifier learned, how far it is to be trusted, and what is wrong with it."""
    said = f"{_origin(status)}; {_trust(status)}."
    if status.refused_from is not None:
        said += f" A newer one from {status.refused_from:,} incidents was worse in its trial and was not taken."
    return f"{said} {status.problem}" if status.problem else said


def _origin(status: ClassifierStatus) -> str:
    if status.learned is not None:
        return f"learned {status.learned:%Y-%m-%d %H:%M} UTC from {status.learned_from:,} tagged incidents"
    if status.learned_from:
        return f"rules alone: {status.learned_from:,} tagged incidents are too few to learn from"
    return "rules alone: it has not learned from tags yet"


def _trust(status: ClassifierStatus) -> str:
    lately, ever = status.lately, status.ever
    if not lately.judged:
        return "no guess has met staff's tags yet"
    said = f"staff's tags confirmed {lately.confirmed} of its last {lately.judged} likeliest guesses"
    said += f" ({_percent(lately.confirmed, lately.judged)})"
    if lately.sure_judged:
        said += f", and {lately.sure_confirmed} of {lately.sure_judged}"
        said += f" ({_percent(lately.sure_confirmed, lately.sure_judged)}) that it was sure of"
    return said + (f"; {ever.judged:,} judged in all" if ever.judged > lately.judged else "")


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.0%}".replace("%", " %")

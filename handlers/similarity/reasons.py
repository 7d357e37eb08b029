"""Why an incident was found, in words that a person can check against the bug."""

from __future__ import annotations

from handlers.similarity.adjustments import Corrections
from handlers.similarity.index import Index, Row
from handlers.similarity.profile import Theme
from handlers.similarity.topics import IDEAS

MOST_REASONS = 4
# In nats: less decides nothing.
_LEAST = 0.15


def follows(bug: int) -> str:
    """Return the reason of an incident that is found by what it follows."""
    return f"follows {bug}"


def reasons_for(index: Index, row: Row, theme: Theme, corrections: Corrections | None = None) -> tuple[str, ...]:
    """Name the few ideas and words that spoke most for an incident, strongest first; CA owners are never among them."""
    spoke: list[tuple[float, str]] = []
    for idea in IDEAS:
        how = row.ideas.get(idea.key)
        if how and (says := theme.ideas[idea.key] * how) > _LEAST:
            spoke.append((says, idea.title))
    for word, how in zip(row.words, row.says, strict=True):
        says = theme.words[word] * how
        if corrections is not None:
            says += corrections.words.get(word, 0.0) * how
        if says > _LEAST:
            spoke.append((says, index.words.word(word)))
    spoke.sort(key=lambda pair: (-pair[0], pair[1]))
    said: list[str] = []
    for _, words in spoke:
        # "crl" beside "Revocation lists (CRL)" or "wrong crl" repeats it.
        if not any(words.lower() in one.lower() or one.lower() in words.lower() for one in said):
            said.append(words)
            if len(said) == MOST_REASONS:
                break
    return tuple(said)

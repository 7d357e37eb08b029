"""The explanation of a term as text for a terminal, and as JSON."""

from typing import Any

from bot.formatting.explanation_text import explained
from bot.terminal.layout import Line, OutputStyle, line, sanitize
from handlers.results.explanations import Explanation


def render_term(explanation: Explanation, _style: OutputStyle) -> list[Line]:
    """Show a term in two sentences with its source."""
    return [line(sanitize(text)) for text in explanation_lines(explanation)]


def explanation_lines(explanation: Explanation) -> list[str]:
    """Return a term as lines: its name and kind, two sentences, the source."""
    term = explained(explanation)
    return [f"{term.name} ({term.kind})", *term.sentences, " ".join(filter(None, (term.source, term.link)))]


def explanation_document(explanation: Explanation) -> dict[str, Any]:
    """Return a term as a JSON document."""
    term = explained(explanation)
    return {
        "term": explanation.key,
        "kind": term.kind,
        "name": term.name,
        "sentences": list(term.sentences),
        "source": term.source,
        "link": term.link or None,
    }

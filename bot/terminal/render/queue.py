"""The queue of moderators as text for a terminal."""

from bot.formatting.pieces import plain_text
from bot.formatting.queue_text import describe_queue, entry_subject, queue_headline, reason_line
from bot.terminal.layout import Line, OutputStyle, line, sanitize
from bot.terminal.render.common import ROW_INDENT
from handlers.results.queue import Queue


def render_queue(queue: Queue, style: OutputStyle) -> list[Line]:
    """Show how many incidents need a word, then each with its reasons and its link."""
    lines = [line((queue_headline(queue), "head"))]
    for entry in queue.entries:
        bug = entry.incident.bug.id
        lines.append(Line((sanitize(plain_text(entry_subject(entry))),), truncate=True))
        for reason in entry.reasons:
            text = sanitize(plain_text(reason_line(reason, bug, queue.as_of, style.bug_url)))
            lines.append(Line((text,), indent=ROW_INDENT))
        comment = entry.reasons[0].comment
        link = style.bug_url(bug) + (f"#c{comment}" if comment else "")
        lines.append(Line(((link, "link"),), indent=ROW_INDENT))
    if queue.page + 1 < queue.page_count:
        lines.append(line((f"add page:{queue.page + 2} for the next", "quiet")))
    return [*lines, line((describe_queue(queue), "quiet"))] if queue.entries else lines

"""Lists of list messages as text for a terminal."""

from bot.formatting.alert_text import owner_and_title
from bot.formatting.message_text import describe_message, messages_headline
from bot.terminal.layout import Line, OutputStyle, line, sanitize
from handlers.results.messages import ListedMessage, MessageList

INDENT = 2


def render_messages(page: MessageList, style: OutputStyle) -> list[Line]:
    """Show how many there are, then each mail with its day, author, address and the bugs that it names."""
    lines = [line((messages_headline(page, sanitize), "head"))]
    for listed in page.messages:
        lines += _describe(listed, style)
    if page.page_count > 1:
        hint = "" if page.page + 1 >= page.page_count else f"; add page:{page.page + 2} for the next"
        lines.append(line((f"page {page.page + 1} of {page.page_count}{hint}", "quiet")))
    return lines


def _describe(listed: ListedMessage, style: OutputStyle) -> list[Line]:
    message = listed.message
    known = {incident.bug.id: incident for incident in listed.incidents}
    lines = [
        line((sanitize(message.subject) or "(no subject)", "head")),
        Line((describe_message(listed, sanitize), "  ", (sanitize(message.url), "link")), indent=INDENT),
    ]
    for bug in message.bugs:
        title = f"{owner_and_title(known[bug], sanitize, 100)}  " if bug in known else ""
        lines.append(Line(((str(bug), "bug"), f"  {title}", (style.bug_url(bug), "link")), indent=INDENT))
    return lines

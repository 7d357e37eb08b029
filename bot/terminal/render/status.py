"""The status of Rootwatch and its routes as text for a terminal."""

from bot.formatting.phrases import describe_classifier, describe_unreadable
from bot.formatting.waiting import describe_trouble
from bot.terminal.layout import Line, OutputStyle, Part, line, sanitize
from bot.terminal.render.common import format_counts
from handlers.results.alerts import RouteList
from handlers.results.status import Status

# unit, from how many seconds on it is used, its length in seconds
AGE_UNITS = (("days", 172_800, 86_400), ("hours", 7_200, 3_600), ("minutes", 120, 60), ("seconds", 0, 1))


def render_status(status: Status, style: OutputStyle) -> list[Line]:  # noqa: ARG001 (one signature for all)
    """Show how fresh each source is, what is stored, and the last errors."""
    lines = []
    for source in status.sources:
        pending = f", {source.backlog:,} still to read" if source.backlog else ""
        pending += f", {source.missed:,} changes found by sweeps only" if source.missed else ""
        problems = [source.error, source.warning, describe_unreadable(source.unreadable)]
        error: list[Part] = [part for text in problems if text for part in ("; ", (sanitize(text), "bad"))]
        lines.append(line((sanitize(source.name), "head"), f": {_format_age(source.age_seconds)}{pending}", *error))
    pending = f", comments of {status.comments_pending:,} still to read" if status.comments_pending else ""
    lines.append(line(f"{status.incidents:,} incidents, {status.messages:,} list messages{pending}"))
    lines.append(line(f"deliveries: {format_counts(status.deliveries) or 'none'}"))
    lines.append(line(f"classifier: {sanitize(describe_classifier(status.classifier))}"))
    lines += [line((sanitize(sentence), "bad")) for sentence in describe_trouble(status)]
    return lines + [line((f"{when:%Y-%m-%d %H:%M}Z  ", "quiet"), sanitize(error)) for when, error in status.errors]


def render_routes(route_list: RouteList, style: OutputStyle) -> list[Line]:  # noqa: ARG001 (one signature for all)
    """Show which events go to which Discord channel."""
    return [
        line(
            f"channel {route.channel}: {sanitize(', '.join(route.kinds))}",
            (f"  off: {sanitize(route.error)}" if route.error else "", "bad"),
        )
        for route in route_list.routes
    ] or [line("No channel is watched.")]


def _format_age(seconds: int | None) -> str:
    if seconds is None:
        return "not read to the end yet"
    unit, size = next((unit, size) for unit, minimum, size in AGE_UNITS if seconds >= minimum or not minimum)
    return f"read {seconds // size} {unit} ago"

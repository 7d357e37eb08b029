"""The status of Rootwatch and its routes as text for a terminal."""

from bot.formatting.alert_status import describe_kinds
from bot.formatting.phrases import describe_classifier, describe_freshness, describe_pending, describe_source_trouble
from bot.formatting.waiting import describe_processes, describe_trouble
from bot.formatting.wording import long_day, long_moment
from bot.terminal.layout import Line, OutputStyle, line, sanitize
from bot.terminal.render.common import format_counts
from handlers.results.alerts import RouteList
from handlers.results.status import Status


def render_status(status: Status, style: OutputStyle) -> list[Line]:  # noqa: ARG001 (one signature for all)
    """Show how fresh each source is, what is stored, what needs attention, and the last errors."""
    trouble = [*describe_source_trouble(status), *describe_trouble(status)]
    pending = describe_pending(status)
    waiting = f", {pending}" if pending else ""
    lines = [
        line((sanitize(describe_freshness(status)), "head")),
        line(f"alerts: {format_counts(status.deliveries) or 'none yet'}{waiting}"),
        line(f"sections by text: {sanitize(describe_classifier(status.classifier))}"),
    ]
    if processes := describe_processes(status):
        lines.append(line(f"bot: {sanitize(processes)}"))
    lines += [line((sanitize(sentence), "bad")) for sentence in trouble]
    return lines + [line((f"{long_moment(at)}  ", "quiet"), sanitize(error)) for at, error in status.errors]


def render_routes(route_list: RouteList, style: OutputStyle) -> list[Line]:  # noqa: ARG001 (one signature for all)
    """Show which events go to which Discord channel."""
    return [
        line(
            f"channel {route.channel}: {sanitize(describe_kinds(route))}, since {long_day(route.created)}",
            (f" · waiting: {sanitize(route.error)}" if route.error else "", "bad"),
        )
        for route in route_list.routes
    ] or [line("No channel is watched.")]

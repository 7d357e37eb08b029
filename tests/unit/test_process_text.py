"""What `status` says of the processes that run the bot or stand by."""

from datetime import UTC, datetime

from bot.chat.render.status import render_status as render_for_discord
from bot.formatting.waiting import describe_processes
from bot.terminal.layout import OutputStyle
from bot.terminal.render.status import render_status
from handlers.results.status import ClassifierStatus, ProcessStatus, Status

SEEN = datetime(2026, 11, 26, 12, 0, 5, tzinfo=UTC)
ACTIVE = ProcessStatus("alpha", 12, "active", SEEN)
STANDBY = ProcessStatus("beta", 7, "standby", SEEN)


def status(*processes):
    return Status((), 0, 0, (), 0, ClassifierStatus(), processes=processes)


def test_who_is_active_comes_before_who_stands_by():
    assert describe_processes(status(ACTIVE, STANDBY)) == (
        "active on alpha (process 12, seen 12:00:05 UTC); standing by: beta (process 7, seen 12:00:05 UTC)"
    )


def test_standbys_without_an_active_process_are_said_to_be_alone():
    assert describe_processes(status(STANDBY)).startswith("no process is active; standing by: beta")
    assert describe_processes(status()) == ""


def test_both_chats_show_it_and_members_of_discord_only_with_the_details():
    lines = "\n".join(str(line) for line in render_status(status(ACTIVE), OutputStyle(str)))
    assert "active on alpha" in lines
    assert "active on alpha" in render_for_discord(status(ACTIVE), detailed=True).embed.description
    assert render_for_discord(status(ACTIVE), detailed=False).embed is None

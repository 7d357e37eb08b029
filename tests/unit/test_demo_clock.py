"""The demonstration's time is the bot's own while it runs, and only then."""

import pickle
from datetime import UTC, datetime, timedelta

from bot.demo.clock import DemoClock
from bot.sources.bugzilla import parsing
from handlers.sections import service
from storage import sources

MOMENT = datetime(2024, 5, 7, 21, 40, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_all_layers_read_the_season_and_afterwards_the_real_time():
    clock = DemoClock(MOMENT)
    with clock.applied():
        for module in (service, sources, parsing):
            assert abs(module.datetime.now(UTC) - MOMENT) < 60 * SECOND
        clock.move_to(MOMENT + timedelta(days=7))
        assert abs(service.datetime.now(UTC) - MOMENT - timedelta(days=7)) < 60 * SECOND
    assert {module.datetime for module in (service, sources, parsing)} == {datetime}


def test_the_clock_never_goes_back():
    clock = DemoClock(MOMENT)
    clock.move_to(MOMENT - timedelta(days=1))
    assert clock.now() >= MOMENT


def test_times_made_meanwhile_are_plain_ones_that_another_process_can_take():
    with DemoClock(MOMENT).applied():
        made = [
            parsing.parse_timestamp("2024-05-07T21:40:00Z"),
            service.datetime.now(UTC),
            service.datetime(2024, 5, 7),
        ]
        assert all(type(pickle.loads(pickle.dumps(value))) is datetime for value in made)
        assert isinstance(MOMENT, service.datetime)

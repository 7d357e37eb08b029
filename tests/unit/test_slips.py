"""Commands of other bots that share the prefix are not taken for slips of ours."""

import pytest

from bot.formatting.command_specs import COMMANDS
from bot.formatting.slips import find_slip

NAMES = [spec.name for spec in COMMANDS]


OF_OTHERS = (
    "stats votes helpme watching summarize ping rank play level list review previews declined statistics poll "
    "leaderboard skip queue ban mute warn remind afk weather translate"
)


@pytest.mark.parametrize("typed", OF_OTHERS.split())
def test_a_command_of_another_bot_is_no_slip(typed):
    assert find_slip(typed, NAMES) is None


@pytest.mark.parametrize(
    ("typed", "name"),
    [("incidnets", "incidents"), ("incidets", "incidents"), ("summery", "summary"), ("sttaus", "status"),
     ("inncidents", "incidents"), ("hlep", "help")],
)  # fmt: skip
def test_swapped_missing_doubled_and_wrong_letters_are_slips(typed, name):
    assert find_slip(typed, NAMES) == name

"""The command line on a database of the invented lives."""

import json

import pytest

from bot.cli import main
from tests.support.lives import LIVES
from tests.support.replay import replay


@pytest.fixture(scope="session")
def lives_configuration(tmp_path_factory):
    """A configuration whose database has all lives, as they are at their end."""
    folder = tmp_path_factory.mktemp("lives")
    with replay("2027-06-01", corpus=LIVES / "lives_dev.jsonl") as server:
        path = folder / "rootwatch.toml"
        path.write_text(f'[database]\nurl = "sqlite:///lives.db"\n[bugzilla]\nurl = "{server.url}"\n')
        assert main(["--config", str(path), "sync", "--json"]) == 0
    return str(path)


@pytest.fixture
def ask(lives_configuration, capsys):
    """Run a command on the lives and return its output, the document if it is JSON."""

    def run(*line, code=0):
        assert main(["--config", lives_configuration, *line]) == code
        output = capsys.readouterr()
        return json.loads(output.out) if "--json" in line else output.out or output.err

    capsys.readouterr()
    return run

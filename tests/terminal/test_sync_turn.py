"""`rootwatch sync` while another process polls the same source."""

import asyncio
import json

from bot.cli import main
from storage import leases
from storage.database import Database
from tests.support.database import write
from tests.support.replay import replay
from tests.support.small_corpus import write_corpus


def hold_source(database_url):
    """Have a process on another host hold the lease of Bugzilla."""

    async def hold():
        database = Database(database_url)
        await database.open()
        assert await write(database, leases.acquire_lease, "poll bugzilla", "elsewhere/7/1-a", 60)
        await database.close()

    asyncio.run(hold())


def test_sync_that_waited_in_vain_says_who_has_the_source_and_prints_its_document(
    database_url, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr("bot.polling.leases.LEASE_WAIT_SECONDS", 1.0)
    hold_source(database_url)
    with replay(corpus=write_corpus(tmp_path)) as server:
        path = tmp_path / "rootwatch.toml"
        path.write_text(f'[database]\nurl = "{database_url}"\n[bugzilla]\nurl = "{server.url}"\n')
        assert main(["--config", str(path), "sync", "--json"]) == 1
    output = capsys.readouterr()
    sentence = "Process 7 on host elsewhere polls this source right now; try again in a minute."
    assert json.loads(output.out)["bugzilla"] == {
        "seen": 0, "new": 0, "changed": 0, "gone": 0, "requests": 0, "error": sentence,
    }  # fmt: skip
    assert f"bugzilla: {sentence}" in output.err

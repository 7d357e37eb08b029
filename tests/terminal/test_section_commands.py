"""Members' sections from a terminal: the command line's documents, and the chat's own lines."""

import asyncio
import io
import json

import pytest

from bot.cli import main
from bot.formatting.command_specs import OPERATOR_COMMANDS, SECTION_COMMANDS
from bot.terminal.repl import CommandInterpreter
from handlers.errors import UserError
from handlers.results.votes import VoteRules
from handlers.sections.command_parser import SectionCommandParser
from storage.database import Database
from tests.support.sections import (
    ALICE,
    BOB,
    CAROL,
    GEOGRAPHICAL,
    MANAGER,
    MODERATOR,
    STRANGER,
    UNRELATED,
    SectionsFixture,
    build_sections_fixture,
)


@pytest.fixture
def filled_folder(tmp_path, monkeypatch):
    """A folder with a database of incidents, few of them about places, and no configuration."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ROOTWATCH_CONFIG", raising=False)
    monkeypatch.setenv("ROOTWATCH__DATABASE__URL", "sqlite:///rootwatch.db")

    async def create_database():
        database = Database("sqlite:///rootwatch.db")
        await database.open()
        more_unrelated = {
            1_600_000 + index: UNRELATED[sorted(UNRELATED)[index % len(UNRELATED)]] for index in range(40)
        }
        await SectionsFixture(database).add_incidents(GEOGRAPHICAL | UNRELATED | more_unrelated)
        await database.close()

    asyncio.run(create_database())
    return tmp_path


def run_command(capsys, *line):
    code = main(line)
    output = capsys.readouterr()
    return code, json.loads(output.out) if output.out.startswith("{") else output.out, output.err


def test_addsection_gives_the_section_and_the_number_of_its_proposal(filled_folder, capsys):
    code, document, _ = run_command(capsys, "addsection", "Wrong", "places", "--bugs", "1658792,1658794", "--json")
    assert code == 0
    assert document["section"] == {
        "key": "wrong-places", "title": "Wrong places", "state": "proposed", "community": None, "incidents": 2,
        "by_tag": 0, "by_text": 0, "not_incidents": 0,
    }  # fmt: skip
    assert document["proposal"] == 1


def test_an_accepted_section_is_filled_before_the_answer_and_asked_for_like_a_built_in_one(filled_folder, capsys):
    line = (
        "addsection",
        "wrong places",
        "--bugs",
        "1658792 1658794",
        "--describe",
        "Where it is",
        "--accept",
        "--json",
    )
    _, document, _ = run_command(capsys, *line)
    incident_count = document["section"]["incidents"]
    assert (document["section"]["state"], incident_count) == ("active", 2 + document["would_assign"])
    _, incident_list, _ = run_command(capsys, "incidents", "Entrust", "--section", "wrong-places", "--json")
    assert incident_list["total"] == incident_count > 2
    origins = {
        section["by"]
        for incident in incident_list["incidents"]
        for section in incident["sections"]
        if section["key"] == "wrong-places"
    }
    assert origins == {"member", "text"}
    _, section_list, _ = run_command(capsys, "sections", "--json")
    assert document["section"] in section_list["sections"]


def test_preview_gives_all_incidents_but_the_examples_best_first(filled_folder, capsys):
    line = ("preview", "wrong places", "--bugs", "1658792", "--against", "1658801", "--json")
    _, document, _ = run_command(capsys, *line)
    assert (document["name"], document["key"]) == ("wrong places", "wrong-places")
    scores = [match["score"] for match in document["matches"]]
    assert scores == sorted(scores, reverse=True)
    assert {1658792, 1658801}.isdisjoint(match["bug"] for match in document["matches"])
    assert len(run_command(capsys, *line, "--limit", "1")[1]["matches"]) == 1
    assert "wrong-places" not in run_command(capsys, "sections")[1]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (("addsection", "xyzzy"), "name a few bugs"),
        (("addsection", "crl failure", "--bugs", "1658801"), "built-in"),
        (("addsection", "places", "--bugs", "12,-5"), "as an incident; it may be of another component"),
        (("preview", "xyzzy"), "name a few bugs"),
        (("preview", "crl-failure"), "built-in"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_on_standard_error(filled_folder, capsys, line, reason):
    code, output, errors = run_command(capsys, *line)
    assert (code, output) == (1, "")
    assert reason in errors


async def test_every_command_can_be_written_in_the_terminals_chat(database):
    sections = await build_sections_fixture(database)
    interpreter = CommandInterpreter(sections.use_cases, "!", io.StringIO())
    for line, text in (
        ("!addsection geographical 1658792 1658794 -- Where it is", "geographical: proposed, common to all"),
        (
            "preview geographical",
            "2 examples. 2 more look like them; the likely ones join once it is accepted and",
        ),
        ("preview geographical", "“geographical” would hold about 4 of 9 incidents."),
        ("preview geographical", "By CA: Entrust (4)\nBy year: 2024 4"),
        ("preview places 1658792 against: 1658801", "“places” would hold about"),
        ("judge geographical yes 1658796 no 1658801", "2 answers noted: 1658796, 1658801. 2 of 16 checked"),
        ("judge geographical", "Say which bugs belong"),
        ("vote geographical yes", "accept or decline it"),
        ("vote geographical", "Say what you vote on"),
        ("accept geographical", "“geographical” is a section now."),
        ("decline geographical", "has ended. Accepted by the operator"),
        ("rename geographical to Failure to place", "Failure to place: active"),
        ("rename Failure to place to Places", "Places: active"),
        ("describe places -- Where\x1b[31m", "Where"),
        ("describe places", "after two hyphens"),
        ("section geographical", "renamed by the operator: geographical → Failure to place"),
        ("addsection late 1658801", "late: proposed"),
        ("accept late", "late: active"),
        ("merge late into places", "places  Places: active"),
        ("share places", "common to all communities already"),
        ("retire places", "Retired by the operator."),
        ("addsection geographical 1658792", "geographical: proposed"),
        ("withdraw geographical", "The proposal “geographical” was withdrawn."),
        ("forget x", "by its number"),
        ("forget 99", "Removed 0 sections of community 99"),
        ("sectionrules", "votes:3 majority:50 days:7 decides:manage-server"),
        ("sectionrules votes:5", "in one of the server's channels"),
        ("sections", "more are empty or declined; section "),
        ("help judge", "judge NAME yes BUGS no BUGS"),
    ):
        reply = await interpreter.reply(line)
        assert text in reply, (line, reply)
        assert "\x1b" not in reply


async def test_members_write_the_same_lines(database):
    sections = await build_sections_fixture(database)
    handlers = SectionCommandParser(sections.service).handlers
    assert set(handlers) == {spec.name for spec in (*SECTION_COMMANDS, *OPERATOR_COMMANDS)}
    await handlers["addsection"](
        ALICE, "geographical 1658792\nHello, see https://bugzilla.mozilla.org/show_bug.cgi?id=1658794"
    )
    assert (await handlers["sectionrules"](MANAGER, "votes:2 days:3")) == VoteRules(quorum=2, days=3)
    with pytest.raises(UserError, match="votes:x is not a number"):
        await handlers["sectionrules"](MANAGER, "votes:x")
    with pytest.raises(UserError, match="Write all or some of the rules"):
        await handlers["sectionrules"](MANAGER, "more of it")
    with pytest.raises(UserError, match="No section called"):
        await handlers["vote"](STRANGER, "geographical yes")
    await handlers["vote"](BOB, "geographical no")
    await handlers["vote"](BOB, "geographical YES")
    assert (await handlers["vote"](CAROL, "geographical +")).section.state == "active"
    assert (await handlers["rename"](MODERATOR, "geographical to Places")).key == "places"

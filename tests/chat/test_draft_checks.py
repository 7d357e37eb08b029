"""The command checkreport: where a draft may be given, what is answered to whom, and that nothing of it stays."""

import logging
import sqlite3
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.components.draft_modal import MAX_TEXT
from bot.chat.draft_files import MAX_FILE_BYTES, decode_draft
from handlers.errors import UserError
from tests.support.drafts import PRELIMINARY, TITLE, WITHOUT_POLICIES

pytestmark = pytest.mark.simcord(check_errors=False)
SECRET = "zebrafish"
COMPLETE = "Preliminary incident report, guidelines 3.2: nothing missing, no remarks"
ONE_MISSING = "Preliminary incident report, guidelines 3.2: 1 field missing, no remarks"


def drafts(env):
    return [call for call in env.bot.use_cases.calls if len(call) == 2 and isinstance(call[1], str)]


async def test_a_slash_command_opens_a_form_whose_answer_only_the_member_sees(env, channel, member):
    form = await member.slash(channel, "checkreport")
    assert form.modal["title"] == "Check a draft of a report"
    long_field = form.modal["components"][0]["component"]
    assert (long_field["max_length"], long_field["style"]) == (MAX_TEXT, 2)
    answer = await member.submit_modal(form, {"draft": WITHOUT_POLICIES, "title": TITLE})
    assert answer.ephemeral
    assert answer.response.content == ONE_MISSING
    lines = answer.response.embeds[0].description.split("\n")
    assert lines[:2] == ["**Missing, empty or still the form’s own text**", "Relevant policies"]
    assert lines[2] == "**Related incidents that it does not name**"
    assert lines[3].startswith("[13](https://bugs.example/show_bug.cgi?id=13) DigiCert: EV jurisdiction wrong")
    assert answer.response.embeds[0].footer.text.endswith("nothing of the draft is stored")
    (file,) = answer.response.attachments
    assert file.filename == "related-incidents.md"
    assert channel.last_message is None or SECRET not in channel.last_message.content
    assert drafts(env) == [(WITHOUT_POLICIES, TITLE)]
    assert not env.errors


async def test_a_draft_longer_than_one_field_goes_on_in_the_next(env, channel, member):
    form = await member.slash(channel, "checkreport", title=TITLE)
    assert form.modal["components"][2]["component"]["value"] == TITLE
    head, rest = PRELIMINARY[:90].rsplit("\n", 1)[0], PRELIMINARY[len(PRELIMINARY[:90].rsplit("\n", 1)[0]) + 1 :]
    answer = await member.submit_modal(form, {"draft": head, "rest": rest, "title": ""})
    assert answer.response.content == COMPLETE


async def test_a_file_is_checked_at_once_and_answered_alone(env, channel, member):
    file = ("draft.md", PRELIMINARY.encode("utf-16"))
    answer = await member.slash(channel, "checkreport", file=file, title=TITLE)
    assert answer.ephemeral
    assert answer.response.content == COMPLETE
    assert drafts(env)[-1] == (PRELIMINARY, TITLE)
    assert not env.errors


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (("draft.md", b"x" * (MAX_FILE_BYTES + 1)), "too large for a draft"),
        (("draft.docx", b"PK\x03\x04"), "only from a text file"),
        (("draft.txt", b"PK\x03\x04\x00\x00"), "only from a text file"),
        (("draft.md", b"  \n"), "There is no text to check"),
    ],
)
async def test_what_is_no_draft_is_refused_with_the_reason(env, channel, member, file, sentence):
    answer = await member.slash(channel, "checkreport", file=file)
    assert answer.ephemeral
    assert sentence in answer.response.content.replace("\\", "")
    assert not env.bot.use_cases.calls or not drafts(env)[-1][0].strip()


async def test_in_a_direct_message_text_and_files_are_answered_there(env):
    bob = env.create_user("bob")
    await bob.send_dm(f"checkreport\n{PRELIMINARY}")
    assert bob.dm_channel.last_message.content == COMPLETE
    files = env.backend.store_attachments(bob.dm_channel.id, [("message.txt", WITHOUT_POLICIES.encode())])
    await bob.send_dm(f"!checkreport {TITLE}", attachments=files)
    assert bob.dm_channel.last_message.content == ONE_MISSING
    assert drafts(env)[-1] == (WITHOUT_POLICIES, TITLE)
    # what is too long for a message is made a file by Discord, with the command in it
    files = env.backend.store_attachments(bob.dm_channel.id, [("message.txt", f"checkreport {PRELIMINARY}".encode())])
    await bob.send_dm("", attachments=files)
    assert "write `!checkreport` beside the file" in bob.dm_channel.last_message.content
    await bob.send_dm("checkreport")
    assert bob.dm_channel.last_message.content.startswith("Send the draft with it: `!checkreport`")
    assert not env.errors


async def test_by_prefix_or_mention_in_a_channel_it_is_refused_with_the_way(env, channel, member):
    for line in (f"!checkreport {PRELIMINARY}", f"<@{env.bot.user.id}> checkreport {PRELIMINARY}"):
        await member.send(channel, line)
        content = channel.last_message.content
        assert content.startswith("I do not read drafts in a channel")
        assert "`/checkreport`" in content
        assert content.endswith("You may want to delete your message.")
    await member.send(channel, "!checkreport", attachments=[("draft.md", PRELIMINARY.encode())])
    assert channel.last_message.content.endswith("You may want to delete your message.")
    await member.send(channel, "!checkreport")
    assert channel.last_message.content.endswith("in a direct message.")
    assert not drafts(env)
    assert not env.errors


async def test_remarks_have_their_rule_and_quote_harmlessly(env, channel, member):
    draft = (
        PRELIMINARY.replace("Preliminary", "Full")
        + "\n### Action Items\n\n| Action Item | Kind | Due Date |\n|---|---|---|\n| @everyone **boo** [x](http://x) | "
        "Prevent | |\n"
    )
    form = await member.slash(channel, "checkreport")
    answer = await member.submit_modal(form, {"draft": draft})
    description = answer.response.embeds[0].description
    assert "**Remarks**" in description
    assert "(CCADB guidelines" in description.replace("\\", "")
    assert "**boo" not in description
    assert "[x](http" not in description
    assert not env.errors


async def test_a_fault_is_answered_and_named_without_the_draft(env, channel, member, bot_environment, caplog):
    caplog.set_level(logging.DEBUG)
    form = await member.slash(channel, "checkreport")
    answer = await member.submit_modal(form, {"draft": f"boom {SECRET}"})
    assert answer.response.content.startswith("Something went wrong here")
    assert bot_environment.problems == ["The form for a draft failed: DraftNotChecked"]
    assert "DraftNotChecked" in caplog.text
    assert SECRET not in "".join(record.getMessage() for record in caplog.records if record.name.startswith("bot"))


class TestTheWholeProgram:
    """Nothing of a draft is in the database or the log, wherever it was given."""

    @pytest.fixture
    def simcord_bot(self, program):
        return program.bot

    @pytest.fixture
    def database_url(self, sqlite_template, tmp_path):
        path = tmp_path / "rootwatch.db"
        path.write_bytes(sqlite_template.read_bytes())
        return f"sqlite:///{path}"

    async def test_nothing_of_a_draft_stays(self, env, channel, member, program, tmp_path, caplog):
        caplog.set_level(logging.DEBUG, "bot")
        caplog.set_level(logging.DEBUG, "handlers")
        draft = PRELIMINARY.replace("Four OV", f"{SECRET} OV")
        form = await member.slash(channel, "checkreport")
        assert (await member.submit_modal(form, {"draft": draft})).response.content == COMPLETE
        bob = env.create_user("bob")
        await bob.send_dm(f"checkreport {draft}")
        assert bob.dm_channel.last_message.content == COMPLETE
        await member.send(channel, f"!checkreport {draft}")
        await member.send(channel, f"!chekreport {draft}")
        with sqlite3.connect(tmp_path / "rootwatch.db") as connection:
            dump = "\n".join(connection.iterdump())
        assert "Incident number" in dump
        assert SECRET not in dump
        ours = (record for record in caplog.records if record.name.split(".")[0] in {"bot", "handlers", "storage"})
        assert SECRET not in "\n".join(record.getMessage() for record in ours)
        assert SECRET not in str(await program.use_cases.status.status())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "windows-1252"])
def test_any_usual_encoding_is_read(encoding):
    assert decode_draft("What didn’t go well: ä".encode(encoding)) == "What didn’t go well: ä"


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content):
    with suppress(UserError):
        assert "\x00" not in decode_draft(content)

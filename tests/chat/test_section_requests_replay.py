"""List messages that ask for a section: what happens to their alerts later, against the replay of real incidents."""

import pytest

from bot.polling.results import NullProgress
from tests.chat.interactions import fields, poll_and_deliver, refetch
from tests.chat.section_requests import (
    BUG,
    OTHER_BUG,
    REQUEST,
    UNKNOWN,
    buttons,
    form_values,
    press_button,
)
from tests.support.replay import replay
from tests.support.small_corpus import FIRST_BUG, build_app, file_bug, write_corpus, write_messages

pytestmark = pytest.mark.simcord(check_errors=False)


@pytest.fixture
def simcord_bot(program):
    return program.bot


class TestInTheReplay:
    """What happens to bugs later, with invented ones behind the replay."""

    @pytest.fixture
    def server(self, tmp_path):
        with replay(corpus=write_corpus(tmp_path), messages=write_messages(tmp_path)) as server:
            yield server

    @pytest.fixture
    def program(self, database_url, server):
        return build_app(database_url, server.url, server.list_url)

    def post(self, server, body):
        server.control(advance=60, post={"subject": "Some incidents", "body": body})

    async def test_a_named_bug_that_becomes_restricted_leaves_the_alert_and_the_form(
        self, program, watched_channel, server, member
    ):
        new = file_bug(server, "Entrust: Zanzibarquux")
        await poll_and_deliver(program, watched_channel)
        self.post(server, REQUEST.replace(str(UNKNOWN), str(new)))
        alert = await poll_and_deliver(program, watched_channel)
        assert "Zanzibarquux" in str(fields(alert))
        server.control(advance=60, hide=new)
        await poll_and_deliver(program, watched_channel)
        alert = refetch(watched_channel, alert)
        assert "Zanzibarquux" not in str(alert.embeds[0].to_dict())
        assert str(new) in fields(alert)["Not known here"]
        assert str(new) not in str(form_values(await press_button(member, alert)))
        server.control(advance=60, show=new)
        await poll_and_deliver(program, watched_channel)
        assert "Zanzibarquux" in str(fields(refetch(watched_channel, alert)))
        await program.close()

    async def test_a_bug_that_is_filed_after_the_request_is_listed_when_it_is_known(
        self, program, watched_channel, server
    ):
        self.post(server, REQUEST.replace(str(UNKNOWN), str(FIRST_BUG + 12)))
        alert = await poll_and_deliver(program, watched_channel)
        assert str(FIRST_BUG + 12) in fields(alert)["Not known here"]
        assert file_bug(server, "Entrust: Zanzibarquux") == FIRST_BUG + 12
        await poll_and_deliver(program, watched_channel)
        assert "Zanzibarquux" in fields(refetch(watched_channel, alert))["Asks for a section: geographical"]
        await program.close()

    async def test_only_the_alerts_that_list_a_withdrawn_bug_are_edited(self, program, watched_channel, server):
        bodies = [
            REQUEST,
            f"Could we add a section for weak keys? See bug {BUG + 1} and bug {OTHER_BUG + 1}.",
            f"Bug {BUG} and bug {OTHER_BUG} are worth reading.",
        ]
        for body in bodies:
            self.post(server, body)
        await poll_and_deliver(program, watched_channel)
        server.control(advance=60, hide=BUG)
        await program.poll()
        table, event = program.database.tables["delivery"], program.database.tables["event"]
        async with program.database.read() as transaction:
            query = table.select().join(event, event.c.id == table.c.event).where(event.c.kind == "message")
            stale = [row["stale"] for row in (await transaction.execute(query.order_by(table.c.id))).mappings()]
        # the third shows the titles of the bugs that it names
        assert stale == [1, 0, 1]
        await program.close()


class TestWithTheCorpus:
    """The real list, of whose 26 messages a person would pick one."""

    @pytest.fixture
    def server(self):
        with replay("2024-05-07T12:00:00Z") as server:
            yield server

    @pytest.fixture
    def program(self, tmp_path, server):
        return build_app(f"sqlite:///{tmp_path / 'rootwatch.db'}", server.url, server.list_url)

    async def test_the_request_of_may_2024_and_no_other_has_the_button(self, program, watched_channel, server, member):
        server.control(now="2024-05-08T00:00:00Z")
        alert = await poll_and_deliver(program, watched_channel)
        lines = fields(alert)["Asks for a section: geographical"].splitlines()
        assert [line.split("[")[1][:7] for line in lines] == ["1658792", "1658794", "1802916", "1804753", "1867130"]
        assert all("Entrust" in line for line in lines)
        server.control(now="2025-12-31T00:00:00Z")
        poll_result = await program.poller.poll_list(program.settings.lists[0], NullProgress(), on_schedule=False)
        assert poll_result.error is None
        await program.deliver()
        requests = [message for message in watched_channel.history() if "Asks for a section" in str(message.embeds)]
        messages = [message for message in watched_channel.history() if message.components]
        with_button = [
            message.id
            for message in messages
            if any(button.label == "Propose this section" for button in buttons(message))
        ]
        assert with_button == [alert.id]
        assert len(requests) <= 1
        result = await press_button(member, alert)
        assert list(form_values(result).values())[:2] == ["geographical", "1658792 1658794 1802916 1804753 1867130"]
        await member.submit_modal(result, form_values(result))
        assert "geographical" in await program.use_cases.sections.titles(watched_channel.guild.id)
        await program.close()

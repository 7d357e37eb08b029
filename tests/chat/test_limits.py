"""What one member may ask for in a short time, and how much text at once."""

import pytest

from bot.chat.limits import MAX_USES
from handlers.parsing.proposal_parser import MAX_TEXT_LENGTH
from tests.chat.places import STATE, bugs_about_places

pytestmark = pytest.mark.simcord(check_errors=False)


async def test_a_costly_command_is_refused_for_a_while_to_whoever_used_it_often(env, channel, member, manager):
    for _ in range(MAX_USES):
        await member.send(channel, "!similar 5")
        assert channel.last_message.embeds
    await member.send(channel, "!similar 5")
    assert channel.last_message.content.startswith(f"You have used similar {MAX_USES} times just now; it works again")
    refused = await member.slash(channel, "similar", bug="5")
    assert refused.ephemeral
    assert "it works again for you in" in refused.response.content
    await member.send(channel, "!incident 5")
    assert channel.last_message.embeds
    await manager.send(channel, "!similar 5")
    assert channel.last_message.embeds


async def test_buttons_count_as_the_commands_that_they_stand_for(env, channel, member):
    await member.send(channel, "!incident 5")
    answer = channel.last_message
    for _ in range(MAX_USES):
        assert (await member.click(answer, label="Similar")).response.embeds
    refused = await member.click(answer, label="Similar")
    assert refused.ephemeral
    assert refused.response.content.startswith(f"You have used similar {MAX_USES} times just now; it works again")
    assert (await member.click(answer, label="Why")).response.embeds
    await member.send(channel, "!similar 5")
    assert channel.last_message.content.startswith("You have used similar")


class TestSections:
    @pytest.fixture
    def bugs(self):
        return bugs_about_places()

    @pytest.fixture
    def simcord_bot(self, program):
        return program.bot

    async def test_a_huge_file_is_read_in_part_and_the_member_is_told(self, env, channel, members):
        text = f"as in bug {STATE}\n" + "https://" * (MAX_TEXT_LENGTH // 8 + 1)
        await members[0].send(channel, "!addsection Other places", attachments=[("message.txt", text.encode())])
        note, proposal = channel.history()[-2:]
        assert note.content.startswith(f"I read only the first {MAX_TEXT_LENGTH:,} characters")
        assert f"[{STATE}]" in proposal.embeds[0].description

    async def test_the_buttons_that_rank_all_incidents_count_too(self, env, channel, members, proposal):
        for label, command in (("What it would hold", "preview"), ("Check some", "judge")):
            for _ in range(MAX_USES):
                assert (await members[1].click(proposal, label=label)).response.embeds
            refused = await members[1].click(proposal, label=label)
            assert refused.ephemeral
            assert refused.response.content.startswith(f"You have used {command} {MAX_USES} times just now")
            assert (await members[2].click(proposal, label=label)).response.embeds

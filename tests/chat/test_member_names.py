"""The names of members in the answers about sections: shown as the server shows them, and harmless."""

import pytest

from handlers.actor import OPERATOR
from tests.chat.interactions import last_text
from tests.chat.places import COUNTRY, STATE, bugs_about_places
from tests.support.small_corpus import rows

pytestmark = pytest.mark.simcord(check_errors=False)
HOSTILE = "@everyone [x](http://y) **z**"


@pytest.fixture
def bugs():
    return bugs_about_places()


@pytest.fixture
def simcord_bot(program):
    return program.bot


@pytest.fixture
def hostile(env, guild):
    return guild.add_member(env.create_user("eve"), nick=HOSTILE)


async def test_a_proposer_is_named_and_a_hostile_name_does_nothing(env, program, channel, hostile, manager):
    await hostile.send(channel, f"!addsection Wrong places {COUNTRY} {STATE}")
    message = channel.last_message
    assert "Proposed by \\@everyone \\[x\\]\\(http\\://y\\) \\*\\*z\\*\\*" in message.embeds[0].description
    assert "<@" not in str(message.embeds[0].to_dict())
    assert not message.mention_everyone
    await manager.send(channel, "!accept Wrong places")
    await hostile.send(channel, "!section Wrong places")
    history = channel.last_message.embeds[0].fields[-1].value
    assert "by \\@everyone \\[x\\]\\(" in history
    assert "(mallory)" in history
    assert "<@" not in history
    assert not channel.last_message.mentions


async def test_names_go_with_the_community(env, program, guild, channel, hostile):
    await hostile.send(channel, f"!classify {COUNTRY} crl-failure")
    assert last_text(channel).startswith(f"{COUNTRY} is now in CRL failure")
    assert [row[0] for row in await rows(program, "SELECT member_name FROM correction")] == [HOSTILE]
    await program.use_cases.custom_sections.delete_community(OPERATOR, guild.id)
    assert [row[0] for row in await rows(program, "SELECT member_name FROM correction")] == [""]

"""The chat of one server: a bot with fake use cases, or a whole program that polls a small Bugzilla.

A file that tests the whole program overrides `simcord_bot` to return `program.bot`.
"""

import discord
import pytest

from tests.chat.places import COUNTRY, STATE
from tests.support.fake_use_cases import BotEnvironment
from tests.support.small_corpus import build_app, invented_bugs, small_bugzilla


@pytest.fixture
def bot_environment() -> BotEnvironment:
    return BotEnvironment()


@pytest.fixture
def simcord_bot(bot_environment: BotEnvironment):
    return bot_environment.bot()


@pytest.fixture
def bugs():
    """The bugs of the small Bugzilla; a file overrides this if it needs others."""
    return invented_bugs()


@pytest.fixture
async def running_bugzilla(bugs):
    """A small Bugzilla and its URL."""
    async with small_bugzilla(bugs) as (bugzilla, url):
        yield bugzilla, url


@pytest.fixture
def bugzilla(running_bugzilla):
    return running_bugzilla[0]


@pytest.fixture
async def program(database_url, running_bugzilla):
    """The whole program on a database of its own."""
    app = build_app(database_url, running_bugzilla[1])
    yield app
    await app.close()


@pytest.fixture
async def first_poll(simcord_env, program):
    assert not (await program.poll()).failed


@pytest.fixture
def env(request, simcord_env):
    """The simulated Discord; a whole program has polled once."""
    if "program" in request.fixturenames:
        request.getfixturevalue("first_poll")
    return simcord_env


@pytest.fixture
def guild(env):
    return env.create_guild()


@pytest.fixture
def channel(guild):
    return guild.create_text_channel("alerts")


@pytest.fixture
def member(env, guild):
    return guild.add_member(env.create_user("alice"))


@pytest.fixture
def members(env, guild):
    return [guild.add_member(env.create_user(name)) for name in ("alice", "bob", "carol", "dave")]


@pytest.fixture
def moderator(env, guild):
    role = guild.create_role("Moderators", permissions=discord.Permissions(manage_messages=True))
    return guild.add_member(env.create_user("mia"), roles=[role])


@pytest.fixture
def manager(env, guild):
    role = guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
    return guild.add_member(env.create_user("mallory"), roles=[role])


@pytest.fixture
async def watched_channel(channel, manager):
    await manager.send(channel, "!watch")
    return channel


@pytest.fixture
async def proposal(channel, members):
    """The message of a proposed section whose vote is open; alice proposed it."""
    await members[0].send(channel, f"!addsection Wrong places {COUNTRY} {STATE} -- Where the subject is")
    return channel.last_message

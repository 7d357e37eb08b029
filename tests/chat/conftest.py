"""The chat of one server, with a bot that answers from `around`; tests of the real answers have bots of their own."""

import discord
import pytest

from tests.support.fake_queries import BotEnvironment


@pytest.fixture
def around() -> BotEnvironment:
    return BotEnvironment()


@pytest.fixture
def simcord_bot(around: BotEnvironment):
    return around.bot()


@pytest.fixture
def env(simcord_env):
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
def manager(env, guild):
    role = guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
    return guild.add_member(env.create_user("mallory"), roles=[role])

from datetime import date

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.components.pagination import QUERY_EXPIRED, PageButton, decode_query, encode_query
from handlers.queries.filters import IncidentQuery
from storage.values.incidents import IncidentFilter

# Rejected commands reach discord.py as exceptions on purpose; unexpected errors are in bot_environment.problems.
pytestmark = pytest.mark.simcord(check_errors=False)


def buttons(message):
    return {item.label: item for row in message.components for item in row.children if hasattr(item, "label")}


async def post_button(bot, channel, custom_id):
    """Post a message with a button, as it stands in a channel from earlier."""
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Next", custom_id=custom_id))
    await bot.get_channel(channel.id).send("An older page", view=view)
    return channel.last_message


async def test_pages_are_turned_forth_and_back(env, channel, member):
    await member.send(channel, "!incidents Entrust")
    first = channel.last_message
    assert first.embeds[0].footer.text == "1–6 of 23"
    assert [(label, button.disabled) for label, button in buttons(first).items()] == [
        ("‹", True), ("1/4", True), ("›", False), ("Open only", False),
    ]  # fmt: skip
    assert all(len(button.custom_id) < 100 for button in buttons(first).values())
    await member.click(first, label="›")
    second = channel.last_message
    assert second.id == first.id
    assert second.embeds[0].footer.text == "7–12 of 23"
    assert [button.disabled for button in buttons(second).values()] == [False, True, False, False]
    await member.click(second, label="‹")
    assert channel.last_message.embeds[0].footer.text == "1–6 of 23"


async def test_nothing_of_a_posted_list_is_held_in_memory(env, channel, member):
    await member.send(channel, "!incidents Entrust")
    await member.click(channel.last_message, label="›")
    store = env.bot._connection._view_store
    assert (store._views, store._synced_message_views) == ({}, {})


async def test_a_button_shows_the_open_ones_only_and_all_again(env, channel, member, bot_environment):
    await member.send(channel, "!incidents Entrust 2024 page 3")
    await member.click(channel.last_message, label="Open only")
    assert bot_environment.use_cases.calls[-1] == (IncidentQuery("Entrust 2024 page 3", state="open"), 0)
    shown = channel.last_message
    assert shown.content.endswith("23 open incidents")
    # what every line would say is not said
    assert "open ·" not in shown.embeds[0].description
    assert "🟠" not in shown.embeds[0].description
    await member.click(shown, label="Closed too")
    assert bot_environment.use_cases.calls[-1][0].state is None


async def test_the_menu_shows_one_of_the_incidents_to_the_member_who_chose(env, channel, member):
    await member.send(channel, "!incidents Entrust")
    posted = channel.last_message
    menu = posted.components[0].children[0]
    assert [option.value for option in menu.options] == [str(1897630 - n) for n in range(6)]
    assert menu.options[0].label == "1897630 Jurisdiction issue in some EV certificates"
    result = await member.select(posted, custom_id=menu.custom_id, values=["1897629"])
    assert result.ephemeral
    assert "id=1897629" in result.response.embeds[0].url
    assert channel.last_message.id == posted.id


async def test_pages_are_turned_after_a_restart(env, channel, member, bot_environment):
    await member.slash(channel, "incidents", ca="Entrust")
    await env.restart_bot(bot_environment.bot())
    message = channel.last_message
    await member.click(message, label="›")
    assert channel.last_message.embeds[0].footer.text.startswith("7–12 of 23")
    assert not env.errors


async def test_nothing_is_stored_for_a_page(env, channel, member, bot_environment):
    options = {
        "ca": "Entrust",
        "section": "ev-misissuance",
        "open": "yes",
        "since": "2024-01-02",
        "until": "2024-12-31",
    }
    await member.slash(channel, "incidents", **options)
    message = channel.last_message
    await member.click(message, label="›")
    first, second = bot_environment.use_cases.calls
    assert (
        first[0]
        == second[0]
        == IncidentQuery("Entrust", "ev-misissuance", "open", date(2024, 1, 2), date(2024, 12, 31))
    )
    assert (first[1], second[1]) == (0, 1)
    assert not bot_environment.use_cases.button_states.stored


async def test_a_query_too_long_for_an_id_is_stored(env, channel, member, bot_environment):
    name = "A CA with a name of " + "very " * 14 + "many words"
    await member.send(channel, f"!incidents {name}")
    message = channel.last_message
    assert bot_environment.use_cases.button_states.stored == {"q1": name}
    await member.click(message, label="›")
    assert bot_environment.use_cases.calls[-1] == (IncidentQuery(name), 1)
    assert channel.last_message.embeds[0].footer.text.startswith("7–12 of 23")


async def test_a_button_of_an_earlier_version_turns_pages(env, channel, member, bot_environment, simcord_bot):
    bot_environment.use_cases.button_states.stored["0123456789abcdef"] = "Entrust open:yes"
    message = await post_button(simcord_bot, channel, "rw:page:0123456789abcdef:1:n")
    await member.click(message, label="Next")
    assert bot_environment.use_cases.calls == [(IncidentQuery("Entrust", state="open"), 1)]
    assert channel.last_message.id == message.id
    assert channel.last_message.embeds[0].footer.text.startswith("7–12 of 23")


@pytest.mark.parametrize(
    "custom_id", ["rw:page:0123456789abcdef:1:n", "rw:list:1:n:o:20249999::ev-misissuance:Entrust"]
)
async def test_a_query_that_is_gone_is_said(env, channel, member, simcord_bot, custom_id):
    message = await post_button(simcord_bot, channel, custom_id)
    result = await member.click(message, label="Next")
    assert result.ephemeral
    assert result.response.content == f"{QUERY_EXPIRED} For example: `!incidents Entrust open`"
    assert channel.last_message.content == "An older page"


@pytest.mark.parametrize("custom_id", ["rw:page:0123456789abcdef:999999:n", "rw:list:999999:n:::::Entrust"])
async def test_after_the_last_page_comes_the_last_page(env, channel, member, bot_environment, simcord_bot, custom_id):
    bot_environment.use_cases.button_states.stored["0123456789abcdef"] = "Entrust"
    message = await post_button(simcord_bot, channel, custom_id)
    await member.click(message, label="Next")
    assert channel.last_message.embeds[0].footer.text.startswith("19–23 of 23")
    assert [button.disabled for button in buttons(channel.last_message).values()] == [False, True, True, False]


async def test_a_ca_that_is_no_longer_known_is_said(env, channel, member, simcord_bot):
    message = await post_button(simcord_bot, channel, "rw:list:1:n:::::Nobody")
    result = await member.click(message, label="Next")
    assert result.ephemeral
    assert "No CA owner called" in result.response.content


async def test_a_button_that_fails_says_so(env, channel, member, bot_environment, simcord_bot, monkeypatch):
    async def broken(_key):
        raise RuntimeError("it broke")

    monkeypatch.setattr(bot_environment.use_cases.button_states, "load", broken)
    message = await post_button(simcord_bot, channel, "rw:page:0123456789abcdef:1:n")
    result = await member.click(message, label="Next")
    assert result.ephemeral
    assert "Something went wrong" in result.response.content
    assert bot_environment.problems == ["A button that turns pages failed: RuntimeError"]


@given(
    st.builds(
        IncidentFilter,
        cas=st.lists(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=60), max_size=2).map(
            tuple
        ),
        section=st.none() | st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True),
        state=st.sampled_from([None, "open", "closed"]),
        since=st.none() | st.dates(),
        until=st.none() | st.dates(),
    )
)
def test_a_button_asks_what_the_list_was_asked(filters):
    encoded = encode_query(filters)
    if encoded is None:
        assert len(f"{filters.section or ''}{', '.join(filters.cas)}") > 40
        return
    button = PageButton(999999, "n", encoded)
    assert len(button.custom_id) <= 100
    match = PageButton.__discord_ui_compiled_template__.fullmatch(button.custom_id)
    assert match["query"] == encoded
    assert decode_query(encoded) == IncidentQuery(
        ", ".join(filters.cas), filters.section or "", filters.state, filters.since, filters.until
    )


async def test_one_page_has_a_menu_and_no_buttons(env, channel, member):
    await member.send(channel, "!incidents hostile")
    (row,) = channel.last_message.components
    assert [child.custom_id for child in row.children] == ["rw:show"]

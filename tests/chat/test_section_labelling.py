"""Label incidents for a section in Discord, and see its incidents in alerts and in its message."""

import re

import discord
import pytest

from bot.polling.results import NullProgress
from handlers.actor import OPERATOR
from tests.chat.interactions import (
    choose,
    components,
    plain_description,
    plain_fields,
    plain_last_text,
    press,
    private_text,
    refetch,
)
from tests.chat.places import COUNTRY, STATE, bugs_about_places
from tests.support.small_corpus import FIRST_BUG, rows

pytestmark = pytest.mark.simcord(check_errors=False)


@pytest.fixture
def bugs():
    return bugs_about_places()


@pytest.fixture
def simcord_bot(program):
    return program.bot


async def test_members_label_batches_and_each_answer_teaches(env, channel, members, proposal):
    result = await press(members[1], proposal, "judge")
    assert result.ephemeral
    batch = [option.value for option in components(result.response)["verdict:in"].options]
    assert 1 <= len(batch) <= 8
    assert batch == [option.value for option in components(result.response)["verdict:out"].options]
    assert "0 of 16 checked" in result.response.embeds[0].description
    result = await choose(members[1], result.response, "verdict:in", batch[:2])
    description = result.response.embeds[0].description
    assert f"{batch[0]} belongs" in description
    assert "2 of 16 checked" in description
    unlabelled = [option.value for option in components(result.response)["verdict:in"].options]
    assert sorted(unlabelled) == sorted(batch[2:])
    result = await press(members[1], result.response, "rest:out")
    assert f"{batch[2]} does not" in result.response.embeds[0].description
    assert "4 examples: " in plain_description(refetch(channel, proposal))
    assert f"({len(batch)} checked)" in plain_description(refetch(channel, proposal))
    assert not set(batch) & {
        option.value for item in components(result.response).values() for option in getattr(item, "options", [])
    }
    await members[1].send(channel, f"!judge wrong-places no {batch[0]}")
    assert plain_last_text(channel) == "1 answer noted for “Wrong places”."
    assert plain_description(channel.last_message).startswith(f"[{batch[0]}]")
    await members[1].send(channel, "!judge wrong-places")
    assert channel.last_message.content.startswith(("Do these belong in “Wrong places”?", "Nothing is left"))
    assert not env.errors


async def test_a_batch_keeps_its_titles_after_the_first_answers(env, channel, members, proposal, monkeypatch):
    result = await press(members[1], proposal, "judge")
    labels = {option.value: option.label for option in components(result.response)["verdict:in"].options}
    # as with many incidents, of which these are no longer among the first ones or in the next batch
    monkeypatch.setattr("handlers.sections.preview.MAX_SHOWN", 0)
    monkeypatch.setattr("handlers.sections.preview.BATCH_SIZE", 0)
    first, *rest = labels
    result = await choose(members[1], result.response, "verdict:in", [first])
    assert {option.value: option.label for option in components(result.response)["verdict:in"].options} == {
        bug: labels[bug] for bug in rest
    }


async def test_an_example_of_a_proposed_section_is_not_said_to_be_outside_of_it(env, channel, members, proposal):
    await members[1].send(channel, f"!classify {COUNTRY} Wrong places")
    assert "is an example of Wrong places already" in channel.last_message.content


async def test_a_menu_that_names_no_bug_is_refused(env, channel, members, proposal):
    (section,) = re.findall(r"rw:judge:([0-9]+)", components(proposal)["judge"].custom_id)
    for value in ("9" * 20, "abc"):
        view = discord.ui.View(timeout=None)
        options = [discord.SelectOption(label="x", value=value)]
        view.add_item(discord.ui.Select(custom_id=f"rw:verdict:in:{section}", options=options))
        menu = await env.bot.get_channel(channel.id).send("x", view=view)
        assert "is not a bug number" in private_text(await members[1].select(menu, [value]))
    assert not env.errors


async def test_the_rest_of_a_batch_is_left_to_others(env, channel, members, proposal):
    result = await press(members[1], proposal, "judge")
    batch = [option.value for option in components(result.response)["verdict:in"].options]
    result = await press(members[1], result.response, "rest:next")
    menu = components(result.response).get("verdict:in")
    assert not set(batch) & {option.value for option in (menu.options if menu else [])}
    assert "Noted" not in plain_description(result.response)


async def test_alerts_name_members_sections_by_their_titles(env, program, bugzilla, channel, manager, proposal):
    await manager.send(channel, "!watch")
    await manager.send(channel, "!accept Wrong places")
    bug = bugzilla.file_bug("Entrust: Wrong country code in certificates", "It went wrong.")
    await program.poll()
    await program.deliver()
    alert = channel.last_message
    assert "Wrong places" not in str(alert.embeds[0].to_dict())
    result = await press(manager, alert, "wrong")
    menu = components(result.response)["section:in"]
    assert "wrong-places" in [option.value for option in menu.options]
    await choose(manager, result.response, "section:in", ["wrong-places"])
    await program.deliver()
    assert "Wrong places" in str(refetch(channel, alert).embeds[0].to_dict())
    await manager.send(channel, f"!why {bug}")
    assert "**Wrong places**: a member said so" in plain_fields(channel.last_message)["Sections"]


async def test_what_the_text_finds_reaches_an_alert_that_went_out_before(env, program, bugzilla, channel, manager):
    await manager.send(channel, "!watch")
    section_service = program.use_cases.custom_sections
    bugs = f"{COUNTRY} {STATE} {FIRST_BUG + 4}"
    await section_service.propose(OPERATOR, name="Geographical incidents", bugs=bugs, accept=True)
    await program.backfill_sections()
    bugzilla.file_bug("Entrust: Wrong country code in certificates", "It went wrong.")
    await program.poller.poll_bugzilla(NullProgress(), on_schedule=False, sweep=False)
    await program.deliver()
    alert = channel.last_message
    assert "Geographical incidents" not in str(alert.embeds[0].to_dict())
    await program.poll()
    await program.deliver()
    assert "Geographical incidents" in str(refetch(channel, alert).embeds[0].to_dict())
    await manager.send(channel, "!sections")
    assert "· by members, of all servers" in plain_description(channel.last_message)


async def test_progress_and_then_the_count_stand_in_the_message(env, program, channel, manager, proposal):
    await manager.send(channel, "!accept Wrong places")
    await program.backfill_sections()
    for _ in range(2):
        await program.close_votes()
    assert "backfill" not in plain_description(refetch(channel, proposal))
    assert not refetch(channel, proposal).components
    (section_row,) = await rows(program, "SELECT channel, message FROM section")
    assert section_row == (None, None)

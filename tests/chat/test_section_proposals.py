"""Propose sections in Discord: the command, the form, offered examples, and wrong input."""

import pytest

from tests.chat.interactions import choose, components, plain_description, plain_last_text, press, private_text, refetch
from tests.chat.places import COUNTRY, STATE, bugs_about_places
from tests.support.small_corpus import FIRST_BUG

pytestmark = pytest.mark.simcord(check_errors=False)


@pytest.fixture
def bugs():
    return bugs_about_places()


@pytest.fixture
def simcord_bot(program):
    return program.bot


async def test_the_form_proposes_and_hands_back_what_was_wrong(env, channel, members):
    form = await members[0].slash(channel, "addsection")
    assert form.modal["title"] == "Propose a section"
    count = len(channel.history())
    result = await members[0].submit_modal(
        form, {"name": "@everyone", "bugs": str(COUNTRY), "description": "Where it is"}
    )
    assert private_text(result).startswith("A section's name cannot contain a mention")
    assert len(channel.history()) == count
    second_form = await members[0].click(result.response, label="Open the form again")
    values = [label["component"].get("value") for label in second_form.modal["components"]]
    assert values == ["@everyone", str(COUNTRY), "Where it is"]
    result = await members[0].submit_modal(
        second_form, {"name": "Wrong places", "bugs": f"{COUNTRY} {STATE}", "description": "Where it is"}
    )
    assert not result.ephemeral
    assert result.response.content == "Shall we have the section “Wrong places”?"
    await press(members[1], result.response, "vote:for")
    assert "**1 for" in plain_description(refetch(channel, result.response))


async def test_without_anything_a_button_opens_the_form(env, channel, members):
    await members[0].send(channel, "!addsection")
    assert channel.last_message.content.startswith("A name, example bugs")
    form = await members[1].click(channel.last_message, label="Fill in the form")
    assert form.modal["title"] == "Propose a section"


async def test_a_name_alone_is_offered_what_is_known_to_be_ticked(env, program, channel, members):
    await members[0].send(channel, "!addsection geographical")
    message = channel.last_message
    assert message.content == "Which incidents belong in “geographical”?"
    assert message.embeds[0].description.startswith("I know this topic: The country, state or province")
    options = [option.value for option in components(message)["examples"].options]
    assert {str(COUNTRY), str(STATE)} <= set(options)
    result = await choose(members[1], message, "examples", [COUNTRY])
    assert "Only the member who used the command can choose here" in private_text(result)
    await choose(members[0], message, "examples", [COUNTRY, STATE])
    proposal = channel.last_message
    assert proposal.content == "Shall we have the section “geographical”?"
    assert f"[{STATE}]" in plain_description(proposal)
    assert not refetch(channel, message).components
    result = await members[0].slash(channel, "addsection", name="weak keys")
    await press(members[0], result.response, "noexamples")
    assert channel.last_message.content == "Shall we have the section “weak keys”?"


async def test_a_name_that_nothing_is_known_of_asks_for_examples(env, channel, members):
    await members[0].send(channel, "!addsection flibbertigibbet")
    assert plain_last_text(channel) == (
        "Nothing is known about “flibbertigibbet” yet: name a few bugs that belong. "
        "For example: `!addsection flibbertigibbet 1658792 1658794`"
    )


async def test_a_pasted_mail_gives_its_links_as_examples_also_from_a_file(env, channel, members):
    mail = f"Wrong places\nHello all,\n> see https://bugzilla.mozilla.org/show_bug.cgi?id={COUNTRY} and 2024 others\n"
    await members[0].send(channel, f"!addsection {mail}")
    assert f"[{COUNTRY}]" in plain_description(channel.last_message)
    file = ("message.txt", f"Hello,\nas in bug {STATE}.\n".encode())
    await members[0].send(channel, "!addsection Other places", attachments=[file])
    assert f"[{STATE}]" in plain_description(channel.last_message)


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        (f"addsection **@everyone** {COUNTRY}", "A section's name cannot contain a mention"),
        (f"addsection [x](http://x) {COUNTRY}", "A section's name cannot contain a link"),
        (f"addsection Entrust {COUNTRY}", "“Entrust” is the CA owner Entrust"),
        (f"addsection ev-misissuance {COUNTRY}", "“ev-misissuance” is a built-in section"),
        (f"addsection <@1> {COUNTRY}", "A section's name cannot contain a mention"),
        ("addsection Places 12345", "Rootwatch does not know bug 12345 as an incident"),
        ("vote nothing yes", "No section called “nothing” was proposed by members."),
        ("vote nothing", "Say what you vote on and how. For example: `!vote geographical yes`"),
        ("vote", "Write `!vote NAME yes|no`, for example `!vote geographical yes`."),
        ("accept nothing", "No section called “nothing”"),
        ("withdraw nothing", "No section called “nothing”"),
        ("judge nothing", "No section called “nothing”"),
        ("judge nothing yes", "Say which bugs belong and which do not"),
        (
            "rename nothing",
            "Say which section, and what is to become of it. For example: `!rename geographical to",
        ),
        ("merge nothing into x", "No section called “nothing”"),
        ("retire @everyone", "No section called “@everyone”"),
        ("sectionrules votes:0", "0 is not valid for votes needed"),
        ("preview flibbertigibbet", "Nothing is known about “flibbertigibbet” yet"),
    ],
)
async def test_bad_input_is_answered_with_a_sentence(env, channel, manager, line, reply):
    await manager.send(channel, f"!{line}")
    assert plain_last_text(channel).replace("\\", "").startswith(reply)
    assert not channel.last_message.mention_everyone


async def test_hostile_words_do_nothing(env, channel, members):
    await members[0].send(channel, f"!addsection **Bold** `x` {COUNTRY} -- @everyone [click](http://x) <@1> ||hidden||")
    message = channel.last_message
    assert message.content == "Shall we have the section “Bold x”?"
    assert "\\@everyone \\[click\\]\\(http\\://x\\) \\<\\@1\\> \\|\\|hidden\\|\\|" in message.embeds[0].description
    assert not message.mention_everyone
    assert not message.mentions


async def test_slash_commands_suffice(env, program, guild, channel, members, manager):
    program.recreate_bot(message_content=False)
    await env.restart_bot(program.bot)
    result = await members[0].slash(
        channel, "addsection", name="Wrong places", bugs=f"{COUNTRY} {STATE}", description="Where"
    )
    assert result.response.content == "Shall we have the section “Wrong places”?"
    choices = await members[1].autocomplete(channel, "vote", "section", "wro")
    assert [choice["value"] for choice in choices] == ["wrong-places"]
    choices = await members[1].autocomplete(channel, "addsection", "bugs", f"{COUNTRY} {STATE}")
    assert [choice["value"] for choice in choices] == [f"{COUNTRY} {STATE}"]
    result = await members[1].slash(channel, "vote", section="wrong-places", vote="yes")
    assert "1 for · 0 against" in result.response.embeds[0].description
    result = await members[1].slash(channel, "preview", name="wrong-places")
    assert result.response.content.startswith("“Wrong places” would hold 2 of 12")
    result = await members[1].slash(channel, "preview", name="keys", bugs=str(FIRST_BUG + 7))
    assert result.response.content.startswith("“keys” would hold")
    result = await members[1].slash(channel, "judge", section="wrong-places")
    assert result.ephemeral
    result = await members[1].slash(channel, "judge", section="wrong-places", belong=str(FIRST_BUG + 3))
    assert result.response.content == "1 answer noted for “Wrong places”."
    result = await manager.slash(channel, "accept", section="wrong-places")
    assert result.response.content == "“Wrong places” is a section now."
    result = await manager.slash(channel, "rename", section="wrong-places", name="Places to go")
    assert result.response.content == "“Places to go” has its new name."
    result = await manager.slash(channel, "retire", section="places-to-go")
    assert "Retired by a moderator." in result.response.embeds[0].description
    await members[0].slash(channel, "addsection", name="Other", bugs=str(COUNTRY))
    result = await manager.slash(channel, "decline", section="other")
    assert result.response.content == "The proposal “Other” was declined."
    await members[0].slash(channel, "addsection", name="Third", bugs=str(COUNTRY))
    result = await members[0].slash(channel, "withdraw", section="third")
    assert result.response.content == "The proposal “Third” was withdrawn."
    assert not env.errors


async def test_forms_of_two_members_are_both_accepted_also_after_a_restart(env, program, channel, members):
    forms = [await member.slash(channel, "addsection") for member in members[:2]]
    result = await members[0].submit_modal(forms[0], {"name": "Wrong places", "bugs": str(COUNTRY)})
    assert result.response.content == "Shall we have the section “Wrong places”?"
    program.recreate_bot(message_content=True)
    await env.restart_bot(program.bot)
    result = await members[1].submit_modal(forms[1], {"name": "Other places", "bugs": str(STATE)})
    assert result.response.content == "Shall we have the section “Other places”?"
    assert not env.errors

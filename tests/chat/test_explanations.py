"""The command explain, and what it says of an unknown term."""

import pytest

pytestmark = pytest.mark.simcord(check_errors=False)


async def test_a_term_is_two_sentences_with_its_source(env, channel, member):
    await member.send(channel, "!explain leaf-revocation-delay")
    message = channel.last_message
    assert message.content == (
        "**Leaf revocation delay** (tag): Subscribers' certificates were not revoked within 24 hours or 5 days as "
        "required."
    )
    second, source = message.embeds[0].description.replace("\\", "").split("\n")
    assert second.startswith("The root programs' staff write it on Bugzilla's whiteboard as [leaf-revocation-delay]")
    assert source.startswith("Source: [proposal on dev-security-policy")
    await member.send(channel, "!explain Last call")
    assert channel.last_message.content.startswith("**End of the last call, last-call** (clock): Objections before")
    assert not env.errors


async def test_an_unknown_term_has_buttons_for_what_was_meant(env, channel, member):
    await member.send(channel, "!explain revocation")
    message = channel.last_message
    assert "is in no table of mine" in message.content
    answer = await member.click(message, label="leaf-revocation-delay")
    assert answer.ephemeral
    assert answer.response.content.startswith("**Leaf revocation delay** (tag)")
    await member.send(channel, "!explain @everyone **boo**")
    assert "**boo" not in channel.last_message.content
    await member.send(channel, "!explain")
    assert "explain leaf-revocation-delay" in channel.last_message.content


async def test_terms_are_suggested_while_typing(env, channel, member):
    choices = await member.autocomplete(channel, "explain", "term", "revoc")
    assert "leaf-revocation-delay" in [choice["value"] for choice in choices]

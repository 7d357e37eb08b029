"""A command that a sentence names is written as one pastes it where the sentence is read."""

import pytest

from bot.chat.render.escape import escape_markdown
from bot.formatting.hints import error_lines, name_commands
from handlers.errors import UserError

SENTENCE = "Say which section; `sections` lists them."


@pytest.mark.parametrize("call", ["!", "?", "/", "@Rootwatch "])
def test_a_named_command_has_the_prefix_of_its_server(call):
    assert name_commands(escape_markdown(SENTENCE, 200), call) == f"Say which section; `{call}sections` lists them."


def test_in_a_terminal_it_has_none_and_on_the_command_line_the_programs_name():
    assert list(error_lines(UserError(SENTENCE))) == [SENTENCE]
    assert list(error_lines(UserError(SENTENCE, example="section x"), "rootwatch ")) == [
        "Say which section; `rootwatch sections` lists them.",
        "For example: rootwatch section x",
    ]


def test_what_is_no_command_stays_as_it_was_written():
    for text in ("“\\`nothing\\`” is no CA", "`rootwatch status` says it", "`sections; @everyone`"):
        assert name_commands(text, "!") == text

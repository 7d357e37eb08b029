"""List messages: own words, bugs, CA owners and threads."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.parsing.messages import (
    Mentions,
    authored_text,
    base_subject,
    mentioned_bugs,
    parse_message,
)
from handlers.parsing.owners import build_owner_directory

OWNERS = build_owner_directory()
FOOTER = "\n-- \nYou received this message because you are subscribed to the list."


@pytest.mark.parametrize(
    "attribution",
    [
        "On Mon, Jun 10, 2024 at 7:28 PM Some One <s...@example.org> wrote:",
        "On Mon, Jun 10, 2024 at 7:28 PM Some\nOne <s...@example.org>\nwrote:",
        "Am 3. Juni 2024 um 10:00 schrieb Max Muster <m...@example.de>:",
        "Le lun. 10 juin 2024 à 10:00, Une Personne <u...@example.fr> a écrit :",
        "El lun, 10 jun 2024 a las 10:00, Alguien (<a...@example.es>) escribió:",
        "2024年6月10日(月) 7:28 Someone <s...@example.jp>:",
    ],
)
def test_quoted_words_are_nobodys_own(attribution):
    assert authored_text(f"Mine.\n\n{attribution}\n> theirs\n>> older\nAlso mine.{FOOTER}") == "Mine.\n\nAlso mine."


def test_signatures_and_forwarded_messages_are_cut_off():
    assert authored_text("Mine.\n--\nSome One\nSome CA") == "Mine."
    assert authored_text("Mine.\n-----Original Message-----\nFrom: x") == "Mine."
    assert authored_text("Part one.\n--\n" + "Part two.\n" * 30).endswith("Part two.")
    assert authored_text("> all quoted") == ""


def test_bugs_are_named_in_four_ways():
    text = (
        "https://bugzilla.mozilla.org/show_bug.cgi?id=1658792#c3, bug 1867130, Bug #1651481, #1648472 and bugs 1234567,"
        " 1234568 and 1234569; bugzilla.mozilla.org/1885754"
    )
    assert mentioned_bugs(text) == (1658792, 1867130, 1651481, 1648472, 1234567, 1234568, 1234569, 1885754)


@pytest.mark.parametrize("text", ["Issue #276", "issue #123456", "https://crt.sh/?id=1234567", "#12", "a/#1234567"])
def test_other_numbers_are_no_bugs(text):
    assert mentioned_bugs(text) == ()


@pytest.mark.parametrize(
    ("subject", "thread"),
    [
        ("Re: RE: AW: [dev-security-policy] Fwd: Hello", "Hello"),
        ("[EXTERNAL] Re[2]: Hello", "Hello"),
        ("Retirement", "Retirement"),
        ("(MRSP 3.0) Issue #276", "(MRSP 3.0) Issue #276"),
        ("Re:", "Re:"),
    ],
)
def test_an_answer_belongs_to_the_thread_it_answers(subject, thread):
    assert base_subject(subject) == thread


def test_a_message_mentions_what_its_author_names():
    body = "See bug 1867130.\n> Sectigo and bug 1111111\n" + FOOTER
    assert parse_message("Re: Entrust report", body, OWNERS) == Mentions((1867130,), ("Entrust",), "Entrust report")


@given(st.text(), st.text(alphabet=st.sampled_from("On a1>\n:-wrote@<#bug")) | st.text())
def test_no_message_is_too_odd_to_be_read(subject, body):
    assert len(authored_text(body)) <= len(body)
    parse_message(subject, body, OWNERS)


@pytest.mark.parametrize("piece", ["--\n", "On a\n", "bug 1234567,", "re:", "[a]", "Asseco ", "2024 a\n", "a@", "\n"])
def test_a_hostile_message_costs_no_time(piece):
    text = (piece * 60_000)[:60_000]
    started_at = time.process_time()
    parse_message(text, text, OWNERS)
    assert time.process_time() - started_at < 3

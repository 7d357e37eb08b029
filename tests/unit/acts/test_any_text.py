"""Whatever a comment holds, it is read to its end, and in linear time."""

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.acts.addressees import Asker
from handlers.acts.answer_matching import Reply
from handlers.acts.answers import find_answers
from handlers.acts.commitments import read_commitments
from handlers.acts.dates import find_days
from handlers.acts.documents import commitment_json, question_json
from handlers.acts.figures import has_no_news, read_figures
from handlers.acts.item_words import ItemState
from handlers.acts.items import find_item_changes
from handlers.acts.promises import find_promises
from handlers.acts.questions import find_questions
from handlers.acts.read import read_acts
from handlers.acts.statements import read_statements
from handlers.acts.terms import normalize
from handlers.acts.updates import announces_closing, asked_next_update, asks_closure, discloses, update_stands_for
from handlers.acts.values import ActionItem, Question, ReportFacts
from handlers.acts.withdrawals import find_withdrawals
from handlers.parsing.owners import build_owner_directory
from tests.support.readers import HOSTILE_PIECES, hostile_text
from tests.unit.acts.dialogues import dialogue

OWNERS = build_owner_directory()
DAY = date(2025, 6, 10)
QUESTIONS = (
    Question("c0q1", 0, "How many certificates were revoked, and why?", "program"),
    Question("c0q2", 0, "Please list them.", "program", True),
    Question("c2q1", 2, "Which ones are left?", "community"),
)
ITEMS = tuple(
    ItemState(ActionItem(f"a{number}", text), DAY)
    for number, text in enumerate(("Revoke the 12 certificates", "Train clerks", "Alarm at eight megabytes"), 1)
)
PIECES = (
    "Why? ",
    "> Why?\n\nBecause.\n\n",
    "we will revoke 12 certificates by 2025-06-12; ",
    "item 1 and item 2 and item 3 are done, ",
    "revoked: 12. ",
    "| a | b |\n",
    "| Action item | Due date | Status |\n",
    "12, ",
    "comment 1, 2, 3 and 4 ",
    "please ",
    "the first item and the second ",
    "update of 2025-06-12 ",
    "- **a**: b\n",
    "A: b\n",
    "(In reply to ",
    "end of the ",
    "a; ",
    "12 of the 12 ",
    "is not not not ",
    "could we would you ",
    "within the next two ",
    "we will not ",
    "# a\n",
    "2025-13-45 ",
    "99 February 0000 ",
)
words = st.sampled_from(
    (*PIECES, "\n", "\n\n", "> ", "?", "Yes. ", "31 February ", "today ", "```\n", "\ud800", "\x00")
)
texts = st.one_of(st.text(max_size=300), st.lists(words, max_size=30).map("".join))


def read_everything(text):
    """Read a comment as everything that it could be."""
    comment = read_statements(text)
    find_days(text, DAY)
    normalize(text)
    find_questions(comment, Asker(5, "program"))
    find_answers(Reply(5, comment, DAY, comment.own, items=("Train clerks",)), QUESTIONS)
    find_withdrawals(5, comment, "community", [(question, True) for question in QUESTIONS])
    find_item_changes(comment, DAY, ITEMS)
    find_promises(comment, DAY)
    read_figures(comment, DAY)
    has_no_news(comment)
    for read in (asks_closure, announces_closing):
        read(comment)
    asked_next_update(comment, DAY)
    update_stands_for(comment, DAY)
    discloses(comment.own, comment)


@given(texts)
@settings(max_examples=100, deadline=None)
def test_any_comment_can_be_read(text):
    read_everything(text)


@given(st.lists(st.tuples(st.sampled_from(("ca", "program", "community")), texts), min_size=1, max_size=6))
@settings(max_examples=80, deadline=None)
def test_any_life_can_be_read_and_shown(comments):
    life = dialogue(comments, summary="Foo CA: delayed revocation")
    reports = {
        0: ReportFacts("3-full", (ActionItem("a1", "Revoke them", DAY),)),
        1: ReportFacts("3-closure", (), ("x",)),
    }
    acts = read_acts(life, OWNERS, reports)
    assert [comment.comment for comment in acts.comments] == list(range(len(comments)))
    for commitment in read_commitments(life, acts, reports):
        commitment_json(commitment)
    for question in question_json(acts):
        assert all(answer["comment"] > question["comment"] for answer in question["answers"])


def seconds(text):
    started = time.process_time()
    read_everything(text)
    return time.process_time() - started


@pytest.mark.parametrize("piece", PIECES)
def test_a_long_comment_is_read_in_linear_time(piece):
    read_everything("a")  # tables are loaded at the first call
    short, long = seconds(hostile_text(piece, 6_000)), min(seconds(hostile_text(piece, 60_000)) for _ in range(2))
    assert long < 4
    # Ten times the text: 10 if linear, 100 if quadratic.
    assert long < 0.2 or long < 45 * short


def test_hostile_texts_of_any_kind_are_read_at_once():
    read_everything("a")
    slow = [piece for piece in HOSTILE_PIECES if seconds(hostile_text(piece, 4_000)) > 2]
    assert slow == []

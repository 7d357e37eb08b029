"""What is said of a section's size: one sentence whose figures agree, in each state that a section can be in."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.formatting.section_sizes import checks_sentence, contents_sentence, size_sentence
from handlers.results.proposals import REQUIRED_CHECKS, Checks, Preview
from storage.values.sections import CustomSection

NOON = datetime(2024, 6, 10, 12, tzinfo=UTC)


def section(state="proposed", **values):
    return CustomSection("places", "Places", state, NOON, **values)


def preview(examples, would_assign, checks=Checks(), **values):  # noqa: B008 (a frozen value)
    return Preview("Places", "places", would_assign, (), examples=tuple(range(examples)), checks=checks, **values)


@pytest.mark.parametrize(
    ("state", "shown", "sentence"),
    [
        ("proposed", preview(5, 0), "Nothing else looks like them yet"),
        ("proposed", preview(5, 0, Checks(3)), "Nothing else looks like them yet (3 checked)"),
        (
            "proposed",
            preview(5, 93, Checks(3)),
            "93 more look like them; the likely ones join once it is accepted and 16 were checked (3 of 16)",
        ),
        ("proposed", preview(5, 41, Checks(16, needed=False)), "41 more look like them and join when it is accepted"),
        (None, preview(0, 7), "7 look like it; the likely ones join once 16 were checked (0 of 16)"),
        (
            "active",
            preview(1, 1, Checks(15), holds=1),
            "It holds 1 incident; 1 more looks like them, and the likely ones join once 16 were checked (15 of 16)",
        ),
        ("active", preview(5, 41, Checks(16, needed=False), holds=5), "It holds 5 incidents; 41 more are joining"),
        ("active", preview(5, 41, Checks(16, needed=False), holds=46, assigned=41), "It holds 46 incidents"),
        ("active", preview(5, 0, Checks(16, needed=False), holds=5), "It holds 5 incidents"),
    ],
)
def test_each_state_has_its_sentence(state, shown, sentence):
    assert size_sentence(shown, section(state) if state else None) == sentence


def test_while_the_rest_is_looked_for_the_sentence_says_how_far():
    running = section("active", backfill_requested=1, backfill_done=300, backfill_total=1390)
    shown = preview(5, 41, Checks(16, needed=False), holds=25, assigned=20)
    assert size_sentence(shown, running) == (
        "It holds 25 incidents; 21 more are joining (300 of 1,390 incidents compared)"
    )


@given(
    examples=st.integers(0, 200),
    by_text=st.integers(0, 1000),
    assigned=st.integers(0, 1000),
    done=st.integers(0, 100),
    approved=st.booleans(),
    state=st.sampled_from(["proposed", "active"]),
)
def test_figures_never_contradict_each_other(examples, by_text, assigned, done, approved, state):
    checks = Checks(done, not approved and done < REQUIRED_CHECKS)
    assigned = 0 if checks.needed or state == "proposed" else min(assigned, by_text)
    holds = examples + assigned if state == "active" else 0
    shown = preview(examples, by_text, checks, total=2000, holds=holds, assigned=assigned)
    sentence = size_sentence(shown, section(state))
    figures = [int(figure.replace(",", "")) for figure in re.findall(r"\d[\d,]*", sentence)]
    if state == "active":
        assert figures[0] == holds
        more = figures[1] if len(figures) > 1 else 0
        # what it holds and what is missing make what it would hold
        assert holds + more == shown.would_contain
    if checks.needed and by_text:
        assert sentence.endswith(f"({done} of {REQUIRED_CHECKS})")
        assert f"{done} of {REQUIRED_CHECKS}" in checks_sentence(checks)
    else:
        assert "once" not in sentence
    figure = holds if state == "active" else shown.would_contain
    assert f"{figure:,} of 2,000 incidents" in contents_sentence(shown, section(state), "Places")

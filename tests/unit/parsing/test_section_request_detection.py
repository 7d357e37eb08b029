"""Which list messages ask for a section, and which only sound like it."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.parsing.section_request_detection import SectionRequest, detect_in_text, detect_section_request
from storage.values.messages import ListMessage
from tests.support.shared import LIST_MESSAGES

LINKS = "\nhttps://bugzilla.mozilla.org/show_bug.cgi?id=1658792\nhttps://bugzilla.mozilla.org/show_bug.cgi?id=1658794\n"
BUGS = (1658792, 1658794)


def message(body):
    return ListMessage("list", "key", "https://example.org/1", "Re: Incidents", "Someone", None, body=body)


REQUESTS = [
    ("Could we add a section for geographical incidents? Reading them has\nsome uncanny echos.", "geographical"),
    ("Could we have a group for weak keys?", "weak keys"),
    ("Would it be possible to add a section about CRL outages to the page?", "CRL outages"),
    ("I'd suggest grouping all the delayed-revocation incidents together.", "delayed-revocation"),
    ('Please add a "Weak keys" section, starting from these.', "weak keys"),
    ("I think these deserve their own category, say domain validation.", "domain validation"),
    ("It would be helpful to have a separate section on OCSP failures.", "OCSP failures"),
    ("Perhaps the page should have a heading for S/MIME misissuance.", "S/MIME misissuance"),
    ("Can you put these under a heading called CAA checking?", "CAA checking"),
    ("Might I propose a new category: weak keys?", "weak keys"),
    ("Thanks, Ben. How about a section for audit delays?", "audit delays"),
    ("Let's collect these under key compromise.", "key compromise"),
    ("I would welcome a linting section on that page.", "linting"),
    ("There should be a section for late answers to problem reports.", "late answers to problem reports"),
    ("It'd be great if someone could start a grouping of jurisdiction errors.", "jurisdiction errors"),
    ("Can someone compile all the CRL incidents?", "CRL"),
    ("May I kindly suggest that the incidents concerning incomplete notices are collected in one place?",
     "incomplete notices"),
    ("Hello, is it possible to make one list for incidents of wrong country codes?", "wrong country codes"),
    ("I wish somebody tracked linting failures separately from the rest.", "linting failures"),
    ('Could Mozilla please tag the following bugs as "S/MIME profile errors" so that they can be found?',
     "S/MIME profile errors"),
    ("If not, could we start a list of key ceremony incidents?", "key ceremony"),
    ("Would be nice to see all the CAA failures in one place.", "CAA failures"),
    ("I would find it good when the incidents about OCSP outages get an own chapter on the wiki page.", "OCSP outages"),
    ("Perhaps you could consider a further section dealing with subscriber pushback.", "subscriber pushback"),
    ("new section pls: weak keys.", "weak keys"),
    ('These belong together; a heading like "time source problems" would do.', "time source problems"),
    ("Audit gaps deserve a section of their own.", "audit gaps"),
    ("Could the wildcard misissuance incidents be grouped together somewhere?", "wildcard misissuance"),
    ("Would you mind adding a section about expired CRLs?", "expired CRLs"),
    ('Suggestion: group bug 1658792 and bug 1658794 under "serial number entropy".', "serial number entropy"),
    ("Proposal: a new section, reseller failures.", "reseller failures"),
    ("> Could we group these as key compromise?\n\nWhat I would like to see is a section on validation reuse.",
     "validation reuse"),
]  # fmt: skip

NO_REQUESTS = [
    "We should not add a section for geographical incidents.",
    "I don't think we need a section for geographical incidents.",
    "Could you add a section for revocation to your CPS?",
    "Please update section 4.9 of the CPS, which should have a section for revocation in the policy.",
    "Here are draft summaries of the additional historic incidents. I'll be adding these to the page.",
    "The section for geographical incidents is useful, thanks.",
    "Should we discuss section 3.2.2.4 for domain validation?",
    "The CA should have a group of trained people for validation.",
    "Would you consider a section on incidents in the next version of the policy?",
    "Please could you group your answers by question?",
    "I have added a section for geographical incidents.",
    "You asked whether we could add a section for geographical incidents.",
    "We would like to have a working group on revocation.",
    "It should be in a section of the audit report covering revocation.",
    "We think this is a topic for the CA/Browser Forum.",
    "Please file these as separate bugs.",
    "Could you list the certificates by issuing CA?",
    "We should put these bugs in context.",
    "These two are related, and so is the third.",
    "Could we add a section for these?",
    "Section 4.9.1 of the CPS says 24 hours. Could the CA point us to the section of the CPS that allows this?",
    "+1\n\n> Could someone collect the delayed revocation incidents?",
    "Today's Topics:\n\n   1. Re: Grouping of CRL incidents (Ben)\n   2. Could we add a section? (Aaron)",
    "I intend to close these bugs on Wednesday. Please group your questions by bug.",
    "FYI.\n\n---------- Forwarded message ---------\nFrom: Someone\n\nWe should have a category for weak keys.",
    "I propose to add a section on key ceremonies to the Mozilla Root Store Policy.",
    "Please track the delayed revocation in a separate bug.",
    "Could Entrust provide a list of all affected certificates?",
    "Can you please mark these bugs as duplicates and tag them as resolved?",
    "Should there be a category of subscriber who gets more time?",
    "Could you please list all your delayed revocation incidents together with the dates?",
    "I suggest a new section on mass revocation plans in each CA's incident response.",
    "Let's put these to rest and open a new topic for the root program meeting.",
    "Please look at the new page: it has a section about audits that was there before, not new.",
    "> Could we add a section for geographical incidents?\n\nThanks, I have nothing to add but the bugs.",
    "On Tue, May 7, 2024 at 7:59 AM Watson Ladd <w@…> wrote:\n> Please add a section for keys.\n\nI will look.",
]  # fmt: skip


@pytest.mark.parametrize(("body", "name"), REQUESTS)
def test_whoever_asks_for_a_section_is_understood(body, name):
    assert detect_section_request(message(body + LINKS)) == SectionRequest(name, BUGS)


@pytest.mark.parametrize("body", NO_REQUESTS)
def test_what_only_sounds_like_a_request_is_left_alone(body):
    assert detect_section_request(message(body + LINKS)) is None


@pytest.mark.parametrize("bugs", ["", "\nbug 1658792", "\n> bug 1658792\n> bug 1658794"])
def test_a_request_that_names_fewer_than_two_bugs_of_its_own_is_none(bugs):
    assert detect_section_request(message("Could we add a section for weak keys?" + bugs)) is None


def test_bugs_are_read_however_they_are_written():
    request = detect_in_text("Could we add a section for weak keys? See bug 1658792, #1658794 and bugzil.la/1802916.")
    assert request == SectionRequest("weak keys", (1658792, 1658794, 1802916))


def test_a_message_without_a_body_asks_for_nothing():
    assert detect_section_request(message(None)) is None


@pytest.mark.skipif(not LIST_MESSAGES.exists(), reason="the corpus is not part of the project")
def test_of_the_corpus_s_messages_only_the_one_that_asks_is_picked():
    requests = {
        row["number"]: detect_section_request(message(row.get("body"))) for row in json.loads(LIST_MESSAGES.read_text())
    }
    assert {number: request for number, request in requests.items() if request} == {
        1549: SectionRequest("geographical", (1658792, 1658794, 1802916, 1804753, 1867130))
    }


@given(st.text(st.sampled_from("aZ .,:\n\"'>-#0123456789é")) | st.text())
def test_any_text_is_read_without_an_error(text):
    request = detect_in_text(f"Could we add a section for {text}{LINKS}")
    assert request is None or (request.name and len(request.name) <= 60)


@pytest.mark.parametrize(
    "text", ["could we add a section for " * 3_000, "group " * 12_000, "\n " * 30_000, "a" * 60_000]
)
def test_a_message_of_sixty_thousand_characters_is_read_at_once(text):
    started_at = time.process_time()
    detect_in_text("bug 1658792, bug 1658794 " + text)
    assert time.process_time() - started_at < 2

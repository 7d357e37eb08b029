"""Which sentences of others ask the CA something that it has to answer, and which do not."""

import pytest

from handlers.acts.addressees import Asker
from handlers.acts.questions import find_questions
from handlers.acts.statements import read_statements

# How many questions or requests for information each comment holds.
COMMENTS = (
    ("Thank you for the report. Could you please explain why the linter was not run on these certificates?", 1),
    ("Can you share the serial numbers of the affected certificates?", 1),
    ("Could you please post a full incident report?", 0),
    ("Please provide a timeline for the revocation of the remaining certificates.", 1),
    ("Please respond to the questions in comment 7.", 0),
    ("Please update this bug weekly.", 0),
    ("I'd like to understand how the failure escaped your pre-issuance linting.", 1),
    ("It would be helpful to know how many subscribers were contacted.", 1),
    ("It's unclear to me why this took 14 days.", 1),
    ("Do you plan to revoke? If so, by when? And what is your plan for ICAs?", 3),
    ("Ben, can we close this bug?", 0),
    ("@bwilson: is there anything else needed here?", 0),
    ("Is there any update on this?", 1),
    ("Are there any further questions or comments? If not, I'll close this on Friday.", 0),
    ("What steps have been taken to ensure that this will not happen again?", 1),
    ("> What steps have been taken to ensure that this will not happen again?\n\nThis was not answered.", 0),
    (
        (
            "1. When did you first learn of this?\n2. Why was it not reported within 72 hours?\n3. Please "
            "list all other affected profiles."
        ),
        3,
    ),
    ("How can the community trust a CA that does not read its own CPS?", 0),
    ('You wrote "why should we revoke?" in the report, which is worrying.', 0),
    ("Please confirm whether this affects S/MIME as well.", 1),
    ("Please note that the deadline has passed.", 0),
    ("Please see https://wiki.mozilla.org/CA/Responding_To_An_Incident for the required format.", 0),
    ("Did anyone at your company review the change before deployment?", 1),
    ("Does anyone know which other CAs use this software?", 0),
    ("Has the key been destroyed, and who witnessed the destruction?", 1),
    ("Thanks. That answers my question.", 0),
    ("Why?", 1),
    ("Seriously?", 0),
    ("I would appreciate it if you could describe the review process in more detail.", 1),
    ('Can you clarify what you mean by "limited impact"?', 1),
    ("The report says 'human error'. What would have prevented it, had the human erred again?", 1),
    ("Will this be covered in the next audit?", 1),
    ("Would you please set the Next Update to 2025-03-01?", 0),
    ("I am still waiting for an answer to my question in comment 4.", 0),
    ("Please also attach the list of certificates in the format of the guidelines.", 1),
    ("So, why should anyone care about deadlines? Nobody needs to answer that.", 0),
    ("Which is it?", 1),
    ("@Reporter, how did you find these?", 0),
    ("Can the reporter tell us how these were found?", 0),
    ("Have you considered using an automated tool such as zlint, and if not, why?", 1),
    ("It might be worth looking at bug 1234567, where a similar problem was seen.", 0),
    ("Let me know if you have any questions.", 0),
    ("Let us know how you intend to proceed.", 1),
    ("Would you say that this was foreseeable? I would. But tell me how your risk assessment rated it.", 2),
    ("This needs a separate incident report. Please file one.", 0),
    ("Please file a new bug for the delayed revocation, and explain there why it is late.", 0),
    ("Kindly describe the controls that failed.", 1),
    ("Describe the controls that failed, and since when.", 1),
    ("What is the status of action item 3?", 1),
    ("In your next update, please state how many certificates are left.", 1),
    ("Q1: What is the root cause?\nQ2: Who approved the change?", 2),
    ("How many certificates were affected: all of those with that profile, or only some?", 1),
    ("Isn't it odd that this was found by a third party and not by you?", 0),
    ("Could you go into more detail regarding the monitoring gap", 1),
    ("We would ask Foo CA to provide an explanation for the missing entries in the timeline.", 1),
    ("Please fix the table, it is not rendered.", 0),
    ("Is the flag needed at all? (Question for the moderators, not for the CA.)", 0),
    ("When do you expect to complete the migration you mention?", 1),
    ("I wonder what the auditors will say to that.", 0),
    ("Who would ever read a CPS for pleasure?", 0),
    ("My question remains: why were the certificates not revoked?", 1),
    ("Please answer the following:\n\n- how the mistake was detected\n- who detected it", 0),
    ("The CPS says one thing, the report another. Please reconcile.", 0),
    ("Please reconsider.", 0),
    ("Have all of them been replaced by now? I see one that is still served.", 1),
    ("Could you provide an update?", 0),
    ("Can we expect an answer this week?", 0),
    ("Do I read correctly that the ICA was offline at the time?", 1),
    (
        (
            "I have reviewed the report and have the following questions:\n\n1. In the timeline, there is "
            "a gap of 5 hours between the detection and the decision. What happened in those hours?\n2. "
            "The root cause analysis does not mention training. Is there any?\n3. Has the CPS been "
            "changed?"
        ),
        3,
    ),
    ('The statement "Is revocation really necessary?" in the attached mail is telling.', 0),
    ("Am I right to assume that the intermediate is unaffected?", 1),
    ("You say the number is 17. I count 19. Can you recheck?", 1),
    ("Please recount.", 0),
    ("Please double-check the number and tell us the result.", 1),
    ("May I ask who decided this?", 1),
    ("Perhaps you can shed some light on how this was tested.", 1),
    ("Any idea why crt.sh shows 12 more?", 1),
    ("Any news?", 1),
    ("And the third?", 1),
    ("What about the S/MIME hierarchy?", 1),
    ("How come?", 1),
    ("Who knows, maybe it was a Friday?", 0),
    ("Please do not forget the closure summary.", 0),
    ("Please set the needinfo flag when you are ready.", 0),
    ("Please follow the template in force and repost the report.", 0),
    ("This still lacks a timeline; please add one.", 1),
    ("Please add the missing information on who was affected.", 1),
    ("I would like to see a more detailed root cause.", 1),
    ("Can somebody from Foo CA comment?", 1),
    ("@FooCA, what is your plan?", 1),
    ("FooCA: what is your plan?", 1),
    ("Mozilla: what is your view on this?", 0),
    ("A question to the Chrome Root Program: will this be accepted?", 0),
    ("Given the above, should relying parties still trust these certificates? That is for others to decide.", 0),
    ("Is this the case? Yes, it is, as the log shows.", 0),
    ("What does 'a small number' mean here?", 1),
    ("Was it 5 or 7?", 1),
    ("(In reply to Foo CA from comment #4)\n> We will do better.\n\nHow?", 1),
    ("```\nwhy?\n```\nThis string is in the certificate.", 0),
    ("The error message reads: are you sure?", 0),
    ("I trust that you have read bug 1234567?", 1),
    ("Was there an alternative to be considered, e.g. a shorter validity? I could not find anything on it.", 1),
    ("Thank you for your patience. Could we get the serial numbers in decimal?", 1),
    ("It would be great if a list of the domains were attached.", 1),
    ("Tell us more about the second factor.", 1),
    ("I'm interested in the outcome of the drill.", 1),
    ("Please elaborate.", 1),
    ("Please explain.", 1),
    ("Not sure I understand; could you rephrase?", 1),
    ("You may want to check your OCSP responder too.", 0),
    ("Have a look at section 4.9.1.1?", 0),
    ("Shall I file a separate bug?", 0),
    ("Does Mozilla require this? I am not sure.", 0),
    ("Does your auditor know?", 1),
    ("Do other CAs have the same problem?", 0),
    ("Wouldn't it have been easier to revoke?", 1),
    ("When, if ever, will the list be complete?", 1),
    ("Kindly let us know by when all of this will be done.", 1),
)


def ask(text, role="program", **surroundings):
    return find_questions(read_statements(text), Asker(5, role, **surroundings))


@pytest.mark.parametrize(("text", "count"), COMMENTS)
def test_only_what_the_ca_has_to_answer_is_a_question(text, count):
    questions = ask(text, others=frozenset({"bwilson"}))
    assert len(questions) == count, [question.text for question in questions]


def test_questions_are_numbered_in_their_order_and_stripped_of_what_leads_to_them():
    questions = ask(
        "This form is old; please post it again. Also: how many forms are there?\n\nPlease explain the gap."
    )
    assert [(question.id, question.text) for question in questions] == [
        ("c5q1", "how many forms are there?"),
        ("c5q2", "Please explain the gap."),
    ]
    assert [question.is_request for question in questions] == [False, True]


@pytest.mark.parametrize("role", ["ca", "automation"])
def test_neither_the_ca_nor_a_machine_asks_the_ca(role):
    assert ask("Is anything else wanted from us?", role) == ()


def test_a_question_that_was_asked_before_word_for_word_is_a_repetition():
    assert ask("Why was the linter disabled that day?", earlier={"why was the linter disabled that day"}) == ()


def test_you_in_a_reply_to_somebody_else_is_not_the_ca():
    assert ask("(In reply to X from comment #1)\n\nWhere did you find it?", replies_to_other=True) == ()
    assert len(ask("(In reply to X from comment #1)\n\nHas Foo CA seen it?", replies_to_other=True)) == 1


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("- was the shard served throughout?\n- and, how many shards do you expect in December", 2),
        ("- what the shards are for\n- how we count them", 0),
        ("I do not understand how a graph at half its height stayed unseen.", 1),
        ("Nine days and nobody looks at the graph? Well.", 0),
        ("Also @somebody: you run the same resolver, did you notice this in January?", 0),
    ],
)
def test_questions_without_their_mark_and_marks_without_a_question(text, count):
    assert len(ask(text, ca_names={"quercia"})) == count

"""Which earlier incidents are said to be the same kind of failure, with what probability, and for what reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.parsing.owners import build_owner_directory
from handlers.related.alike import MIN_PROBABILITY, find_alike
from handlers.related.ideas import handling_of, idea_name, ideas_in
from handlers.related.index import RelatedIndex
from tests.support.related import incident

DIRECTORY = build_owner_directory()
PAST = (
    incident(1000001, "Incorrect jurisdiction in EV certificates", day=10),
    incident(1000002, "OCSP responder unavailable", day=400),
    incident(1000003, "Wrong jurisdiction country in one certificate", "DigiCert", day=500),
    incident(1000004, "CRL not updated in time", "DigiCert", day=600),
    incident(1000005, "Failure to revoke within 5 days", "Sectigo", day=990),
    incident(1000006, "Audit statement overdue", "Telia", day=700),
    incident(1000007, "Debian weak keys accepted", "Sectigo", day=710),
    incident(1000008, "Underscore in a host name", "GoDaddy", day=720),
    incident(1000009, "Delayed revocation of certificates with a wrong locality", "GlobalSign", day=800),
    *(incident(1000010 + n, f"{word} went wrong", "Telia", 20 + n) for n, word in enumerate(
        ("Logging", "Sampling", "Patching", "Key ceremony", "Linting", "Billing", "Website", "Mailbox", "Backup")
    )),
)  # fmt: skip
JURISDICTION = incident(1000100, "Incorrect jurisdiction value in some EV certificates", day=1000)


@pytest.fixture
def index():
    return RelatedIndex(DIRECTORY, PAST)


def bugs(alike):
    return [related.bug for related in alike]


def test_the_same_failure_is_alike_at_whichever_ca_with_the_words_of_both_titles(index):
    alike = {related.bug: related for related in find_alike(index, JURISDICTION)}
    assert list(alike) == [1000001, 1000003]
    assert (alike[1000001].same_ca, alike[1000001].within_two_years) == (True, False)
    assert (alike[1000003].same_ca, alike[1000003].within_two_years) == (False, True)
    assert alike[1000001].reasons[0] == "incorrect jurisdiction"
    assert alike[1000003].reasons[0] == "jurisdiction"
    assert 1 > alike[1000001].score > alike[1000003].score >= MIN_PROBABILITY


def test_the_ca_the_time_and_a_reference_make_nothing_alike(index):
    other = incident(1000100, "Incorrect jurisdiction value in some EV certificates", "Nobody", 3000, "", (1000002,))
    assert [(related.bug, related.score) for related in find_alike(index, other)] == [
        (related.bug, related.score) for related in find_alike(index, JURISDICTION)
    ]


def test_a_ca_that_a_text_names_in_passing_counts_for_nothing(index):
    index.add(incident(1000090, "GlobalSign cross certificate expired", "Sectigo", 100, "GlobalSign and DigiCert"))
    named = incident(1000100, "Wrong jurisdiction beside GlobalSign", day=1000, text="GlobalSign and DigiCert")
    assert 1000090 not in bugs(find_alike(index, named))
    assert all(
        "sign" not in reason.lower() for related in find_alike(index, named) for reason in related.reasons
    )  # fmt: skip


def test_an_incident_like_no_earlier_one_has_none(index):
    assert find_alike(index, incident(1000100, "Root certificate created unintendedly", day=1000)) == ()
    assert find_alike(RelatedIndex(DIRECTORY), JURISDICTION) == ()


def test_two_late_revocations_are_alike_whatever_the_certificates_had(index):
    late = incident(1000100, "Delayed revocation of certificates affected by incorrect jurisdiction", day=1000)
    alike = {related.bug: related.reasons for related in find_alike(index, late)}
    assert {1000005, 1000009} <= set(alike)
    assert "late revocation" in alike[1000005]


def test_a_late_revocation_is_another_kind_than_what_it_follows_from(index):
    fault = incident(1000100, "Certificates with a wrong locality", day=1000)
    assert 1000009 not in bugs(find_alike(index, fault))
    index.add(incident(1000101, "Certificates with a wrong locality", day=700))
    assert 1000101 in bugs(find_alike(index, fault))
    late = incident(1000102, "Delayed revocation of certificates with a wrong locality", day=1001)
    assert bugs(find_alike(index, late))[0] == 1000009
    assert 1000101 not in bugs(find_alike(index, late))


def test_the_same_idea_in_other_words_is_a_reason(index):
    missing = incident(1000100, "Wrong localityName and stateOrProvinceName", day=1000)
    index.add(incident(1000090, "Incorrect locality and state or province in some certificates", "Sectigo", 900))
    alike = {related.bug: related.reasons for related in find_alike(index, missing)}
    assert alike[1000090]


@pytest.mark.parametrize("word", ["certificate", "EV", "OCSP", "revocation"])
def test_one_common_word_is_no_reason_and_without_a_reason_nothing_is_alike(word):
    common = [
        incident(1000000 + n, f"{word} {other}", "Telia", n)
        for n, other in enumerate(["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota"])
    ]
    index = RelatedIndex(DIRECTORY, common)
    alike = find_alike(index, incident(1000100, f"{word} omega", day=1000))
    assert all(related.reasons != (word,) for related in alike)
    assert all(len(related.reasons) > 1 or " " in related.reasons[0] for related in alike)


def test_reasons_are_written_as_in_the_title_and_numbers_are_compared_as_written(index):
    index.add(incident(1000090, "Findings in 2023 Audit: cPSuri missing", "Sectigo", 900))
    query = incident(1000100, "Findings in 2024 audit: “cPSuri missing” in EV certificates", day=1000)
    (reasons,) = (related.reasons for related in find_alike(index, query) if related.bug == 1000090)
    assert "cPSuri missing" in reasons
    assert not any("202" in reason for reason in reasons)


def test_of_a_hundred_near_copies_one_stands_for_all_and_others_stay_visible(index):
    for number in range(100):
        index.add(incident(1001000 + number, f"Jurisdiction wrong in certificate {number}", "Telia", 800 + number))
        index.add(incident(1002000 + number, f"Filler {'abcdefghij'[number % 10] * 5}", "Telia", number))
    alike = find_alike(index, JURISDICTION)
    assert sorted(related.bug for related in alike if related.copy_of is None) == [1000001, 1001099]
    copies = [related for related in alike if related.copy_of is not None]
    assert {related.copy_of for related in copies} == {1001099}
    assert len(copies) == 99


def test_the_same_title_months_later_or_at_another_ca_is_no_copy(index):
    for number, (ca, day) in enumerate((("Telia", 800), ("Telia", 900), ("Sectigo", 900))):
        index.add(incident(1001000 + number, "Jurisdiction wrong", ca, day))
    alike = find_alike(index, JURISDICTION)
    assert {1001000, 1001001, 1001002} <= {related.bug for related in alike if related.copy_of is None}


def test_without_a_report_and_with_a_title_of_one_word(index):
    index.add(incident(1000090, "Underscores", "DigiCert", 900))
    assert 1000008 in bugs(find_alike(index, incident(1000100, "Underscores in a host name", day=1000)))
    assert bugs(find_alike(index, incident(1000100, "Underscores", day=1000)))[0] == 1000090
    assert find_alike(index, incident(1000100, "", day=1000)) == ()
    assert find_alike(index, incident(1000100, "Incident", day=1000)) == ()


def test_another_language_is_compared_by_its_words(index):
    index.add(incident(1000090, "Fehlerhafte Zuständigkeit im Zertifikat", "D-Trust", 900))
    german = incident(1000100, "Fehlerhafte Zuständigkeiten in Zertifikaten", day=1000)
    assert bugs(find_alike(index, german)) == [1000090]
    assert find_alike(index, incident(1000100, "Ошибка в сертификатах", day=1000, text="證書錯誤" * 50)) == ()


def test_sixty_thousand_characters_are_read_no_further_than_an_opening(index):
    long = incident(1000100, "Jurisdiction " * 5_000, day=1000, text="jurisdiction of the ocsp " * 2_500)
    assert 1000002 not in bugs(find_alike(index, long))


def test_nothing_is_left_of_an_incident_that_was_removed(index):
    index.add(incident(1000090, "Zanzibar secret locality", "TrustCor", 30, "Topkapi palace"))
    assert {"zanzibar", "#anzi"} <= set(index.vocabulary)
    index.remove(1000090)
    contents = repr((index.rows, vars(index.vocabulary)))
    assert not any(text in contents for text in ("anzi", "opka", "palace", "TrustCor", "1000090"))


def test_asking_about_a_new_incident_leaves_the_index_as_it_was(index):
    before = list(index.vocabulary)
    find_alike(index, incident(1000100, "Mojibake in CAA records", day=1000, text="business category"))
    assert list(index.vocabulary) == before


def test_itself_and_later_ones_are_not_alike_and_an_unknown_number_is_refused(index):
    index.add(JURISDICTION)
    index.add(incident(1000200, "Incorrect jurisdiction in EV certificates", day=2000))
    assert bugs(find_alike(index, 1000100))[0] == 1000001
    assert not {1000100, 1000200} & set(bugs(find_alike(index, 1000100)))
    with pytest.raises(KeyError):
        find_alike(index, 4)


@pytest.mark.parametrize(
    ("title", "handling"),
    [
        ("Delayed revocation of EV certificates", "late revocation"),
        ("Failure to revoke within 24 hours", "late revocation"),
        ("CPR was not responded to in 24 hours", "late answer"),
        ("Failure to provide a preliminary report within 24 hours", "late answer"),
        ("Non-revocation of CA certificates within 7 days", "late revocation"),
        ("BR revocation period exceeded", "late revocation"),
        ("Failure to revoke within 7 days: OCSP EKU issue", "late revocation"),
        ("Delayed response to a revocation request", "late answer"),
        ("Failure to disclose revocation of intermediate CAs within 7 days", None),
        ("Revoked test website not using revoked certificate", None),
        ("CRL/OCSP revocation time mismatch", None),
        ("Failure to respond to January 2018 survey", None),
        ("Intermediate certificates not listed in audit report", None),
        ("Delay updating OCSP responses", None),
        ("Jurisdiction issue in some EV certificates", None),
        ("", None),
    ],
)
def test_what_a_title_says_was_late_about_another_incident(title, handling):
    assert handling_of(title) == handling


def test_the_class_of_a_certificate_is_no_idea_and_every_idea_has_a_name():
    ideas = ideas_in("EV and OV certificates without CAA check", "The S/MIME jurisdiction was wrong.")
    assert ideas["topic:caa"] == 1.0
    assert ideas["topic:geographical"] < 1.0
    assert not {"topic:ev", "topic:ov", "topic:smime"} & set(ideas)
    assert all(idea_name(idea) for idea in ideas)
    assert idea_name("topic:gone") == ""


@given(
    st.lists(st.tuples(st.text(), st.text(), st.sampled_from((None, "Entrust", "X")), st.integers(0, 3)), max_size=6)
)
def test_whatever_is_added_every_score_is_a_probability_with_a_reason(texts):
    index = RelatedIndex(DIRECTORY, PAST)
    for number, (title, text, ca, day) in enumerate(texts, start=1):
        document = incident(number, title, ca, day, text)
        alike = find_alike(index, document)
        assert all(MIN_PROBABILITY <= related.score <= 1 and all(related.reasons) for related in alike)
        assert [related.score for related in alike] == sorted((related.score for related in alike), reverse=True)
        index.add(document)
        assert all(related.bug != number for related in find_alike(index, number))


def test_a_phrase_that_a_title_repeats_is_one_reason(index):
    title = "Incorrect jurisdiction, incorrect jurisdiction and again incorrect jurisdiction"
    for related in find_alike(index, incident(1000100, title, day=1000)):
        assert len(set(related.reasons)) == len(related.reasons)
        assert related.reasons[0].endswith("jurisdiction")

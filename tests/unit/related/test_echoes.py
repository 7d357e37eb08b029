"""Which earlier incidents an incident brings up, in what order and for what reason."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.parsing.documents import referenced_bugs
from handlers.parsing.owners import build_owner_directory
from handlers.related.echoes import find_echoes
from handlers.related.index import RelatedIndex
from handlers.related.two_years import two_years_before
from tests.support.related import incident

DIRECTORY = build_owner_directory()
PAST = (
    incident(1000001, "Incorrect jurisdiction in EV certificates", day=10),
    incident(1000002, "OCSP responder unavailable", day=400),
    incident(1000003, "Wrong jurisdiction country in one certificate", "DigiCert", day=500),
    incident(1000004, "CRL not updated in time", "DigiCert", day=600),
    incident(1000005, "EV certificates without CPS address", day=990),
    incident(1000006, "Audit statement overdue", "Telia", day=700),
    incident(1000007, "Debian weak keys accepted", "Sectigo", day=710),
    incident(1000008, "Underscore in a host name", "GoDaddy", day=720),
)  # fmt: skip


@pytest.fixture
def index():
    return RelatedIndex(DIRECTORY, PAST)


def bugs(echoes):
    return [echo.bug for echo in echoes]


def test_what_an_incident_names_comes_first_and_is_said_to_be_referred_to(index):
    document = incident(1000020, "Jurisdiction wrong in EV certificates", day=1000, refers_to=(1000006, 1000002))
    echoes = find_echoes(index, document)
    assert bugs(echoes)[:2] == [1000006, 1000002]
    assert all(echo.reasons == "refers to" and echo.score == 1.0 for echo in echoes[:2])
    assert not {1000006, 1000002} & set(bugs(echoes)[2:])


def test_incidents_of_the_same_kind_are_brought_up_with_the_word_they_share(index):
    echoes = find_echoes(index, incident(1000020, "Jurisdiction issue in some certificates", day=1000))
    reasons = {echo.bug: echo.reasons for echo in echoes}
    assert "jurisdiction" in reasons[1000001]
    assert "jurisdiction" in reasons[1000003]


def test_a_delayed_revocation_brings_up_the_incident_that_it_delays(index):
    best = find_echoes(index, incident(1000020, "Delayed revocation", day=993))[0]
    assert (best.bug, best.reasons) == (1000005, ("same CA, 3 days before",))


def test_echoes_are_referred_to_of_the_same_ca_or_of_others_within_and_beyond_two_years(index):
    document = incident(1000020, "Jurisdiction wrong in EV certificates", day=1000, refers_to=(1000004,))
    echoes = {echo.bug: echo for echo in find_echoes(index, document)}
    assert [bug for bug, echo in echoes.items() if echo.group == "refers to"] == [1000004]
    assert (echoes[1000001].group, echoes[1000001].within_two_years) == ("same CA", False)
    assert (echoes[1000003].group, echoes[1000003].within_two_years) == ("other CAs", True)


def test_a_ca_s_name_alone_is_no_reason(index):
    index.add(incident(1000030, "Entrust", day=1, text="Entrust"))
    echoes = find_echoes(index, incident(1000040, "Entrust: something else", day=1000, text="Entrust said so."))
    assert 1000030 not in bugs(echoes)


def test_itself_later_ones_and_bugs_that_are_no_incidents_are_no_echoes(index):
    index.add(incident(1000050, "Jurisdiction wrong again", day=2000))
    document = incident(1000020, "Jurisdiction wrong", day=1000, refers_to=(1000020, 1000050, 999_999, 5))
    index.add(document)
    for echoes in (find_echoes(index, document), find_echoes(index, 1000020)):
        assert not {1000020, 1000050, 999_999, 5} & set(bugs(echoes))
        assert 1000001 in bugs(echoes)


def test_a_stored_incident_has_the_same_echoes_as_before_it_was_stored(index):
    document = incident(1000020, "Jurisdiction wrong in EV certificates", day=1000, refers_to=(1000002,))
    before = find_echoes(index, document)
    index.add(document)
    assert bugs(find_echoes(index, 1000020)) == bugs(before)


def test_asking_about_a_new_incident_leaves_the_index_as_it_was(index):
    before = list(index.vocabulary)
    find_echoes(index, incident(1000020, "Mojibake everywhere", day=1000))
    assert "mojibake" not in index.vocabulary
    assert list(index.vocabulary) == before


def test_nothing_is_left_of_an_incident_that_was_removed(index):
    index.add(incident(1000060, "Zanzibar secret", "TrustCor", day=30, text="Topkapi palace", refers_to=(1000001,)))
    index.remove(1000060)
    contents = repr((index.rows, vars(index.vocabulary)))
    assert not any(text in contents for text in ("zanzibar", "topkapi", "palace", "TrustCor", "1000060"))
    document = incident(1000061, "Zanzibar secret", "TrustCor", day=40, refers_to=(1000060,))
    assert 1000060 not in bugs(find_echoes(index, document))
    index.remove(1000060)


def test_an_incident_that_is_read_again_replaces_what_was_known(index):
    index.add(replace(PAST[0], title="Mistyped host name"))
    echoes = find_echoes(index, incident(1000020, "Jurisdiction wrong", "Sectigo", day=1000))
    assert 1000001 not in bugs(echoes)
    assert len(index) == len(PAST)


def test_no_more_are_given_than_asked_for(index):
    document = incident(1000020, "Jurisdiction wrong in EV certificates", day=1000, refers_to=(1000004, 1000002))
    echoes = find_echoes(index, document)
    for limit in (0, 1, 2, 3, 100):
        assert find_echoes(index, document, limit) == echoes[:limit]


def test_an_unknown_number_is_refused(index):
    with pytest.raises(KeyError):
        find_echoes(index, 4)


def test_empty_and_foreign_texts_have_echoes_by_their_ca(index):
    for title, text in (
        ("", ""),
        ("Ошибка в сертификатах", "證書錯誤" * 50),
        ("إصدار خاطئ", "Fehlerhafte Ausstellung"),
    ):
        echoes = find_echoes(index, incident(1000020, title, day=995, text=text))
        assert echoes[0].bug == 1000005


def test_the_first_incident_of_all_has_no_echoes():
    assert find_echoes(RelatedIndex(DIRECTORY), incident(1, "Anything")) == ()


def test_sixty_thousand_characters_are_read_no_further_than_an_opening(index):
    document = incident(1000020, "Jurisdiction " * 5_000, day=1000, text="jurisdiction of the ocsp " * 2_500)
    assert 1000001 in bugs(find_echoes(index, document))


def test_bugs_are_named_by_links_words_signs_and_bare_numbers_but_certificates_are_none():
    text = (
        "See bug 1000001, #1000002, https://bugzilla.mozilla.org/show_bug.cgi?id=1000003#c4, [1000004](x) and "
        "1000005; not https://crt.sh/?id=1000006, 10000071234, 1000008abc, 1.1000009 nor 2024."
    )
    assert referenced_bugs(text) == (1000001, 1000002, 1000003, 1000004, 1000005)


def test_two_years_before_a_leap_day_is_the_last_of_february():
    assert two_years_before(datetime(2024, 2, 29, 5, tzinfo=UTC)) == datetime(2022, 2, 28, 5, tzinfo=UTC)


@given(
    st.lists(st.tuples(st.text(), st.text(), st.sampled_from((None, "Entrust", "X")), st.integers(0, 3)), max_size=6)
)
def test_whatever_is_added_scores_stay_within_bounds_and_all_of_it_can_be_removed(texts):
    index = RelatedIndex(DIRECTORY)
    for number, (title, text, ca, day) in enumerate(texts, start=1):
        document = incident(number, title, ca, day, text, referenced_bugs(text))
        echoes = find_echoes(index, document)
        assert all(0 < echo.score <= 1 and echo.reasons for echo in echoes)
        index.add(document)
    for number in range(1, len(texts) + 1):
        index.remove(number)
    assert not index.rows
    assert not any(vars(index.vocabulary)["_words"])
    assert not list(index.vocabulary)
    assert not any(index.vocabulary.document_frequency)

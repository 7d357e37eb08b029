"""What is compared, what is hidden, and what is forgotten."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.parsing.owners import built_in_owners
from handlers.similarity.index import SimilarityIndex
from handlers.similarity.ranking import rank
from handlers.similarity.terms import extract_terms
from handlers.similarity.topics import find_topic, load_topics, topics_in
from tests.support.similarity import DIRECTORY, bugs_of_kind, build_document, build_index, ranked_bugs


def stored_text(index: SimilarityIndex) -> str:
    return repr((vars(index.vocabulary), index.rows))


def test_removing_an_incident_leaves_nothing_of_it():
    secret = build_document(300, "Zanzibar stateOrProvinceName", "The quokka was private.")
    index = build_index()
    before = rank(index, bugs_of_kind("place")[:5])
    index.add(secret)
    assert "zanzibar" in stored_text(index)
    index.remove(secret.bug)
    assert secret.bug not in index
    assert "zanzibar" not in stored_text(index)
    assert "quokka" not in stored_text(index)
    assert str(secret.bug) not in stored_text(index)
    after = rank(index, bugs_of_kind("place")[:5])
    assert ranked_bugs(after) == ranked_bugs(before)
    assert [m.score for m in after.matches] == pytest.approx([m.score for m in before.matches])


def test_an_incident_that_changed_is_known_by_its_new_words_alone():
    index = build_index(build_document(300, "Zanzibar"))
    index.add(build_document(300, "Ouagadougou"))
    assert len(index) == 151
    assert "zanzibar" not in stored_text(index)
    assert "ouagadougou" in stored_text(index)


def test_a_number_that_was_freed_serves_the_next_word():
    index = build_index(build_document(300, "Zanzibar"))
    size = len(index.vocabulary.document_frequency)
    index.remove(build_document(300, "").bug)
    index.add(build_document(301, "Ouagadougou"))
    assert len(index.vocabulary.document_frequency) == size


def test_removing_what_is_not_there_changes_nothing():
    index = build_index()
    index.remove(1)
    assert len(index) == 150


def words_of(title: str, text: str = "", ca: str | None = None) -> set[str]:
    """Return the words by which a text is compared, as people write them, without its topics."""
    terms = extract_terms(build_document(1, title, text, ca), DIRECTORY)
    return {word for term, word in terms.words.items() if not term.startswith("@")}


@pytest.mark.parametrize(
    "spelling",
    ["Let's Encrypt", "LETSENCRYPT", "D-Trust", "E-Tuğra", "Asseco DS / Certum", "Go Daddy", "T-Systems", "QuoVadis"],
)
def test_a_ca_is_hidden_however_it_is_spelled(spelling):
    assert words_of(f"Wrong fields at {spelling} again") == {"wrong", "fields", "wrong fields", "again"}
    assert words_of("", f"At {spelling}, it went wrong") == {"went", "wrong"}


def test_no_spelling_of_any_owner_is_a_term():
    for owner in built_in_owners():
        for name in (owner.name, *owner.aliases):
            assert not [
                word
                for word in words_of(f"zzz {name} zzz")
                if word.replace(" ", "").lower() == name.lower().replace(" ", "")
            ]


def test_words_of_the_language_that_are_part_of_names_stay():
    assert {"missing", "trust", "services", "network"} <= words_of(
        "Missing trust services in the network", "", "Google Trust Services"
    )


def test_joined_words_come_apart_and_one_is_as_many():
    joined = extract_terms(build_document(1, "stateOrProvinceName", "", None), DIRECTORY)
    separate = extract_terms(build_document(1, "state or province names", "", None), DIRECTORY)
    assert joined.weights == separate.weights


def test_a_word_is_compared_by_its_beginning_and_shown_as_it_is_written():
    one = extract_terms(build_document(1, "Encrypted by CRLs", "", None), DIRECTORY)
    other = extract_terms(build_document(1, "Encryption of a crl", "", None), DIRECTORY)
    assert one.weights.keys() == other.weights.keys()
    assert {"encrypted", "CRLs"} <= set(one.words.values())


def test_a_name_made_of_two_words_lends_its_spelling_to_neither():
    assert "globalsign" not in {
        word.lower() for word in words_of("They sign code", "GlobalSign and SwissSign sign code")
    }


def test_addresses_say_nothing():
    assert words_of("", "see https://crt.sh/?id=1 and someone@ca.example") == {"see"}


def test_sixty_thousand_characters_are_read_no_further_than_their_opening():
    long = extract_terms(build_document(1, "a" * 60_000, "jurisdiction " * 5_000, None), DIRECTORY)
    assert len(long.weights) < 10
    for hostile in (" " * 60_000, "-" * 60_000, "revoke late " * 5_000, "'" * 60_000, "\u0301" * 60_000, "E" * 60_000):
        extract_terms(build_document(1, hostile, hostile, hostile), DIRECTORY)


@given(st.text(max_size=400), st.text(max_size=400), st.none() | st.text(max_size=20))
def test_every_text_has_terms(title, text, ca):
    terms = extract_terms(build_document(1, title, text, ca), DIRECTORY)
    assert all(0 < weight < 2.2 for weight in terms.weights.values())
    assert terms.words.keys() == terms.weights.keys()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("geographical", "geographical"),
        ("Geographical incidents", "geographical"),
        ("Weak keys", "keys"),
        ("CAA", "caa"),
        ("validation methods", "domain-validation"),
        ("CPS against practice", "cps"),
        ("Revocation lists", "crl"),
        ("ocsp", "ocsp"),
        ("time stamps", "time-stamps"),
        ("certificate profiles", "profiles"),
        ("S/MIME", "smime"),
        ("bugs about code signing", "code-signing"),
    ],
)
def test_a_topic_is_known_by_many_names(name, key):
    topic = find_topic(name)
    assert topic is not None
    assert topic.key == key


@pytest.mark.parametrize("name", ["", "quokkas", "the", "🦘", "x" * 60_000, "a b " * 5_000])
def test_a_name_that_the_field_does_not_know_is_no_topic(name):
    assert find_topic(name) is None


@pytest.mark.parametrize(
    ("title", "key", "is_found"),
    [
        ('"Some-State" in stateOrProvinceName', "geographical", True),
        ("Invalid countryName", "geographical", True),
        ("IP Address in dNSName form", "geographical", False),
        ("CPR was not responded to by address", "geographical", False),
        ("Statement of audit missing", "geographical", False),
        ("Incorrect keyUsage for ECC certificate", "keys", False),
        ("Failure to revoke key-compromised certificates", "keys", True),
        ("Failure to revoke within 5 days", "delayed-revocation", True),
        ("ca certificates not in the crl", "caa", False),
        ("Evaluation of revoked certificates", "ev", False),
    ],
)
def test_topics_are_found_where_they_are_meant(title, key, is_found):
    assert (key in {topic.key for topic in topics_in(title, 300)}) is is_found


def test_no_two_topics_share_a_key_or_a_name():
    assert len({topic.key for topic in load_topics()}) == len(load_topics())
    names = [name.lower() for topic in load_topics() for name in {topic.title.lower(), *topic.names}]
    assert sorted(names) == sorted(set(names))

"""Titles and CA names: the real traps, and what a community adds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.parsing.owner_lookup import resolve_owner
from handlers.parsing.owners import build_owner_directory, built_in_owners, is_auditor, normalize_name
from handlers.parsing.titles import Title, parse_title

OWNERS = build_owner_directory()


@pytest.mark.parametrize(
    ("summary", "ca", "title"),
    [
        ("IdenTrust: late CRL", "IdenTrust", "late CRL"),
        ("SSL.com: Entrust API and CAA checking", "SSL.com", "Entrust API and CAA checking"),
        ("Entrust: AffirmTrust Issuing CA without EKU", "Entrust", "AffirmTrust Issuing CA without EKU"),
        ("AffirmTrust (Entrust): a", "Entrust", "a"),
        ("DigiCert: Verizon: late audit", "DigiCert", "Verizon: late audit"),
        ("DigiCert / Siemens: a", "DigiCert", "a"),
        ("PKIoverheid / QuoVadis: a", "PKIoverheid", "a"),
        ("QuoVadis / PKIoverheid: a", "PKIoverheid", "a"),
        ("QuoVadis: a", "DigiCert", "a"),
        ("Asseco DS / Certum: a", "Asseco / Certum", "a"),
        ("NETLOCK - wrong OU", "NETLOCK", "wrong OU"),
        ("NetLock – wrong OU", "NETLOCK", "wrong OU"),
        ("Netlock—wrong OU", "NETLOCK", "wrong OU"),
        ("D-TRUST:no space", "D-Trust", "no space"),
        ("Let’s\u00a0Encrypt\u00a0: expired", "Let's Encrypt", "expired"),
        ("globalsign: lower case", "GlobalSign", "lower case"),
        ("TÜRKTRUST: accents", "TurkTrust", "accents"),
        ("New Trust Co: first incident", "New Trust Co", "first incident"),
        ("[meta] Entrust: everything", None, "[meta] Entrust: everything"),
        ("Ernst & Young Hong Kong: audit", None, "Ernst & Young Hong Kong: audit"),
        ("TÜViT: audits of a CA", None, "TÜViT: audits of a CA"),
        ("Incident Report: certificates by somebody", None, "Incident Report: certificates by somebody"),
        ("Private keys exposed through a server", None, "Private keys exposed through a server"),
        ("see https://example.org: a page", None, "see https://example.org: a page"),
        ("", None, ""),
    ],
)
def test_a_title_is_read_for_the_ca_it_is_about(summary, ca, title):
    assert parse_title(summary, OWNERS) == Title(ca, title)


def test_a_title_that_is_a_name_alone_is_kept_whole():
    assert parse_title("Entrust:", OWNERS) == Title("Entrust", "Entrust:")


@given(st.text())
def test_no_summary_is_too_odd_to_be_read(summary):
    assert isinstance(parse_title(summary, OWNERS).title, str)
    assert isinstance(resolve_owner(summary, OWNERS).suggestions, tuple)


def test_a_spelling_belongs_to_one_owner_only():
    spellings = [
        (key, owner.name)
        for owner in built_in_owners()
        for key in {normalize_name(s) for s in (owner.name, *owner.aliases)}
    ]
    assert len({key for key, _ in spellings}) == len(spellings)
    assert next(owner for owner in built_in_owners() if owner.name == "Entrust").aliases == ("AffirmTrust",)


def test_an_email_domain_belongs_to_one_owner_only():
    domains = [domain for owner in built_in_owners() for domain in owner.domains]
    assert len(set(domains)) == len(domains)


def test_a_community_adds_spellings_and_owners():
    owners = build_owner_directory(
        {"Big Blue": "digicert", "Nova": "Nova Trust", "QuoVadis": "Nova Trust", "": "x", "y": " "}
    )
    assert owners.find("big-blue").name == "DigiCert"
    assert owners.find("nova").name == "Nova Trust"
    assert owners.find("QUOVADIS").name == "Nova Trust"
    assert owners.find("unheard of") is None
    assert OWNERS.find("Nova") is None


def test_an_auditor_is_no_ca():
    assert is_auditor("KPMG Korea")
    assert is_auditor("Deloitte")
    assert not is_auditor("EYCert")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("entrust", "Entrust"),
        ("IDENTRUST", "IdenTrust"),
        ("Entrust, Inc.", "Entrust"),
        ("d trust", "D-Trust"),
        ("gts", "Google Trust Services"),
        ("certum", "Asseco / Certum"),
        ("digcert", "DigiCert"),
        ("Identrus", "IdenTrust"),
        ("Entrst", "Entrust"),
        ("letsencript", "Let's Encrypt"),
        ("newca", "NewCA"),
    ],
)
def test_a_slip_of_the_pen_still_finds_the_owner(typed, name):
    assert resolve_owner(typed, OWNERS, ["NewCA"]).name == name


@pytest.mark.parametrize("typed", ["E-Trust", "trust", "Entrust vs IdenTrust", "global", "e-trust gmbh"])
def test_rootwatch_asks_back_where_two_owners_may_be_meant(typed):
    match = resolve_owner(typed, OWNERS)
    assert match.name is None
    assert match.suggestions


@pytest.mark.parametrize("typed", ["", "a", "go", "x" * 60_000])
def test_too_little_or_too_much_to_guess_from_finds_nothing(typed):
    assert resolve_owner(typed, OWNERS).name is None

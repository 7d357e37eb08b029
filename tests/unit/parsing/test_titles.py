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
        ("QuoVadis: a", "QuoVadis", "a"),
        ("Web.com: a", "Network Solutions", "a"),
        ("DocuSign/Keynectis: a", "DocuSign", "a"),
        ("Comodo: a", "Sectigo", "a"),
        ("LE: a", "Let's Encrypt", "a"),
        ("Asseco DS / Certum: a", "Asseco / Certum", "a"),
        ("NETLOCK - wrong OU", "NETLOCK", "wrong OU"),
        ("NetLock – wrong OU", "NETLOCK", "wrong OU"),
        ("Netlock—wrong OU", "NETLOCK", "wrong OU"),
        ("D-TRUST:no space", "D-Trust", "no space"),
        ("Let’s\u00a0Encrypt\u00a0: expired", "Let's Encrypt", "expired"),
        ("globalsign: lower case", "GlobalSign", "lower case"),
        ("TÜRKTRUST: accents", "TurkTrust", "accents"),
        ("New Trust Co: first incident", "New Trust Co", "first incident"),
        ("beSign: first incident", "beSign", "first incident"),
        ("Zenith Root CA:first incident", "Zenith Root CA", "first incident"),
        ("Zenith Trust / Nadir Sign: a", "Zenith Trust / Nadir Sign", "a"),
        ("Government of Freedonia, Ministry of Interior: a", "Government of Freedonia, Ministry of Interior", "a"),
        ("Zenith Certification Authority Co., Ltd.: a", "Zenith Certification Authority Co., Ltd.", "a"),
        ("Delayed Revocation: a", None, "Delayed Revocation: a"),
        ("TLS Certificate Policy: a", None, "TLS Certificate Policy: a"),
        ("Firefox: a", None, "Firefox: a"),
        ("nss::Foo crash", None, "nss::Foo crash"),
        ("a certificate of somebody: a", None, "a certificate of somebody: a"),
        ("QSCert: an auditor", None, "QSCert: an auditor"),
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
    read = parse_title(summary, OWNERS)
    assert (read.ca, read.title) == (ca, title)


@pytest.mark.parametrize(
    ("summary", "cas"),
    [
        ("DigiCert / Siemens: a", ("DigiCert", "Siemens")),
        ("QuoVadis / Siemens: a", ("QuoVadis", "Siemens")),
        ("PKIoverheid / QuoVadis: a", ("PKIoverheid", "QuoVadis")),
        ("QuoVadis / PKIoverheid: a", ("PKIoverheid", "QuoVadis")),
        ("Zetes / COMODO: a", ("Sectigo", "Zetes")),
        ("Sectigo / Web.com: a", ("Sectigo", "Network Solutions")),
        ("DigiCert / CTJ: a", ("DigiCert", "Cybertrust Japan")),
        ("DigiCert / Zenith Trust: a", ("DigiCert", "Zenith Trust")),
        ("DigiCert: Verizon: a", ("DigiCert", "Verizon")),
        ("DigiCert: Verizon mis-issued certificates", ("DigiCert", "Verizon")),
        ("PKIoverheid: (KPN) a", ("PKIoverheid", "KPN")),
        ("PKIoverheid: KPN CPS lacks a", ("PKIoverheid", "KPN")),
        ("Camerfirma: Multicert SSL CA 001: a", ("Camerfirma", "Multicert")),
        ("SSL.com: Entrust API and CAA checking", ("SSL.com",)),
        ("GlobalSign: KPN API and CAA checking", ("GlobalSign",)),
        ("Asseco DS / Certum: a", ("Asseco / Certum",)),
        ("HARICA/GRNET: a", ("HARICA",)),
        ("Hongkong Post / Certizen: a", ("Hongkong Post",)),
        ("AffirmTrust (Entrust): a", ("Entrust",)),
    ],
)
def test_two_cas_in_a_title_both_count(summary, cas):
    title = parse_title(summary, OWNERS)
    assert (title.ca, *title.also_about) == cas


def test_a_title_that_is_a_name_alone_is_kept_whole():
    assert parse_title("Entrust:", OWNERS) == Title("Entrust", "Entrust:")


@pytest.mark.parametrize(
    ("former", "successor"),
    [
        ("QuoVadis", "DigiCert"),
        ("Verizon", "DigiCert"),
        ("Network Solutions", "DigiCert"),
        ("Web.com", "DigiCert"),
        ("DocuSign/Keynectis", "Certigna"),
        ("Swisscom", "SwissSign"),
        ("Siemens", "Eviden"),
        ("Trustwave", "VikingCloud"),
    ],
)
def test_an_owner_that_was_sold_is_one_of_its_own_and_has_a_successor(former, successor):
    assert OWNERS.successors_of([former]) == (successor,)
    owner = OWNERS.find(former)
    assert owner.name in OWNERS.taken_over_by(successor)
    assert OWNERS.find(successor).name == successor


@pytest.mark.parametrize("name", ["Symantec", "Comodo", "Sonera", "Atos", "T-Systems", "Entrust"])
def test_an_owner_that_was_renamed_or_distrusted_has_no_successor(name):
    assert OWNERS.successors_of([name]) == ()


def test_whoever_a_title_names_is_no_successor_besides():
    assert OWNERS.successors_of(["DigiCert", "QuoVadis"]) == ()


def test_every_successor_and_issuer_is_in_the_directory():
    for owner in built_in_owners():
        for name in (owner.successor, *owner.issues_under):
            assert name is None or OWNERS.find(name).name == name


@given(st.text())
def test_no_summary_is_too_odd_to_be_read(summary):
    assert isinstance(parse_title(summary, OWNERS).title, str)
    assert isinstance(resolve_owner(summary, OWNERS).suggestions, tuple)


def test_a_spelling_belongs_to_one_owner_only():
    spellings = [
        (key, owner.name)
        for owner in built_in_owners()
        for key in {normalize_name(s) for s in (owner.name, *owner.aliases, *owner.nicknames)}
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
        ("LE", "Let's Encrypt"),
        ("AWS", "Amazon Trust Services"),
        ("ats", "Amazon Trust Services"),
        ("KPN", "KPN"),
        ("CTJ", "Cybertrust Japan"),
        ("MSFT", "Microsoft"),
        ("HKPost", "Hongkong Post"),
        ("ISRG", "Let's Encrypt"),
        ("PKIo", "PKIoverheid"),
        ("DT", "Telekom Security"),
        ("T-Sys", "Telekom Security"),
        ("fnmt", "FNMT"),
        ("SwissSign AG", "SwissSign"),
        ("Web.com", "Network Solutions"),
        ("Keynectis", "DocuSign"),
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

"""Who writes as what, as of the comment's moment."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.acts.roles import comment_roles
from handlers.acts.values import ReportFacts
from handlers.parsing.owners import build_owner_directory
from storage.values.lives import Change
from tests.unit.acts.dialogues import OPENED, dialogue, person

OWNERS = build_owner_directory()
AWARE = "We became aware of a wrong entry."


def roles_of(summary, comments, changes=(), reports=None, known_cas=(), **more):
    life = replace(dialogue(comments, summary, **more), changes=tuple(changes), assignee=person("nobody@mozilla.org"))
    roles = comment_roles(life, OWNERS, reports or {}, known_cas)
    return [roles[number] for number in range(len(comments))]


def change(day, field, removed, added, named=None):
    who = person("staff@mozilla.com")
    return Change(OPENED + timedelta(days=day), who, field, removed, added, person(named) if named else None)


def test_the_directory_tells_owners_and_programs():
    comments = [
        ("bruce@entrust.com", AWARE),
        ("dev@digicert.com", "Did you?"),
        ("x@gmail.com", "?"),
        ("ben@mozilla.com", "ok"),
        ("chrome-root@google.com", "q"),
        ("ryan@google.com", "q"),
    ]
    expected = ["ca", "other-ca", "community", "program", "program", "program"]
    assert roles_of("Entrust: wrong policy", comments) == expected


def test_google_writes_about_itself_as_a_ca():
    comments = [("a@google.com", AWARE), ("chrome-root-program@google.com", "Why?")]
    assert roles_of("Google Trust Services: CRL", comments) == ["ca", "program"]


def test_an_unknown_ca_is_known_by_its_assignees_domain_and_its_departments():
    comments = [("third@posteo.de", "I see this"), ("k@mot.gov.example", "We look"), ("j@pki.mot.gov.example", "Done")]
    assigned = [change(1, "assigned_to", "nobody", "k", "k@mot.gov.example")]
    assert roles_of("Ministry of Truth: CRL", comments, assigned) == ["community", "ca", "ca"]


def test_an_assignee_who_left_wrote_for_the_ca_all_the_same():
    comments = [("k@mot.gov.example", AWARE), ("k@mot.gov.example", "x"), ("n@truthcloud.example", "I took over")]
    assigned = [
        change(1, "assigned_to", "nobody", "k", "k@mot.gov.example"),
        change(3, "assigned_to", "k", "n", "n@truthcloud.example"),
    ]
    assert roles_of("Ministry of Truth: CRL", comments, assigned) == ["ca", "ca", "ca"]


def test_a_renamed_ca_writes_from_both_domains():
    comments = [("k@oldname.example", AWARE), ("k@newname.example", "x")]
    renamed = [change(1, "summary", "Oldname: CRL", "Newname: CRL")]
    assert roles_of("Newname: CRL", comments, renamed) == ["ca", "ca"]


def test_a_private_address_is_the_ca_s_only_for_who_reported():
    report = "## Incident Report\n\nOn Monday we became aware of it. We will post the full report."
    comments = [("k.foo@gmail.com", report), ("z@gmail.com", "Is it?"), ("k.foo@gmail.com", "Yes")]
    assert roles_of("Fooca: CRL", comments) == ["ca", "community", "ca"]


def test_machines_are_known_by_their_accounts():
    comments = [
        ("k@fooca.example", AWARE),
        ("release-mgmt-account-bot@mozilla.tld", "x"),
        ("talbot@gmail.com", "hi"),
        ("z@gmail.com", "This is an automated reminder."),
    ]
    assert roles_of("Fooca: CRL", comments) == ["ca", "automation", "community", "automation"]


def test_auditors_are_known_by_domain_login_or_their_own_words():
    comments = [
        ("k@fooca.example", AWARE),
        ("x@kpmg.de", "We read this."),
        ("auditor@tuv-nord.example", "hello"),
        ("p@prufung.example", "As the auditor of Fooca we confirm"),
    ]
    assert roles_of("Fooca: audit", comments) == ["ca", "auditor", "auditor", "auditor"]


def test_another_ca_is_known_by_its_name_and_watchers_are_not():
    comments = [
        ("k@fooca.example", AWARE),
        ("c@barsign.example", "?"),
        ("c@certwatch.example", "?"),
        ("x@bigbank.example", "At our CA we do this differently."),
        ("j@grumpf.example", "?"),
        ("j@hmpf.example", "?"),
    ]
    expected = ["ca", "other-ca", "community", "other-ca", "other-ca", "community"]
    assert roles_of("Fooca: CRL", comments, known_cas=["Grumpf Certification"]) == expected


def test_a_third_party_may_file_by_the_preliminary_form():
    text = "## Preliminary Incident Report\n\n- **Incident description**: Fooca issued"
    comments = [("z@watcher.example", text), ("k@fooca.example", "thanks")]
    reports = {0: ReportFacts("3-preliminary")}
    roles = roles_of("Fooca: CRL", comments, reports=reports, whiteboard="[ca-compliance] [external]")
    assert roles == ["community", "ca"]


@pytest.mark.parametrize("added", ["needinfo?(k)", "needinfo?(incident-reporting)"])
def test_a_flag_tells_the_ca_where_nobody_is_assigned(added):
    comments = [("z@gmail.com", "seen"), ("k@qrst.example", "It is revoked.")]
    by_staff = change(1, "flags", "", added, "k@qrst.example")
    by_ca = Change(OPENED + timedelta(days=1), person("k@qrst.example"), "flags", "", added)
    flag = by_staff if added == "needinfo?(k)" else by_ca
    assert roles_of("Zx: CRL", comments, [flag]) == ["community", "ca"]

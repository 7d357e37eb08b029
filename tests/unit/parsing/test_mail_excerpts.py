"""What an alert quotes of a mail."""

import pytest

from handlers.parsing.mail_excerpts import mail_excerpt

BUGS = (1658792, 1802916)
LINK = "https://bugzilla.mozilla.org/show_bug.cgi?id="


@pytest.mark.parametrize(
    ("body", "excerpt"),
    [
        ("Dear all,\n\nwhat is\nwrong here?", "Dear all, what is wrong here?"),
        ("New text.\n\nOn Mon, 6 May 2024 at 10:00, Ben <b@x.example> wrote:\n> Old text.\n", "New text."),
        (f"These:\n\n{LINK}1658792\n- {LINK}1802916\n2. <{LINK}1802916#c3>\n\nThanks", "These: Thanks"),
        (f"As {LINK}1658792 says, and https://bugzil.la/1802916.", "As bug 1658792 says, and bug 1802916."),
        (f"See {LINK}1111111 and https://example.org/page.", f"See {LINK}1111111 and https://example.org/page."),
        ("> Only a quotation.", ""),
        ("", ""),
    ],
)
def test_lines_are_joined_and_listed_addresses_left_out(body, excerpt):
    assert mail_excerpt(body, BUGS) == excerpt

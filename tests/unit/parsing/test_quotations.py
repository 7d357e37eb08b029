"""What a mail quotes is nobody's own words, whichever mail program quoted it and in whatever language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.parsing.authored_text import authored_text
from handlers.parsing.section_request_detection import detect_in_text

REQUEST = "Could we add a section for geographical incidents?\nbug 1658792 and bug 1658794"

HEADERS = {
    "Outlook": "From: P One <p.one@…>\nSent: Monday, June 3, 2024 10:00 AM\nTo: a list\nSubject: Request",
    "Outlook without addresses": "From: P One\nSent: Monday, June 3, 2024 10:00 AM\nTo: a list\nSubject: Request",
    "Outlook, on behalf": "From: a list On Behalf Of P One\nSent: Monday, June 3, 2024 10:00 AM\nTo: x\nSubject: y",
    "bold": "*From:* P One <p.one@…>\n*Sent:* Monday, June 3, 2024 10:00 AM\n*To:* a list\n*Subject:* Re: x",
    "German": "Von: P One\nGesendet: Montag, 3. Juni 2024 10:00\nAn: Liste\nBetreff: Request",
    "French": "De\u00a0: P One <p.one@…>\nEnvoyé\u00a0: lundi 3 juin 2024 10:00\nÀ\u00a0: liste\nObjet\u00a0: Request",
    "Italian": "Da: P One\nInviato: lunedì 3 giugno 2024 10:00\nA: lista\nOggetto: Request",
    "Spanish": "De: P One\nEnviado el: lunes, 3 de junio de 2024 10:00\nPara: lista\nAsunto: Request",
    "Japanese": "差出人: P One <p.one@…>\n送信日時: 2024年6月3日 10:00\n宛先: l\n件名: Request",
    "Chinese": "发件人：P One\n发送时间：2024年6月3日 10:00\n收件人：l\n主题：Request",
    "Korean": "보낸 사람: P One\n보낸 날짜: 2024년 6월 3일 월요일 오전 10:00\n받는 사람: l\n제목: Request",
    "Russian": "От: P One\nОтправлено: 3 июня 2024 г. 10:00\nКому: l\nТема: Request",
    "a language nobody knows": "Xaa: P One <p.one@…>\nYbb: 3 zzz 2024 10:00\nZcc: l\nWdd: Request",
    "wrapped": "From: P <p@…>\nSent: Monday, June 3, 2024 10:00 AM\nTo: a@…; c@…;\n e@…\nCc: g\nSubject: Request",
    "a blank line between": "From: P One\n\nSent: Monday, June 3, 2024 10:00 AM\n\nTo: l\n\nSubject: Request",
    "after a rule": "________________________________\nFrom: P One\nSent: Monday, June 3, 2024 10:00 AM\nTo: l",
    "after words": "-----Original Message-----\nFrom: P One\nSent: Monday\nSubject: y",
    "after words alone": "-----Ursprüngliche Nachricht-----",
    "after words of any language": "-----Aaa Bbb-----\nFrom: P One\nDate: 3 June 2024 10:00",
    "QQ": "------------------ 原始邮件 ------------------\n发件人: P <p@…>;\n发送时间: 2024年6月3日 10:00\n主题: x",
    "Thunderbird": "-------- Forwarded Message --------\nSubject: x\nDate: Mon, 3 Jun 2024 10:00\nFrom: P\nTo: l",
    "Gmail": "---------- Forwarded message ---------\nFrom: P <p@…>\nDate: Mon, Jun 3, 2024 at 10:00 AM\nSubject: x",
    "Apple": "Begin forwarded message:\n\nFrom: P <p@…>\nSubject: x\nDate: 3 June 2024 at 10:00:00 CEST\nTo: l",
    "Yahoo": "On Monday, June 3, 2024, 10:00 AM, P One <p.one@…> wrote:",
    "Yahoo, wrapped": "On Monday, June 3, 2024 at 10:00:00 AM GMT+2, P One\n<p.one@…>\nwrote:",
    "Yahoo, German": "Am Montag, 3. Juni 2024 um 10:00:00 MESZ hat P One <p.one@…> Folgendes geschrieben:",
    "Yahoo, Portuguese": "Em segunda-feira, 3 de junho de 2024 10:00:00 BRT, P One <p.one@…> escreveu:",
    "Yahoo, Turkish": "P One <p.one@…>, 3 Haz 2024 Pzt, 10:00 tarihinde şunu yazdı:",
    "Yahoo, Korean": "2024년 6월 3일 (월) 오전 10:00, P One <p.one@…>님이 작성:",
    "a telephone": "Sent from my iPhone\n\nOn Jun 3, 2024, at 10:00, P One <p@…> wrote:",
    "mutt": "P One <p.one@…> [2024-06-03 10:00]:",
    "GMX": "P One <p.one@…> schrieb am Mo., 3. Juni 2024, 10:00:",
    "Google Groups, German": "P One schrieb am Montag, 3. Juni 2024 um 10:00:00 UTC+2:",
    "Thunderbird, Finnish": "P One kirjoitti 3.6.2024 klo 10.00:",
    "Thunderbird, Czech": "Dne 03. 06. 24 v 10:00 P One napsal(a):",
    "Thunderbird, Polish": "W dniu 03.06.2024 o 10:00, P One pisze:",
    "Thunderbird, Russian": "03.06.2024 10:00, P One пишет:",
    "Thunderbird, Japanese": "P One さんは 2024/06/03 10:00 に書きました:",
    "Thunderbird, Hebrew": "ב-03/06/2024 10:00, P One כתב:",
    "Thunderbird, Arabic": "في 3/6/24 10:00 ص، كتب P One:",
    "Lithuanian": "Nuo: P One\nIšsiųsta: 2024 m. birželio 3 d., pirmadienis 10:00\nKam: l\nTema: Request",
    "Serbian": "Пошиљалац: P One\nПослато: понедељак, 3. јун 2024. 10:00\nКоме: l\nТема: Request",
    "Catalan": "De: P One\nEnviat el: dilluns, 3 de juny de 2024 10:00\nPer a: l\nTema: Request",
    "Proton": "------- Original Message -------\nOn Monday, June 3rd, 2024 at 10:00 AM, P One <p@…> wrote:",
    "Yahoo, old": "--- On Mon, 6/3/24, P One <p@…> wrote:\n\nFrom: P One <p@…>\nSubject: y\nTo: l\nDate: 3 June 2024",
    "GroupWise": ">>> P One <p.one@…> 6/3/2024 10:00 AM >>>",
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_what_is_quoted_without_marks_is_not_the_replier_s(header):
    own = authored_text(f"I agree.\n\n{header}\n\n{REQUEST}\n")
    assert own == "I agree."
    assert detect_in_text(own) is None


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_answers_between_marked_lines_are_the_replier_s(header):
    body = f"Mine.\n\n{header}\n\n> theirs\n\nAlso mine.\n\n> bug 1658792\n\nAnd mine."
    assert authored_text(body) == "Mine.\n\nAlso mine.\n\nAnd mine."


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_the_line_directly_above_a_quotation_is_the_replier_s(header):
    assert authored_text(f"I agree.\n{header}\n\n{REQUEST}\n") == "I agree."


@pytest.mark.parametrize(
    "text",
    [
        "On 2024-06-03 at 10:00 UTC we found that these certificates were affected:\n\nCN=x",
        "Here it is:\n\n-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n\nWhat do you think?",
        "--- Summary ---\n\nText.\n\n--- Timeline ---\n2024-06-03 10:00 UTC: we began\n2024-06-03 11:00 UTC: we ended",
        "Issuer: CN=x\nNot Before: Jun 3 10:00:00 2024 GMT\nNot After: Jun 3 10:00:00 2025\nSubject: CN=y\n\nWrong.",
        "Validity\nFrom: 2023-06-03 10:00\nTo: 2024-06-03 10:00\nSubject: CN=x\n\nIt is wrong.",
        "CA: Entrust\nDate: 2024-06-03 10:00\nBug: 1658792\n\nMore.",
        "As Ben wrote:\n\nMore of mine.",
        "Part one\n\n________________________________\n\nPart two",
        "From: 2023-01-01\nTo: 2023-02-01\nAffected: 5\nFound: 2023-02-01 10:00\n\nMore.",
        "No: we did not\nFound: 2024-06-03 10:00\nFixed: later\nOther: x\n\nMore.",
        "See:\nhttps://a.example/c\nhttps://a.example/d\nhttps://a.example/e",
    ],
)
def test_what_only_looks_like_a_header_is_the_writer_s_own(text):
    assert authored_text(text) == text


def test_a_message_that_only_quotes_says_nothing_of_its_own():
    assert authored_text(f"On Monday, June 24, 2024 at 1:25:47 PM UTC-4 Walt wrote:\n{REQUEST}") == ""
    assert authored_text(f"{HEADERS['Outlook']}\n\n{REQUEST}") == ""


@given(
    st.lists(st.sampled_from([*HEADERS.values(), "> theirs", "", "Mine.", "-- ", "____________", "a: b"]), max_size=9)
)
def test_no_arrangement_of_quotations_is_too_odd(parts):
    assert "theirs" not in authored_text("\n".join(parts))

"""The check of a draft in words: which form it is, what is missing, and remarks with their rules."""

from bot.formatting.field_names import field_name
from bot.formatting.pieces import BugNumber, Piece, ThirdPartyText
from bot.formatting.wording import count_of, long_day
from handlers.results.drafts import CheckedDraft
from handlers.results.related import AlikeIncident

MAX_TITLE_LENGTH = 60
MAX_REASONS = 3
SHORT_SOURCES = (("CCADB Incident Reporting Guidelines", "CCADB guidelines"), ("Mozilla wiki CA/", "Mozilla wiki "))

Pieces = tuple[Piece, ...]


def draft_headline(draft: CheckedDraft) -> str:
    """Return the answer in one line: which form it is, whether it may be used, and how much is to be done."""
    check = draft.check
    if check.form is None or check.title is None:
        return f"I recognise no form of an incident report here; guidelines {check.in_force} are in force."
    title = f"{check.title[:1].upper()}{check.title[1:]}, {_edition(check.version)}"
    missing = f"{count_of(len(check.missing), 'field')} missing" if check.missing else "nothing missing"
    remarks = count_of(len(check.remarks), "remark") if check.remarks else "no remarks"
    allowed = "" if check.allowed else f"; this form may no longer be used, guidelines {check.in_force} are in force"
    return f"{title}: {missing}, {remarks}{allowed}"


def missing_line(draft: CheckedDraft) -> str:
    """Return the fields that are absent, empty or still hold the form's own text; "" if none is."""
    return ", ".join(map(field_name, draft.check.missing))


def na_line(draft: CheckedDraft) -> str:
    """Return the fields that read N/A; "" if none does."""
    return ", ".join(map(field_name, draft.check.na))


def remark_lines(draft: CheckedDraft) -> list[tuple[str, str, str]]:
    """Return each remark as its field, its sentence, which may quote the draft, and the source of its rule."""
    return [(field_name(remark.field), remark.text, _short_source(remark.source)) for remark in draft.check.remarks]


def related_line(member: AlikeIncident) -> Pieces:
    """Return an incident that the draft's table of related incidents could name, and why."""
    incident = member.incident
    owner: Pieces = (ThirdPartyText(incident.ca, 40), ": ") if incident.ca else ()
    reasons = ", ".join(member.alike.reasons[:MAX_REASONS])
    return (
        BugNumber(incident.bug.id),
        " ",
        *owner,
        ThirdPartyText(incident.title, MAX_TITLE_LENGTH),
        f", {long_day(incident.bug.created)} (both: ",
        ThirdPartyText(reasons),
        ")",
    )


def draft_note(draft: CheckedDraft) -> str:
    """Return what the check rests on."""
    cut = "only the first 65,535 characters, as a comment cannot be longer · " if draft.check.is_cut else ""
    return f"{cut}checked for {long_day(draft.day)} · nothing of the draft is stored"


def _edition(version: str | None) -> str:
    return "Mozilla’s page of 2017" if version == "2017" else f"guidelines {version}"


def _short_source(source: str) -> str:
    for name, short in SHORT_SOURCES:
        source = source.replace(name, short)
    return source

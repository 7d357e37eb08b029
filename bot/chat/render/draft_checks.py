"""The check of a draft as a Discord message: the answer as the line of content, the details in an embed."""

import io
from collections.abc import Iterator

import discord

from bot.chat.render.common import ATTENTION_COLOUR, NEUTRAL_COLOUR
from bot.chat.render.escape import MAX_DESCRIPTION, clamp_embed, escape_markdown, fit_lines
from bot.chat.render.message import Answer
from bot.chat.render.pieces import render_pieces
from bot.formatting.draft_text import draft_headline, draft_note, missing_line, na_line, related_line, remark_lines
from bot.formatting.links import BugUrl
from bot.formatting.related_table import table_rows
from handlers.results.drafts import CheckedDraft

MAX_RELATED = 6
MAX_REMARK_LENGTH = 300
MORE_LENGTH = 100  # left for the sentence on what did not fit
TITLE_HINT = "More may be found with the title of the bug, as the CA's name, a colon and what happened."
FILE_NAME = "related-incidents.md"


def render_draft_check(draft: CheckedDraft, bug_url: BugUrl) -> Answer:
    """Render a check; the incidents that the draft could name come as rows of its table too, in a file."""
    check = draft.check
    text, omitted = fit_lines(_lines(draft, bug_url), MAX_DESCRIPTION - MORE_LENGTH)
    more = f"\n… and {omitted} more lines." if omitted else ""
    colour = ATTENTION_COLOUR if check.missing or check.remarks else NEUTRAL_COLOUR
    embed = discord.Embed(description=(text + more) or None, colour=colour)
    embed.set_footer(text=draft_note(draft))
    rows = table_rows(draft.related, bug_url)
    file = discord.File(io.BytesIO("\n".join((*rows, "")).encode()), FILE_NAME) if rows else None
    return Answer(draft_headline(draft), clamp_embed(embed), file=file)


def _lines(draft: CheckedDraft, bug_url: BugUrl) -> Iterator[str]:
    if missing := missing_line(draft):
        yield f"**Missing, empty or still the form’s own text**\n{escape_markdown(missing, 1_500, one_line=True)}"
    if not_applicable := na_line(draft):
        yield f"**N/A** {escape_markdown(not_applicable, 500, one_line=True)}"
    remarks = remark_lines(draft)
    if remarks:
        yield "**Remarks**"
    for field, sentence, source in remarks:
        body = escape_markdown(sentence, MAX_REMARK_LENGTH, one_line=True)
        rule = escape_markdown(source, 120, one_line=True)
        yield f"{escape_markdown(field, 80, one_line=True)}: {body} ({rule})"
    if draft.related:
        yield "**Related incidents that it does not name**"
        yield from (render_pieces(related_line(member), bug_url) for member in draft.related[:MAX_RELATED])
        if len(draft.related) > MAX_RELATED:
            yield f"… and {len(draft.related) - MAX_RELATED} more in the file, which holds rows to paste."
    if not draft.has_title:
        yield TITLE_HINT

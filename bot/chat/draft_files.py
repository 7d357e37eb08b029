"""Reads the draft of a report that a member attached: a text of bounded size, in any usual encoding."""

import codecs

import discord

from handlers.errors import UserError

# A comment of Bugzilla has at most 65,535 characters, of at most four bytes each.
MAX_FILE_BYTES = 300_000
MAX_NAME_LENGTH = 60
TEXT_SUFFIXES = (".md", ".markdown", ".txt", ".text")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
TOO_LARGE = f"That file is too large for a draft: at most {MAX_FILE_BYTES:,} bytes, a comment has 65,535 characters."
NO_TEXT = "I can read a draft only from a text file (.md or .txt); save it as plain text and attach that."
UNREADABLE = "I could not fetch that file from Discord; please attach it again."


async def read_draft_file(attachment: discord.Attachment) -> str:
    """Return the text of an attached file. Raises UserError if it is too large, no text, or cannot be fetched."""
    if attachment.size > MAX_FILE_BYTES:
        raise UserError(TOO_LARGE)
    is_text = (attachment.content_type or "").casefold().startswith("text/")
    if not (is_text or attachment.filename.casefold().endswith(TEXT_SUFFIXES)):
        raise UserError(NO_TEXT)
    try:
        content = await attachment.read()
    except discord.HTTPException:
        raise UserError(UNREADABLE) from None
    return decode_draft(content)


def decode_draft(content: bytes) -> str:
    """Return the text of a file's bytes: by its byte order mark, as UTF-8, else as Windows-1252.

    Raises UserError if it is too large or no text. Linear; anything that cannot be decoded is replaced.
    """
    if len(content) > MAX_FILE_BYTES:
        raise UserError(TOO_LARGE)
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            text = content.decode(encoding, errors="replace")
            break
    else:
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            text = content.decode("windows-1252", errors="replace")
    if "\x00" in text:
        raise UserError(NO_TEXT)
    return text

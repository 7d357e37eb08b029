"""Decodes the encoded words of mail headers (RFC 2047): "=?utf-8?Q?caf=C3=A9?="."""

import base64
import codecs
import quopri
import re
from types import MappingProxyType

# Longer than the standard's 75 characters, and with spaces, since mail programs are careless; the last one may be cut.
_ENCODED_WORD = re.compile(
    r"=\?(?P<charset>[A-Za-z0-9_.:+-]{1,40})(?:\*[A-Za-z0-9-]{1,20})?\?(?P<encoding>[BbQq])\?"
    r"(?P<text>[^?\r\n]{0,1000})(?:\?=|\?\Z|\Z)"
)
MAX_HEADER_LENGTH = 10_000  # characters; the rest of a longer header is left as it is
# The other codecs of Python are no character sets, or take quadratic time.
_CHARSETS = ("ascii", "utf", "iso", "latin", "cp", "koi8", "mac", "gb", "big5", "euc", "shift", "hz", "johab", "tis")
_NOT_CHARSETS = frozenset({"utf-7"})
# What mail programs write before and after a name that Python knows ("x-sjis", "windows-936", "iso-8859-8-i").
_DECORATED_CHARSET = re.compile(r"(?:x-|windows-|cp-)?(?P<name>.*?)(?:-[ie])?", re.DOTALL)
_OTHER_NAMES = MappingProxyType({"sjis": "shift_jis", "31j": "cp932", "874": "cp874"})
# They name no character set; most such texts are UTF-8.
_UNKNOWN_CHARSETS = frozenset({"unknown-8bit", "x-unknown", "unknown", "default", "8bit"})


def decode_encoded_words(text: str) -> str:
    """Return a header's text with its encoded words decoded; one that cannot be decoded stays as it is.

    White space between two encoded words is dropped, and a character may be divided between them. Never raises.
    """
    pieces: list[str] = []
    encoded: list[str] = []  # consecutive words of one character set, as written, and their bytes
    content = b""
    charset = ""
    position = 0

    def flush() -> None:
        nonlocal content
        if encoded:
            pieces.append(_decode(content, charset, "".join(encoded)))
        encoded.clear()
        content = b""

    for match in _ENCODED_WORD.finditer(text, 0, MAX_HEADER_LENGTH):
        between = text[position : match.start()]
        follows = bool(encoded) and not between.strip()
        if not follows or match["charset"].casefold() != charset:
            flush()
        if not follows:
            pieces.append(between)
        position = match.end()
        charset = match["charset"].casefold()
        word = _word_bytes(match["text"], match["encoding"])
        if word is None or _codec(charset) is None:
            flush()
            pieces.append(match.group())
            continue
        encoded.append(match.group())
        content += word
    flush()
    return "".join((*pieces, text[position:]))


def _word_bytes(text: str, encoding: str) -> bytes | None:
    data = text.encode("ascii", "replace")
    if encoding in "Qq":
        return quopri.decodestring(data.replace(b"_", b" "), header=False)
    digits = b"".join(data.split()).rstrip(b"=")
    try:
        return base64.b64decode(digits + b"=" * (-len(digits) % 4), validate=True)
    except ValueError:
        return None


def _codec(charset: str) -> str | None:
    """Return Python's name of a character set, None if it is not one."""
    if charset in _UNKNOWN_CHARSETS:
        return "utf-8"
    for candidate in (charset, _plain_name(charset)):
        try:
            name = codecs.lookup(candidate).name
        except (LookupError, ValueError):
            continue
        return name if name.startswith(_CHARSETS) and name not in _NOT_CHARSETS else None
    return None


def _plain_name(charset: str) -> str:
    """Return a character set's name without prefix and suffix; a number is that of a code page."""
    match = _DECORATED_CHARSET.fullmatch(charset)
    name = match["name"] if match else charset
    return _OTHER_NAMES.get(name, f"cp{name}" if name.isdecimal() else name)


def _decode(content: bytes, charset: str, written: str) -> str:
    codec = _codec(charset)
    try:
        return content.decode(codec, "replace") if codec else written
    except (LookupError, UnicodeError):
        return written

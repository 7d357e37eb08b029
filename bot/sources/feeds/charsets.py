"""Decodes documents by the character set that their server or they themselves declare.

The order is that of RFC 7303 for XML and of the HTML standard: byte order mark, Content-Type header, the document's own
declaration, UTF-8. There is one exception: many servers declare ISO-8859-1 for everything, so a document that says (or
implies) that it is UTF-8, and is, is read as UTF-8.
"""

import codecs
import re

# Codecs of Python that are no character sets of documents; punycode takes quadratic time.
_NOT_DOCUMENTS = frozenset({"idna", "mbcs", "oem", "punycode", "raw_unicode_escape", "undefined", "unicode_escape"})
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# A document in UTF-16 without a byte order mark still begins with "<?".
_BEGINNINGS = ((b"<\0?\0", "utf-16-le"), (b"\0<\0?", "utf-16-be"))
_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"\s*<\?xml\b[^>]{0,500}?\?>")
_XML_ENCODING = re.compile(rb"""\s*<\?xml\b[^>]{0,500}?\bencoding\s*=\s*["']([\w.:-]{1,40})["']""")
_META_CHARSET = re.compile(rb"""<meta\b[^>]{0,500}?\bcharset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_DECLARED_WITHIN = 2048  # bytes


def decode_xml(body: bytes, content_type: str) -> str:
    """Return an XML document without its declaration."""
    text = _decode(body, content_type, _XML_ENCODING)
    declaration = _XML_DECLARATION.match(text)
    return text[declaration.end() :] if declaration else text


def decode_html(body: bytes, content_type: str) -> str:
    """Return an HTML document."""
    return _decode(body, content_type, _META_CHARSET)


def _decode(body: bytes, content_type: str, declaration: re.Pattern[bytes]) -> str:
    """Decode by the first character set that is known and fits; what fits none loses characters."""
    for mark, charset in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(charset, "replace")
    for beginning, charset in _BEGINNINGS:
        if body.startswith(beginning):
            return body.decode(charset, "replace")
    match = declaration.search(body, 0, _DECLARED_WITHIN)
    declared = _charset(match[1].decode("ascii", "replace")) if match else ""
    header_match = _HEADER_CHARSET.search(content_type)
    header = _charset(header_match[1]) if header_match else ""
    candidates = [header, declared, "utf-8", "cp1252"]
    if declared in ("", "utf-8"):
        candidates.insert(0, "utf-8")
    for charset in filter(None, candidates):
        try:
            return body.decode(charset)
        except UnicodeError:
            continue
    return body.decode("utf-8", "replace")


def _charset(name: str) -> str:
    """Return the name of Python's codec for a character set, "" if there is none for documents."""
    try:
        codec = codecs.lookup(name).name
        "".encode(codec)
    except (LookupError, ValueError, UnicodeError, TypeError):
        return ""
    # as browsers do: what is called Latin-1 is Windows-1252
    codec = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "utf-8-sig": "utf-8"}.get(codec, codec)
    return "" if codec.replace("-", "_") in _NOT_DOCUMENTS else codec

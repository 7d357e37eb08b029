"""Reading a response body of untrusted length: it is decompressed piece by piece, up to a limit."""

import zlib
from collections.abc import AsyncIterator

from bot.sources.errors import ResponseTooLarge, SourceError

GZIP_WBITS = 31
"""zlib's `wbits` for a gzip header and the largest window."""


class TruncatedBody(Exception):
    """A compressed body is incomplete or damaged."""


async def read_limited(chunks: AsyncIterator[bytes], encoding: str, max_bytes: int, *, may_cut: bool = False) -> bytes:
    """Read a body from the wire and decompress gzip; both sizes may be at most `max_bytes`.

    Beyond that it raises ResponseTooLarge, or with `may_cut` returns the beginning, which is then of that length.
    Raises TruncatedBody for an incomplete body, SourceError for another encoding.
    """
    encoding = encoding.strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise SourceError("answered in an encoding that was not requested.")
    decompressor = zlib.decompressobj(GZIP_WBITS) if encoding.endswith("gzip") else None
    body, received_bytes = bytearray(), 0
    async for chunk in chunks:
        received_bytes += len(chunk)
        if decompressor is None:
            body += chunk
        else:
            try:
                body += decompressor.decompress(chunk, max_bytes - len(body) + 1)
            except zlib.error:
                raise TruncatedBody from None
        if may_cut and len(body) >= max_bytes:
            return bytes(body[:max_bytes])
        if max(received_bytes, len(body)) > max_bytes:
            raise ResponseTooLarge(f"answered with more than {max_bytes:,} bytes.")
    if decompressor is not None and received_bytes and not decompressor.eof:
        raise TruncatedBody
    return bytes(body)

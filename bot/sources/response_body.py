"""Reading a body without trusting its length: inflated piece by piece, never beyond a bound."""

import zlib
from collections.abc import AsyncIterator

from bot.sources.errors import ResponseTooLarge, SourceError

GZIP_WBITS = 31
"""What zlib calls a gzip wrapper with the largest window."""


class TruncatedBody(Exception):
    """A compressed body ended before its end, or is damaged."""


async def read_limited(chunks: AsyncIterator[bytes], encoding: str, max_bytes: int) -> bytes:
    """Read a body as it comes over the wire, inflating gzip, up to `limit_bytes` both packed and unpacked.

    Raises AnswerTooLarge beyond that, BrokenBody for a body that ends too early, SourceFailed for another encoding.
    """
    encoding = encoding.strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise SourceError("answered in an encoding that was not asked for.")
    inflate = zlib.decompressobj(GZIP_WBITS) if encoding.endswith("gzip") else None
    body, packed = bytearray(), 0
    async for chunk in chunks:
        packed += len(chunk)
        if inflate is None:
            body += chunk
        else:
            try:
                body += inflate.decompress(chunk, max_bytes - len(body) + 1)
            except zlib.error:
                raise TruncatedBody from None
        if max(packed, len(body)) > max_bytes:
            raise ResponseTooLarge(f"answered with more than {max_bytes:,} bytes.")
    if inflate is not None and packed and not inflate.eof:
        raise TruncatedBody
    return bytes(body)

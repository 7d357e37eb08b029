"""Reading a body without trusting its length: inflated piece by piece, never beyond a bound."""

import zlib
from collections.abc import AsyncIterator

from bot.sources.errors import AnswerTooLarge, SourceFailed

GZIP = 31
"""What zlib calls a gzip wrapper with the largest window."""


class BrokenBody(Exception):
    """A compressed body ended before its end, or is damaged."""


async def read_bounded(chunks: AsyncIterator[bytes], encoding: str, limit_bytes: int) -> bytes:
    """Read a body as it comes over the wire, inflating gzip, up to `limit_bytes` both packed and unpacked.

    Raises AnswerTooLarge beyond that, BrokenBody for a body that ends too early, SourceFailed for another encoding.
    """
    encoding = encoding.strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise SourceFailed("answered in an encoding that was not asked for.")
    inflate = zlib.decompressobj(GZIP) if encoding.endswith("gzip") else None
    body, packed = bytearray(), 0
    async for chunk in chunks:
        packed += len(chunk)
        if inflate is None:
            body += chunk
        else:
            try:
                body += inflate.decompress(chunk, limit_bytes - len(body) + 1)
            except zlib.error:
                raise BrokenBody from None
        if max(packed, len(body)) > limit_bytes:
            raise AnswerTooLarge(f"answered with more than {limit_bytes:,} bytes.")
    if inflate is not None and packed and not inflate.eof:
        raise BrokenBody
    return bytes(body)

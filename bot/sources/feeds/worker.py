"""The parser's process: reads documents from standard input, writes their parsed values to standard output.

A request is a line of JSON ({"kind", "content_type", "length"}) and the document; the answer is the length of a JSON
document in 8 bytes, and the document: {"value": ...} or {"error": the type of an exception}. The process ends with its
standard input, at a limit of memory, and by a signal if a document takes too long, even if nobody waits for it.
"""

import json
import os
import signal
import sys
from typing import Any, BinaryIO

from bot.sources.feeds.documents import PARSERS

MAX_MEMORY_BYTES = 2_000_000_000


def main() -> None:
    """Answer requests until standard input ends; the argument is the longest time for one, in whole seconds."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not be taken for an answer
    _limit_resources()
    while request := requests.readline():
        _set_alarm(int(sys.argv[1]))
        _write(answers, _answer(json.loads(request), requests))
        _set_alarm(0)


def _answer(request: dict[str, Any], requests: BinaryIO) -> dict[str, Any]:
    body = requests.read(request["length"])
    try:
        return {"value": PARSERS[request["kind"]](body, request["content_type"])}
    except Exception as error:  # noqa: BLE001 - a hostile document may cause any
        return {"error": type(error).__name__}


def _write(answers: BinaryIO, answer: dict[str, Any]) -> None:
    document = json.dumps(answer).encode("ascii")
    answers.write(len(document).to_bytes(8, "big") + document)
    answers.flush()


def _set_alarm(seconds: int) -> None:
    if hasattr(signal, "alarm"):
        signal.alarm(seconds)


def _limit_resources() -> None:
    try:
        import resource
    except ImportError:  # not on every system
        return
    for limit, value in ((resource.RLIMIT_AS, MAX_MEMORY_BYTES), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(limit, (value, resource.getrlimit(limit)[1]))
        except (OSError, ValueError):
            continue


if __name__ == "__main__":
    main()

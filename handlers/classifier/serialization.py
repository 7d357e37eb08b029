"""A model as bytes and back: compressed JSON, so that reading what someone else wrote can run nothing."""

from __future__ import annotations

import json
import zlib
from array import array
from base64 import b64decode, b64encode
from datetime import datetime
from math import isfinite

from handlers.classifier.model import VERSION, Model
from handlers.classifier.neighbours import Memory, factors_of

# A model is below 3 MB unpacked: more is not ours.
MOST_BYTES = 64 * 1024 * 1024


def to_bytes(model: Model) -> bytes:
    """Write a model; the same model gives the same bytes."""
    names = [""] * len(model.vocabulary)
    for name, column in model.vocabulary.items():
        names[column] = name
    document = {
        "version": model.version,
        "learned_from": model.learned_from,
        "learned_until": model.learned_until.isoformat() if model.learned_until else None,
        "sections": model.sections,
        "names": names,
        "idf": _written(model.idf),
        "weights": [_written(weights) for weights in model.weights],
        "intercepts": model.intercepts,
        "slope": model.slope,
        "offset": model.offset,
        "sure": model.sure,
        "perhaps": model.perhaps,
        "by_filer": model.by_filer,
        "memory": _written_memory(model.memory),
    }
    return zlib.compress(json.dumps(document).encode(), 6)


def from_bytes(data: bytes) -> Model | None:
    """Read a model; None if it is cut short, garbage or of another version. Never raises."""
    try:
        inflater = zlib.decompressobj()
        document = json.loads(inflater.decompress(data, MOST_BYTES))
        if not inflater.eof or document["version"] != VERSION:
            return None
        until = document["learned_until"]
        model = Model(
            version=VERSION,
            learned_from=int(document["learned_from"]),
            learned_until=datetime.fromisoformat(until) if until else None,
            sections=tuple(str(section) for section in document["sections"]),
            vocabulary={str(name): column for column, name in enumerate(document["names"])},
            idf=_read(document["idf"]),
            weights=tuple(_read(weights) for weights in document["weights"]),
            intercepts=tuple(float(number) for number in document["intercepts"]),
            slope=float(document["slope"]),
            offset=float(document["offset"]),
            sure=float(document["sure"]),
            perhaps=float(document["perhaps"]),
            by_filer=tuple(
                (str(section), str(filer), float(chance)) for section, filer, chance in document["by_filer"]
            ),
            memory=_read_memory(document["memory"], document["names"]),
        )
    except (zlib.error, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None
    return model if _fits(model) else None


def _fits(model: Model) -> bool:
    width, columns = len(model.sections), len(model.vocabulary)
    numbers = (*model.intercepts, model.slope, model.offset, model.sure, model.perhaps)
    return (
        width > 0
        and len(model.intercepts) == width
        and len(model.idf) == columns
        and len(model.weights) == width
        and all(len(weights) == columns for weights in model.weights)
        and all(isfinite(number) for number in numbers)
        and _memory_fits(model.memory, width)
    )


def _memory_fits(memory: Memory, width: int) -> bool:
    size = len(memory.bugs)
    return (
        len(memory.held) == len(memory.recency) == size
        and all(0 <= section < width for held in memory.held for section in held)
        and all(
            len(places) == len(values) and all(0 <= place < size for place in places)
            for places, values in memory.postings.values()
        )
    )


def _written_memory(memory: Memory) -> dict[str, object]:
    postings = [
        (column, b64encode(places.tobytes()).decode(), _written(values))
        for column, (places, values) in sorted(memory.postings.items())
    ]
    return {"bugs": memory.bugs, "held": memory.held, "recency": memory.recency, "postings": postings}


def _read_memory(document: dict[str, list[list[int]]], names: list[str]) -> Memory:
    postings: dict[int, tuple[array[int], array[float]]] = {}
    for column, where, values in document["postings"]:
        places = array("i")
        places.frombytes(b64decode(str(where), validate=True))
        postings[int(column)] = (places, _read(str(values)))
    return Memory(
        tuple(int(str(bug)) for bug in document["bugs"]),
        tuple(tuple(int(section) for section in held) for held in document["held"]),
        tuple(float(str(number)) for number in document["recency"]),
        postings,
        factors_of(names) if document["bugs"] else (),
    )


def _written(numbers: array[float]) -> str:
    # Single precision is far finer than what was learned, and halves the size.
    return b64encode(array("f", numbers).tobytes()).decode()


def _read(text: str) -> array[float]:
    numbers = array("f")
    numbers.frombytes(b64decode(text, validate=True))
    return numbers

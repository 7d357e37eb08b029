"""Convert a model to bytes and back.

The format is compressed JSON, so that loading a model from an untrusted database cannot execute code. Its keys are
part of stored models and differ from the names of the fields.
"""

from __future__ import annotations

import json
import zlib
from array import array
from base64 import b64decode, b64encode
from datetime import datetime
from math import isfinite

from handlers.classifier.model import MODEL_VERSION, Model
from handlers.classifier.neighbours import NeighbourIndex, similarity_weights

# A model takes less than 3 MB unpacked: a larger one is not a model.
MAX_UNPACKED_BYTES = 64 * 1024 * 1024


def to_bytes(model: Model) -> bytes:
    """Serialize a model; equal models give equal bytes."""
    names = [""] * len(model.vocabulary)
    for name, column in model.vocabulary.items():
        names[column] = name
    document = {
        "version": model.version,
        "learned_from": model.training_size,
        "learned_until": model.trained_until.isoformat() if model.trained_until else None,
        "sections": model.section_keys,
        "names": names,
        "idf": _encode(model.idf),
        "weights": [_encode(weights) for weights in model.weights],
        "intercepts": model.intercepts,
        "slope": model.slope,
        "offset": model.offset,
        "sure": model.confident_threshold,
        "perhaps": model.suggestion_threshold,
        "memory": _encode_index(model.neighbour_index),
    }
    return zlib.compress(json.dumps(document).encode(), 6)


def from_bytes(data: bytes) -> Model | None:
    """Deserialize a model; return None for truncated or invalid data and for another version. Never raises."""
    try:
        inflater = zlib.decompressobj()
        document = json.loads(inflater.decompress(data, MAX_UNPACKED_BYTES))
        if not inflater.eof or document["version"] != MODEL_VERSION:
            return None
        trained_until = document["learned_until"]
        model = Model(
            version=MODEL_VERSION,
            training_size=int(document["learned_from"]),
            trained_until=datetime.fromisoformat(trained_until) if trained_until else None,
            section_keys=tuple(str(section) for section in document["sections"]),
            vocabulary={str(name): column for column, name in enumerate(document["names"])},
            idf=_decode(document["idf"]),
            weights=tuple(_decode(weights) for weights in document["weights"]),
            intercepts=tuple(float(number) for number in document["intercepts"]),
            slope=float(document["slope"]),
            offset=float(document["offset"]),
            confident_threshold=float(document["sure"]),
            suggestion_threshold=float(document["perhaps"]),
            neighbour_index=_decode_index(document["memory"], document["names"]),
        )
    except (zlib.error, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None
    return model if _is_consistent(model) else None


def _is_consistent(model: Model) -> bool:
    section_count, feature_count = len(model.section_keys), len(model.vocabulary)
    numbers = (*model.intercepts, model.slope, model.offset, model.confident_threshold, model.suggestion_threshold)
    return (
        section_count > 0
        and len(model.intercepts) == section_count
        and len(model.idf) == feature_count
        and len(model.weights) == section_count
        and all(len(weights) == feature_count for weights in model.weights)
        and all(isfinite(number) for number in numbers)
        and _index_is_consistent(model.neighbour_index, section_count)
    )


def _index_is_consistent(index: NeighbourIndex, section_count: int) -> bool:
    size = len(index.bugs)
    return (
        len(index.labels) == size
        and all(0 <= section < section_count for labels in index.labels for section in labels)
        and all(
            len(examples) == len(values) and all(0 <= example < size for example in examples)
            for examples, values in index.postings.values()
        )
    )


def _encode_index(index: NeighbourIndex) -> dict[str, object]:
    postings = [
        (column, b64encode(examples.tobytes()).decode(), _encode(values))
        for column, (examples, values) in sorted(index.postings.items())
    ]
    return {"bugs": index.bugs, "held": index.labels, "postings": postings}


def _decode_index(document: dict[str, list[list[int]]], names: list[str]) -> NeighbourIndex:
    postings: dict[int, tuple[array[int], array[float]]] = {}
    for column, encoded_examples, encoded_values in document["postings"]:
        examples = array("i")
        examples.frombytes(b64decode(str(encoded_examples), validate=True))
        postings[int(column)] = (examples, _decode(str(encoded_values)))
    return NeighbourIndex(
        tuple(int(str(bug)) for bug in document["bugs"]),
        tuple(tuple(int(section) for section in labels) for labels in document["held"]),
        postings,
        similarity_weights(names) if document["bugs"] else (),
    )


def _encode(numbers: array[float]) -> str:
    # Single precision is far finer than the training needs, and halves the size.
    return b64encode(array("f", numbers).tobytes()).decode()


def _decode(text: str) -> array[float]:
    numbers = array("f")
    numbers.frombytes(b64decode(text, validate=True))
    return numbers

"""Questions, roles and promises as JSON documents, with the keys of the interface."""

from collections.abc import Sequence
from typing import Any

from handlers.acts.values import Acts, Commitment


def question_json(acts: Acts) -> list[dict[str, Any]]:
    """Return the questions of a bug with their answers."""
    return [
        {
            "id": question.id,
            "comment": question.comment,
            "text": question.text,
            "role": question.role,
            "answers": [{"comment": answer.comment, "how": answer.kind} for answer in acts.answers_to(question.id)],
        }
        for question in acts.questions
    ]


def role_json(acts: Acts) -> list[dict[str, Any]]:
    """Return the role of each comment's author."""
    return [{"comment": comment.comment, "role": comment.role} for comment in acts.comments]


def commitment_json(commitment: Commitment) -> dict[str, Any]:
    """Return a promise; dates are ISO days."""
    return {
        "bug": commitment.bug,
        "comment": commitment.comment,
        "kind": commitment.kind,
        "text": commitment.text,
        "due": _iso(commitment.due),
        "became": commitment.became,
        "told_in": commitment.told_in,
        "late_days": commitment.late_days,
        "changes": [
            {
                "comment": change.comment,
                "from": _iso(change.old),
                "to": _iso(change.new),
                "after_due": change.after_due,
            }
            for change in commitment.changes
        ],
        "due_text": commitment.due_text or None,
        "done_on": _iso(commitment.done_on),
        "of": commitment.of,
        "of_bug": commitment.of_bug,
        "firm": commitment.firm,
    }


def commitments_json(commitments: Sequence[Commitment]) -> dict[str, Any]:
    """Return the document of a list of promises."""
    return {"commitments": [commitment_json(commitment) for commitment in commitments]}


def _iso(day: Any) -> str | None:
    return day.isoformat() if day else None

"""Whether the reasons of a prediction are what it depends on."""

from handlers.classifier.examples import Instance
from handlers.classifier.explain import predict_without, reasons_for
from handlers.classifier.model import Model, classify


def position_and_confidence(prediction, section):
    """The section's position in the prediction and whether it is confident, or None."""
    for index, assignment in enumerate(prediction.assignments):
        if assignment.section == section:
            return index, assignment.confident
    return None


def changes(model: Model, instance: Instance) -> list[bool]:
    """For each section with reasons: does the prediction change when these are removed?"""
    prediction = classify(model, instance)
    results = []
    for index, assignment in enumerate(prediction.assignments):
        reasons = reasons_for(model, instance, prediction, index)
        if reasons and assignment.section in model.section_keys:
            after = position_and_confidence(predict_without(model, instance, reasons), assignment.section)
            was_confident_or_first = assignment.confident or index == 0
            results.append(after is None or (was_confident_or_first and after != (index, assignment.confident)))
    return results

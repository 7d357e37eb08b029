"""A list message that asks for a section, and the button and form of its alert."""

from tests.support.small_corpus import FIRST_BUG

BUG, OTHER_BUG = FIRST_BUG + 1, FIRST_BUG + 5  # both about places
UNKNOWN = 1_234_567  # a bug that Rootwatch does not know
REQUEST = f"Could we add a section for geographical incidents? See bug {BUG}, bug {OTHER_BUG} and bug {UNKNOWN}."


def buttons(message):
    return [button for row in message.components for button in row.children]


async def press_button(member, alert):
    """Press the only button below an alert."""
    (button,) = buttons(alert)
    return await member.click(alert, custom_id=button.custom_id)


def form_values(result):
    """The values of an opened form's text inputs by their ids: what the form shows at first."""
    return {
        item["custom_id"]: item.get("value", "")
        for item in _flatten(result.modal["components"])
        if item.get("type") == 4
    }


def _flatten(items):
    for item in items:
        yield item
        yield from _flatten([*item.get("components", ()), *([item["component"]] if "component" in item else [])])

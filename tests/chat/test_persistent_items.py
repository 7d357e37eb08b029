"""Buttons and menus are built again from the custom ids of messages that were posted before a restart."""

import re

import pytest

from bot.chat.client import PERSISTENT_ITEMS

POSTED = {
    "rw:show": {},
    "rw:help": {},
    "rw:ask:incidents:SSL.com: x since:2024-01-01": {
        "command": "incidents",
        "argument": "SSL.com: x since:2024-01-01",
    },
    "rw:page:8x2k:3:n": {"query_id": "8x2k", "page": 3},
    "rw:list:12:l:o:20240301::ev-misissuance:Let's Encrypt: x": {
        "page": 12,
        "query": "o:20240301::ev-misissuance:Let's Encrypt: x",
    },
    "rw:mails:3:n:Let's Encrypt since:2024-03-01": {"page": 3, "query": "Let's Encrypt since:2024-03-01"},
    "rw:mails:0:p:": {"page": 0, "query": ""},
    "rw:due:3:n:Let's Encrypt overdue": {"page": 3, "query": "Let's Encrypt overdue"},
    "rw:due:0:a:": {"page": 0, "query": ""},
    "rw:missed:2:p:Let's Encrypt": {"page": 2, "ca": "Let's Encrypt"},
    "rw:vow:3:n:Let's Encrypt broken": {"page": 3, "query": "Let's Encrypt broken"},
    "rw:vow:0:a:": {"page": 0, "query": ""},
    "rw:queue:2:p": {"page": 2},
    "rw:thread": {},
    "rw:wrong:1897630": {"bug": 1897630},
    "rw:section:in:1897630": {"verdict": "in", "bug": 1897630},
    "rw:section:out:1897630": {"verdict": "out", "bug": 1897630},
    "rw:undo:c12": {"token": "c12"},
    "rw:undo:l3:1897630:1716200000000000:in:1122334455": {"token": "l3:1897630:1716200000000000:in:1122334455"},
    "rw:propose:12345678901": {"event_id": 12345678901},
    "rw:form:new": {"draft_id": "new"},
    "rw:form:123": {"draft_id": "123"},
    "rw:examples:123": {"draft_id": "123"},
    "rw:noexamples:0a1b": {"draft_id": "0a1b"},
    "rw:vote:against:7": {"choice": "against", "section_id": 7},
    "rw:decide:withdraw:7": {"decision": "withdraw", "section_id": 7},
    "rw:holds:7": {"section_id": 7},
    "rw:judge:7": {"section_id": 7},
    "rw:verdict:out:7": {"verdict": "out", "section_id": 7},
    "rw:rest:next:7": {"choice": "next", "section_id": 7},
}


def item_for(custom_id):
    (item,) = (item for item in PERSISTENT_ITEMS if re.fullmatch(item.__discord_ui_compiled_template__, custom_id))
    return item


@pytest.mark.parametrize("custom_id", POSTED)
async def test_an_item_is_built_again_from_its_posted_id(custom_id):
    item_class = item_for(custom_id)
    item = await item_class.from_custom_id(None, None, item_class.__discord_ui_compiled_template__.match(custom_id))
    assert item.custom_id == custom_id
    assert {name: getattr(item, name) for name in POSTED[custom_id]} == POSTED[custom_id]


def test_every_item_names_itself_in_errors():
    assert {item_for(custom_id) for custom_id in POSTED} == set(PERSISTENT_ITEMS)
    assert all(item.operation for item in PERSISTENT_ITEMS)

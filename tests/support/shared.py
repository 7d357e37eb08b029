"""Paths of the recorded incidents and of the fake Bugzilla and Discord, in ../shared beside this repository."""

from pathlib import Path

SHARED = Path(__file__).resolve().parents[3] / "shared"
CORPUS = SHARED / "corpus" / "bugs.jsonl.gz"
LIST_MESSAGES = SHARED / "corpus" / "list_messages.json"
REPLAY = SHARED / "replay" / "serve.py"
DISCORD_SERVER = SHARED / "replay" / "discord_server.py"
BUGZILLA_SAMPLES = SHARED / "domain" / "bugzilla_samples"

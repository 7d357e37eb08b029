"""Sends and edits the messages that the outbox holds."""

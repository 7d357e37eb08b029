"""Sends and edits the alerts of the outbox and the messages of proposed sections."""

"""Sends alerts, and edits what was posted: alerts, answers and the messages of proposed sections."""

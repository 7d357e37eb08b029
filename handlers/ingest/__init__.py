"""Stores what the sources returned, and records the events that follow."""

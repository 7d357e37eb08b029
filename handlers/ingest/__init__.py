"""Stores what the sources returned, and records events."""

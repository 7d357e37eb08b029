"""Finds earlier incidents that one refers to or will refer to, and those of the same kind, each with its reasons."""

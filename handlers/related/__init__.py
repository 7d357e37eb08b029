"""Finds the echoes of an incident: earlier incidents that it refers to or resembles, each with its reasons."""

"""Alerts: which events go to which channels, what an alert shows, and what became of it."""

"""Builds the content of alerts."""

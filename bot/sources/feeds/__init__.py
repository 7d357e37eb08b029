"""Feeds and list archives."""

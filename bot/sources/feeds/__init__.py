"""Clients of feeds and mailing list archives."""

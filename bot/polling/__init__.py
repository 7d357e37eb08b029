"""Polls of the sources: what is requested when, back-off, leases."""

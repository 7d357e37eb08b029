"""Polls of the sources: initial and incremental syncs, back-off, leases."""

"""Clients of the sources: Bugzilla, mailing list archives and feeds."""

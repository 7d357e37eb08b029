"""A client of Bugzilla's REST API."""

"""What Rootwatch reads: Bugzilla, list archives and feeds, politely and completely, turned into values."""

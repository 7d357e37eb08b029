"""In-memory indexes of all incidents, synchronised with the database."""

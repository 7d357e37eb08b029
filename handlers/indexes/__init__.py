"""In-memory indexes of all incidents, kept in step with the database."""

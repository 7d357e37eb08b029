"""Values that the use cases return; each chat renders them in its own way."""

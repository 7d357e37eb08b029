"""Text in, sections out, for incidents that carry no tags yet."""

"""Assigns incidents to built-in sections, and trains the model that does."""

"""Assigns incidents to built-in sections, trains the model behind it, and measures its accuracy."""

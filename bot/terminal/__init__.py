"""The same words in a terminal: the prompt and its tables."""

"""The terminal: the prompt, results as text and as JSON, and progress."""

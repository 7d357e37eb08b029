"""Words and names in text, for the classifier and both rankings, and what shows nothing in a text."""

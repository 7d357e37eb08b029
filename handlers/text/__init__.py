"""Words and names in text, for the classifier and both rankings."""

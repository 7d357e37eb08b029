"""Results as text for a terminal or a pipe, one file for each subject."""

"""Results as Discord embeds, one file for each subject."""

"""Results as Discord embeds."""

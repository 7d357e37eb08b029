"""Immutable values that storage returns and all layers share."""

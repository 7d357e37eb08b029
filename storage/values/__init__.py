"""The values that all layers share."""

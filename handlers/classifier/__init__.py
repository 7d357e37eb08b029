"""Classify incidents without tags into sections by their text."""

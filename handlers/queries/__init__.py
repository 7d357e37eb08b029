"""Answers questions of members from the database."""

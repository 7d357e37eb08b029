"""Sections that members propose, label, vote on and moderate."""

"""The clocks of an incident: what is due when, by which published rule, and what became of it."""

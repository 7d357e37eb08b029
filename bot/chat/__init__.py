"""Discord: the client, its commands and buttons, and the sender that empties the outbox."""

"""The error that use cases raise for a request that cannot be fulfilled."""


class UserError(Exception):
    """A request cannot be fulfilled; the text is one plain sentence for the user that says what to do."""

"""The error codes of Discord's API that the bot distinguishes (Discord's documentation, "JSON Error Codes")."""

CHANNEL_GONE = (10003, 10004)  # unknown channel, unknown server
MESSAGE_GONE = 10008
THREAD_ARCHIVED = 50083
EDITS_EXHAUSTED = 30046  # the maximum number of edits to messages older than an hour
FOREIGN_MESSAGE = (50005, 50021)  # written by another account; a message of Discord's own
INVALID_FORM = (50035, 50006, 50109, 40005)  # an invalid form, an empty message, invalid JSON, too large
BLOCKED_CONTENT = (200000, 200001, 240000)  # by the server's AutoMod, or its filter of harmful links
NO_ACCESS = 50001
NO_PERMISSION = 50013
# an interaction that expired or was answered already, and the token of one that expired later
INTERACTION_EXPIRED = (10062, 40060, 10015, 50027)

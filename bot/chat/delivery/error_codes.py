"""The error codes of Discord's API that the bot distinguishes (Discord's documentation, "JSON Error Codes")."""

CHANNEL_GONE = (10003, 10004)  # unknown channel, unknown server
MESSAGE_GONE = 10008
THREAD_ARCHIVED = 50083

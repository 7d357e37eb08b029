"""The codes by which Discord's API says that something is no more (its documentation: JSON Error Codes)."""

CHANNEL_GONE = (10003, 10004)  # the channel, or its whole server
MESSAGE_GONE = 10008
THREAD_ARCHIVED = 50083

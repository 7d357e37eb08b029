"""The use cases behind the commands: queries of members and their filters."""

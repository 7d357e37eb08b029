"""The running program and the outside world: configuration, schedule, sources, chats, command line."""

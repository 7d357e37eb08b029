"""Text that both chats show alike; knows neither Discord nor a terminal."""

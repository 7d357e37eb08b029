"""Text in, values out: titles, whiteboards, reports and list messages."""

"""Parse text into values: titles, whiteboards, reports and messages of mailing lists."""

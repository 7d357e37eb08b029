"""What Rootwatch remembers: values, tables, queries and migrations."""

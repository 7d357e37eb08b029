"""What happens when something arrives, a poll or a command: plain values in, plain values out."""

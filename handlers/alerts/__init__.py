"""What an alert contains."""

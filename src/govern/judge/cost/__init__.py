"""What was spent and used, by any columns and over time."""

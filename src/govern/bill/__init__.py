"""What export files look like, and how their bytes become records. Knows no policy, no engine."""

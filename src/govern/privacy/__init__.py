"""What a report must not tell: accounts, names, owners and paths give way to tokens."""

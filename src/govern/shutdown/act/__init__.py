"""Carrying a checklist out: what would be called, the journal, the acts, and taking them back."""

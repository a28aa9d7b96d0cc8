"""Policies held against the ledger: findings, and what could not be decided."""

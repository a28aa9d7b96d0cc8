"""The only place where policies meet the ledger. Pure: no clock, no network, no environment."""

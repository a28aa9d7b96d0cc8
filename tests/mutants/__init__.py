"""Mutation tests: change what decides, one spot at a time, and see that a test fails.

``make mutants`` runs them; ``spots`` finds what can be changed, SQL texts included, ``trial`` runs
tests on one change, ``touching`` learns which tests run which line.
"""

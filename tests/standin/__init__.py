"""A stand-in for the account: a local server that behaves as Alibaba's APIs do, with bad days.

It shares no code with govern: signatures are checked, lists are paged and errors are shaped from
the documentation; the official SDKs talk to it in test_official_clients.py.
"""

"""A secret that only who has the bill can know, for the tokens of ``--redact``."""

from __future__ import annotations

import hashlib

from govern.ledger.groups import COLUMNS
from govern.ledger.ledger import Ledger

#: A group as one text, the number of its file aside: what of it is NULL has its place as well.
_GROUP = " || chr(31) || ".join(
    f"coalesce({column}::VARCHAR, chr(30))" for column in COLUMNS if column != "file"
)


def salt(ledger: Ledger) -> bytes:
    """32 bytes made of every group of the bill, whatever the order of its files' rows.

    They are the groups of raw texts, which no naming, dividing or reading of a wording changes: all
    commands give an account the same token. A report shows sums; this needs each group's own.
    scrypt makes trying guesses dear: for a bill so small that the report tells all of it but the
    account, one guess takes a moment.
    """
    rows = ledger.query(
        f"SELECT coalesce(bit_xor(md5_number({_GROUP})), 0)::VARCHAR, count(*) FROM groups"
    )
    return hashlib.scrypt(repr(rows).encode(), salt=b"govern --redact", n=2**14, r=8, p=1, dklen=32)

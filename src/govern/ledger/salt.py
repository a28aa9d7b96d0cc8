"""A secret that only who has the bill can know, for the tokens of ``--redact``."""

from __future__ import annotations

import hashlib

from govern.ledger.ledger import Ledger


def salt(ledger: Ledger) -> bytes:
    """32 bytes made of every group of the ledger, whatever the order of its files' rows, and
    whatever it was judged by before.

    A report shows sums; this needs each group's own. scrypt makes trying guesses dear: for a
    bill so small that the report tells all of it but the account, one guess takes a moment.
    """
    kept = "COLUMNS(* EXCLUDE (id, file))"
    rows = ledger.query(
        f"SELECT coalesce(bit_xor(md5_number(concat_ws(chr(31), {kept}::VARCHAR))), 0)::VARCHAR, "
        "count(*) FROM reduced"
    )
    return hashlib.scrypt(repr(rows).encode(), salt=b"govern --redact", n=2**14, r=8, p=1, dklen=32)

"""Damaged bills: no traceback, and never a total that is silently wrong.

Whatever happens to a file, govern either says that something is wrong (a reject, a refusal) or
reads exactly what an independent reader reads.
"""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path

import pytest
from oracle import bill as oracle_bill
from oracle import build
from reading import AS_OF
from seeds import seeds

from govern.judge.bill.summary import summarise
from govern.judge.bill.totals_rows import totals_rows_that_disagree
from govern.ledger.reading import Reading, read
from govern.model.errors import GovernError


def _truncate(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def _flip(data: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(data)
    for _ in range(rng.randrange(1, 6)):
        damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
    return bytes(damaged)


def _quote(data: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(data)
    for _ in range(rng.randrange(1, 4)):
        damaged.insert(rng.randrange(len(damaged)), ord('"'))
    return bytes(damaged)


def _recode(data: bytes, rng: random.Random) -> bytes:
    text = data.decode("utf-8-sig", "replace")
    return text.encode(rng.choice(["gb18030", "utf-16", "utf-8"]), "replace")


def _swap_columns(data: bytes, rng: random.Random) -> bytes:
    lines = data.split(b"\n")
    at = rng.randrange(len(lines))
    cells = lines[at].split(b",")
    rng.shuffle(cells)
    lines[at] = b",".join(cells)
    return b"\n".join(lines)


def _drop_line_breaks(data: bytes, rng: random.Random) -> bytes:
    at = data.find(b"\n", rng.randrange(len(data)))
    return data if at < 0 else data[:at] + data[at + 1 :]


def _insert(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    junk = rng.choice(
        [b"\0", b"\r", b"\n\n", b",,", b"\xff\xfe", b"\x1f", b"\x1e", "合计".encode()]
    )
    return data[:at] + junk + data[at:]


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _as_utf8(data: bytes) -> bytes:
    """What the file says, by the first encoding that can read all of it, else as UTF-8."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace").encode()
    header, line_break, rows = data.lstrip(b"\r\n").partition(b"\n")
    if _is_utf8(rows):
        header = header.decode("utf-8", "replace").encode()  # a name that nobody needs
    data = header + line_break + rows
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding).encode()
        except UnicodeDecodeError:
            continue
    # Nothing was rejected, so the broken bytes are in columns that nobody reads.
    return data.decode("utf-8", "replace").encode()


DAMAGES = (_truncate, _flip, _quote, _recode, _swap_columns, _drop_line_breaks, _insert)


def check_one(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    whole, damaged = tmp_path / "whole.csv", tmp_path / "damaged.csv"
    quirks = frozenset(
        one for one in build.random_quirks(rng) if one not in ("bad_rows", "monthly")
    )
    build.write_bill(
        whole, rng.choice(build.EXPORTED), build.random_rows(rng, 12), rng, quirks=quirks
    )
    data = whole.read_bytes()
    for _ in range(rng.choice([1, 1, 2])):
        data = rng.choice(DAMAGES)(data, rng) or data
    damaged.write_bytes(data)
    try:
        with read([str(damaged)], Reading()) as ledger:
            found = summarise(ledger, AS_OF)
            said = found.rejected > 0 or bool(totals_rows_that_disagree(ledger))
            said = said or not found.count("charges")  # exit code 3: nothing was evaluated
    except GovernError as error:
        assert error.cause in ("usage", "rejected", "nothing")
        return
    if said:
        return
    expected: dict[str, Decimal] = {}
    damaged.write_bytes(_as_utf8(damaged.read_bytes()))
    try:
        theirs = oracle_bill.read_bill(damaged)
    except ValueError:
        return  # a header name that govern can do without, and the oracle can't
    for one in oracle_bill.totals(theirs):
        code = one.billing_currency.upper()  # the oracle keeps a damaged `cNY` as it stands
        expected[code] = expected.get(code, Decimal(0)) + one.billed_cost + one.other_cost
    ours = {one.currency: one.billed_cost + one.other_cost for one in found.totals}
    assert ours == expected
    # Whose product a damaged row is, the two may see differently; its money counts for both.
    assert found.count("charges") + found.count("other") == len(theirs.charges) + len(theirs.others)


@pytest.mark.parametrize("block", seeds(1, 5))
def test_a_damaged_bill_is_told_or_read_exactly(tmp_path: Path, block: int) -> None:
    for seed in range(block * 25, block * 25 + 25):
        check_one(tmp_path, seed)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(50))
def test_thousands_of_damaged_bills(tmp_path: Path, block: int) -> None:
    for seed in range(10_000 + block * 100, 10_100 + block * 100):
        check_one(tmp_path, seed)

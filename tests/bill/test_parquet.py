"""Parquet bills: every value as its exact text, or refused."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from bills import NAMES, bill, paid
from reading import column, rejects, summary

from govern.ledger.reading import Reading, read
from govern.model.errors import GovernError


def parquet(folder: Path, *rows: str, **columns: str) -> Path:
    """A bill of these lines as Parquet; ``columns``: SQL expressions for columns by name."""
    source, target = bill(folder, *rows), folder / "b.parquet"
    cells = ", ".join(
        f'{columns.get(name, f"{chr(34)}{name}{chr(34)}")} AS "{name}"' for name in NAMES
    )
    duckdb.connect().execute(
        f"COPY (SELECT {cells} FROM read_csv('{source}', all_varchar = true)) "
        f"TO '{target}' (FORMAT parquet)"
    )
    return target


def test_ids_in_doubles_are_whole_numbers(tmp_path: Path) -> None:
    ids = {
        "资源购买账号ID": "1902910424969427::DOUBLE",
        "资源归属账号ID": "9007199254740991::DOUBLE",
    }
    with read([str(parquet(tmp_path, paid("1"), **ids))], Reading()) as ledger:
        assert column(ledger, "billing_account_id") == ["1902910424969427"]
        assert column(ledger, "sub_account_id") == ["9007199254740991"]


@pytest.mark.parametrize(
    "lost",
    [
        "9007199254740992::DOUBLE",
        "12345678901234567890::DOUBLE",
        "123.5::DOUBLE",
        "16777217::FLOAT",
    ],
)
def test_ids_that_a_floating_point_number_has_lost_are_refused(tmp_path: Path, lost: str) -> None:
    path = parquet(tmp_path, paid("1"), 资源购买账号ID=lost)
    with pytest.raises(GovernError) as caught, read([str(path)], Reading()):
        pass
    assert caught.value.cause == "rejected" and "ids have lost their digits" in str(caught.value)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("0.1::DOUBLE", "0.1"),
        ("1e-7::DOUBLE", "0.0000001"),
        ("-0.05::DOUBLE", "-0.05"),
        ("12::DOUBLE", "12"),
        ("123456789.012345::DOUBLE", "123456789.012345"),
        ("0.5::FLOAT", "0.5"),
        ("'12.3456789012'::DECIMAL(20, 10)", "12.3456789012"),
        ("'99999999999999.123456789012345'::DECIMAL(38, 15)", "99999999999999.123456789012345"),
        ("7::BIGINT", "7"),
    ],
)
def test_an_amount_is_what_its_writer_meant(tmp_path: Path, written: str, value: str) -> None:
    found = summary(parquet(tmp_path, paid("1"), 应付金额=written))
    assert found.totals[0].billed_cost == Decimal(value)


@pytest.mark.parametrize(
    ("written", "shown", "reason"),
    [
        # 0.1 + 0.2, and a price of more digits than a DOUBLE holds: nobody knows what was billed.
        ("0.1::DOUBLE + 0.2::DOUBLE", "≈0.30000000000000004", "too many digits to be exact"),
        ("0.1234567890123456::DOUBLE", "≈0.1234567890123456", "too many digits to be exact"),
        ("0.1234567::FLOAT", "≈0.1234567", "too many digits to be exact"),
        ("'NaN'::DOUBLE", "≈nan", "too many digits to be exact"),
        ("NULL::DOUBLE", "", "no amount"),
        ("true", "true", "not a number"),
        ("{'a': 1}", "{'a': 1}", "not a number"),
    ],
)
def test_what_is_no_exact_amount_is_rejected(
    tmp_path: Path, written: str, shown: str, reason: str
) -> None:
    path = parquet(tmp_path, paid("1"), 应付金额=written)
    ((line, name, value, why),) = rejects(path)
    assert (line, name, value) == (1, "应付金额", shown) and why.endswith(reason)


@pytest.mark.parametrize(
    ("written", "start", "width"),
    [
        ("DATE '2026-09-05'", "2026-09-05 00:00:00", "day"),
        ("TIMESTAMP '2026-09-05 08:30:15'", "2026-09-05 08:30:15", "second"),
        ("TIMESTAMP '2026-09-05 08:30:15.25'", "2026-09-05 08:30:15", "second"),
        ("TIMESTAMP_NS '2026-09-05 08:30:15'", "2026-09-05 08:30:15", "second"),
        # Data frames keep days as times of 00:00.
        ("TIMESTAMP '2026-09-05 00:00:00'", "2026-09-05 00:00:00", "day"),
        ("TIMESTAMP_NS '2026-09-05 00:00:00'", "2026-09-05 00:00:00", "day"),
        # 16:00 in UTC is 00:00 of the next day in UTC+8.
        ("to_timestamp(1788624000)", "2026-09-06 00:00:00", "second"),
        ("'2026-09-05'", "2026-09-05 00:00:00", "day"),
    ],
)
def test_times_keep_their_width_and_zone(
    tmp_path: Path, written: str, start: str, width: str
) -> None:
    path = parquet(tmp_path, paid("1"), 账单日期=written)
    with read([str(path)], Reading()) as ledger:
        assert [str(one) for one in column(ledger, "first")] == [start]
        assert column(ledger, "width") == [width]


def test_midnight_among_other_times_is_midnight(tmp_path: Path) -> None:
    times = "账单日期::TIMESTAMP"
    rows = [paid("1", 账单日期=f"2026-09-05 {time}") for time in ("00:00:00", "10:00:00")]
    with read([str(parquet(tmp_path, *rows, 账单日期=times))], Reading()) as ledger:
        assert column(ledger, "width") == ["second"]


def test_nulls_and_nested_values_in_columns_nobody_reads_harm_nobody(tmp_path: Path) -> None:
    path = parquet(
        tmp_path, paid("1"), 实例标签="[{'key': 'a', 'value': 'b,\"c\"'}]", 资源组="NULL",
        目录总价="NULL::DOUBLE", 用量="NULL::DECIMAL(10, 2)",
    )  # fmt: skip
    found = summary(path)
    assert (found.rejected, found.totals[0].billed_cost) == (0, 1)

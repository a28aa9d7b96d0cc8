"""Traps of the engine's CSV reader that lose money silently; each is closed here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal, localcontext
from pathlib import Path

import pytest
from bills import HEADER, NAMES, bill, paid, row
from reading import money, rejects, summary
from seeds import some


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('"1,234.5"', "1234.5"),
        ("¥5", "5"),
        ("1E-7", "0.0000001"),
        ("1.2e-7", "0.00000012"),
        ("0.123456789012", "0.123456789012"),
        ("１.５", "1.5"),
        ("1.20\t", "1.2"),
        (" 1.20 ", "1.2"),
        ("+3", "3"),
        ("-0.05", "-0.05"),
        (".5", "0.5"),
        ("1.5000000000000000000000000", "1.5"),
        ("99999999999999.999999999999999", "99999999999999.999999999999999"),
    ],
)
def test_an_amount_is_read_to_its_last_digit(tmp_path: Path, written: str, value: str) -> None:
    with localcontext(prec=60):
        assert money(bill(tmp_path, paid(written), paid("1"))) == Decimal(value) + 1


@pytest.mark.parametrize(
    "written",
    ["abc", "-", "1_000", '"1,23"', "NaN", "Infinity", "1e", "0x10", "1.2.3", "--1", "1 2", "¥"],
)
def test_what_is_no_number_is_rejected_with_its_place(tmp_path: Path, written: str) -> None:
    path = bill(tmp_path, paid("1"), paid(written), paid("2"))
    assert rejects(path) == [(3, "应付金额", written.strip('"'), "unreadable number: not a number")]
    assert summary(path).totals[0].billed_cost == 3


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("123456789012345678901234567890", "impossible: more than 14 digits before the point"),
        ("1e40", "impossible: more than 14 digits before the point"),
        ("0." + "1" * 30, "more than 15 decimals, which can't be carried exactly"),
        ("1e-20", "more than 15 decimals, which can't be carried exactly"),
    ],
)
def test_what_cannot_be_carried_exactly_is_refused_and_never_rounded(
    tmp_path: Path, written: str, reason: str
) -> None:
    path = bill(tmp_path, paid("1"), paid(written))
    assert rejects(path) == [(3, "应付金额", written, f"unreadable number: {reason}")]
    assert summary(path).totals[0].rejected_cost is None


def test_an_empty_amount_is_a_reject_and_no_zero(tmp_path: Path) -> None:
    assert rejects(bill(tmp_path, paid(""), paid("1"))) == [(2, "应付金额", "", "no amount")]


def test_short_and_long_rows_are_rejected_one_by_one(tmp_path: Path) -> None:
    path = bill(tmp_path, paid("1"), "short,row", paid("2") + ",extra", paid("4"))
    assert [(line, reason) for line, _, _, reason in rejects(path)] == [
        (3, "2 fields where the header has 39"),
        (4, "40 fields where the header has 39"),
    ]
    assert summary(path).totals[0].billed_cost == 5


@pytest.mark.parametrize("surplus", [",", ",,", ',""', ", "])
def test_one_empty_cell_too_many_is_a_wrong_number_of_fields(tmp_path: Path, surplus: str) -> None:
    path = bill(tmp_path, paid("1"), paid("2") + surplus)
    count = 39 + surplus.count(",")
    assert [(line, reason) for line, _, _, reason in rejects(path)] == [
        (3, f"{count} fields where the header has 39")
    ]
    assert summary(path).totals[0].billed_cost == 1


def test_an_open_quote_makes_the_rest_of_the_file_unknown(tmp_path: Path) -> None:
    path = bill(tmp_path, paid("1"), row(实例标签='"open'), paid("2"), paid("4"))
    read = summary(path)
    assert [(r.line, r.reason) for r in read.rejects] == [
        (3, "a quote is opened and not closed properly; the rest of the file is unknown")
    ]
    assert read.totals[0].billed_cost == 1


def test_a_malformed_quote_on_one_line_costs_one_row(tmp_path: Path) -> None:
    path = bill(tmp_path, paid("1"), row(实例标签='"a"b'), paid("2"))
    assert [line for line, _, _, _ in rejects(path)] == [3]
    assert summary(path).totals[0].billed_cost == 3


def test_lines_are_physical_also_behind_quoted_line_breaks(tmp_path: Path) -> None:
    path = bill(tmp_path, row(实例标签='"a\nb\nc"'), paid("x"), row(实例标签='"d\r\ne"'), paid("y"))
    assert [line for line, _, _, _ in rejects(path)] == [5, 8]


@pytest.mark.parametrize(
    "column", ["资产/资源实例ID", "计费项", "资源购买账号ID", "定价币种", "用量"]
)
@pytest.mark.parametrize(
    "cell", [b"\xff", b"a\xc3(", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80"]
)
def test_broken_encoding_in_a_column_that_is_read_rejects_the_row_on_its_line(
    tmp_path: Path, column: str, cell: bytes
) -> None:
    path = tmp_path / "bill.csv"
    broken = row(**{column: "HERE"}).encode().replace(b"HERE", cell)
    path.write_bytes(b"\n".join([HEADER.encode(), paid("1").encode(), broken, b""]))
    assert [(line, name, reason) for line, name, _, reason in rejects(path)] == [
        (3, column, "broken encoding")
    ]
    assert "\ufffd" in rejects(path)[0][2]
    assert summary(path).totals[0].billed_cost == 1


@pytest.mark.parametrize("cell", [b"\xff", b"a\xc3(", b'"\xed\xa0\x80,\n"'])
def test_broken_encoding_in_a_column_nobody_reads_is_nobodys_loss(
    tmp_path: Path, cell: bytes
) -> None:
    path = tmp_path / "bill.csv"
    broken = row(实例标签="HERE").encode().replace(b"HERE", cell)
    lines = [HEADER.encode(), paid("1").encode(), broken, paid("abc").encode(), b""]
    for other in ([], [b"short,row"]):  # read by the engine, and by our careful reading
        path.write_bytes(b"\n".join([*lines[:-1], *other, b""]))
        found = summary(path)
        assert found.totals[0].billed_cost == Decimal("2.2")
        assert [one.column for one in found.rejects] == ["应付金额", None][: 1 + len(other)]


def test_broken_encoding_in_a_first_column_nobody_reads_is_nobodys_loss(tmp_path: Path) -> None:
    """The first cell is looked at for the word of a totals row, and only for that."""
    path = tmp_path / "bill.csv"
    lines = [f"备注,{HEADER}", f"HERE,{paid('1')}", f",{paid('2')}", ""]
    path.write_bytes("\n".join(lines).encode().replace(b"HERE", b"\xff"))
    found = summary(path)
    assert (found.rejected, found.totals[0].billed_cost) == (0, 3)


def test_lines_with_broken_cells_beside_are_found_as_evidence(tmp_path: Path) -> None:
    path = tmp_path / "bill.csv"
    spoiled = paid("abc", 实例标签="HERE").encode().replace(b"HERE", b"\xff")
    path.write_bytes(b"\n".join([HEADER.encode(), paid("1").encode(), spoiled, b""]))
    assert [(line, value) for line, _, value, _ in rejects(path)] == [(3, "abc")]


@pytest.mark.parametrize(
    ("cell", "reason"), [(b"a\0b", "a NUL character"), (b"a\rb", "a stray carriage")]
)
def test_what_makes_a_lines_end_doubtful_rejects_the_row_in_any_column(
    tmp_path: Path, cell: bytes, reason: str
) -> None:
    path = tmp_path / "bill.csv"
    broken = row(实例标签="HERE").encode().replace(b"HERE", cell)
    path.write_bytes(b"\n".join([HEADER.encode(), paid("1").encode(), broken, b""]))
    found = rejects(path)
    assert [line for line, _, _, _ in found] == [3]
    assert found[0][3].startswith(reason)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_blank_lines_are_no_rows(tmp_path: Path, end: str) -> None:
    read = summary(bill(tmp_path, "", paid("1"), "", "", paid("2"), "", end=end))
    assert (read.count("rows"), read.totals[0].billed_cost) == (2, 3)


def test_a_stray_quote_inside_a_cell_is_a_character(tmp_path: Path) -> None:
    read = summary(bill(tmp_path, row(实例标签='5" disk'), paid("2")))
    assert (read.count("rows"), read.rejected) == (2, 0)


def test_a_file_without_a_last_line_break_loses_nothing(tmp_path: Path) -> None:
    path = bill(tmp_path, paid("1"), paid("2"))
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    assert summary(path).totals[0].billed_cost == 3


def test_mixed_line_ends_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "bill.csv"
    path.write_text(f"{HEADER}\r\n{paid('1')}\n{paid('2')}\r\n{paid('4')}\n", newline="")
    read = summary(path)
    assert (read.count("rows"), read.totals[0].billed_cost) == (3, 7)


def test_ids_keep_their_leading_zeros_and_all_their_digits(tmp_path: Path) -> None:
    from reading import column

    from govern.ledger.reading import Reading, read

    ids = "00012345678901234567890;llm-a;qwen-max;output_token;app;0"
    path = bill(tmp_path, row(**{"资产/资源实例ID": ids}))
    with read([str(path)], Reading()) as ledger:
        assert column(ledger, "api_key_id") == ["00012345678901234567890"]


@pytest.mark.parametrize("word", ["合计", "总计", "合計", "總計", "Total", "TOTAL", " total\t"])
def test_a_totals_row_is_kept_out_of_the_sums(tmp_path: Path, word: str) -> None:
    total = ",".join([word, *[""] * 33, "3", "", "CNY", "", ""])
    read = summary(bill(tmp_path, paid("1"), paid("2"), total))
    assert (read.count("totals_rows"), read.totals[0].billed_cost) == (1, 3)


def test_a_totals_word_behind_empty_cells_is_seen(tmp_path: Path) -> None:
    total = ",".join(["", "", "合计", *[""] * 31, "3", "", "CNY", "", ""])
    read = summary(bill(tmp_path, paid("1"), paid("2"), total))
    assert (read.count("totals_rows"), read.totals[0].billed_cost) == (1, 3)


def test_a_cell_with_the_separator_of_groups_is_rejected(tmp_path: Path) -> None:
    path = bill(tmp_path, paid("1"), row(商品名称="a\x1fb"))
    assert [line for line, _, _, _ in rejects(path)] == [3]


def test_cells_of_megabytes_harm_nobody(tmp_path: Path) -> None:
    huge = "x" * 3_000_000
    read = summary(bill(tmp_path, paid("1"), row(实例标签=huge), row(**{"资产/资源实例ID": huge})))
    assert (read.count("charges"), read.unparsed, read.rejected) == (3, 1, 0)
    assert read.totals[0].billed_cost == Decimal("3.4")


@pytest.mark.parametrize("cell", ["x", "中", '""'])
def test_cells_too_long_for_the_engines_line_harm_nobody(tmp_path: Path, cell: str) -> None:
    """Every column of a row at once; such a row is still found in its file."""
    long = f'"{cell * 40_000}"'
    texts = {
        name: long for name in NAMES if name not in ("应付金额", "定价币种", "账单日期", "账单月份")
    }
    texts |= {"用量": "1", "目录总价": "2", "产品Code": "sfm"}
    found = summary(bill(tmp_path, paid("1"), paid("2", **texts), paid("abc", **texts)))
    assert [(one.line, one.value) for one in found.rejects] == [(4, "abc")]
    assert found.totals[0].billed_cost == 3


#: How a cell of 60 MB begins and ends, and what it is full of: bare, in quotes, in a quote that
#: nobody closes, over many lines.
GIANTS = [("", "x", ""), ('"', "x", '"'), ('"', "x", ""), ('"', f"{'y' * 99}\n", '"')]

#: govern, and the most memory it had, which the kernel counts from the program's start.
MEASURED = """
import re, sys
from govern.cli.main import main
try:
    main()
finally:
    with open("/proc/self/status") as status:
        print(re.search(r"VmHWM:\\s*(\\d+) kB", status.read())[1], file=sys.stderr)
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs Linux's own figures")
@pytest.mark.parametrize(("begin", "full_of", "end"), some(1, *GIANTS))
def test_a_giant_row_is_told_with_its_line_and_bounded_in_memory(
    tmp_path: Path, begin: str, full_of: str, end: str
) -> None:
    path = tmp_path / "bill.csv"
    before, after = row(实例标签=f"{begin}HERE{end}").split("HERE")
    with open(path, "w") as file:
        file.write(f"{HEADER}\n{paid('1')}\n{before}")
        for _ in range(60):
            file.write(full_of * ((1 << 20) // len(full_of)))
        file.write(f"{after}\n{paid('2')}\n")
    words = [sys.executable, "-c", MEASURED, "bill", "inspect", str(path), "--format", "json"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 4, done.stderr
    assert [(one["line"], one["reason"]) for one in json.loads(done.stdout)["bill"]["rejects"]] == [
        (3, "longer than 16 MiB, or a quote in it is never closed; the rest of the file is unknown")
    ]
    assert int(done.stderr.split()[-1]) < 400_000

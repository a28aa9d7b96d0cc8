"""Files as they come: encodings, archives, folders, and what is refused."""

from __future__ import annotations

import gzip
import io
import os
import sys
import threading
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from bills import HEADER, bill, paid, row
from reading import column, money, summary

from govern.ledger.reading import Reading, read
from govern.model.errors import GovernError

TEXT = "\n".join(
    [HEADER, paid("1.5"), paid("2", **{"资产/资源实例ID": "7;llm-中;模型;output_token;app;0"}), ""]
)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le-bom", "utf-16-be-bom"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_encoding_gives_the_same_charges(tmp_path: Path, encoding: str, end: str) -> None:
    text = TEXT.replace("\n", end)
    if encoding.endswith("-bom"):
        text, encoding = "\ufeff" + text, encoding.removesuffix("-bom")
    path = tmp_path / "bill.csv"
    path.write_bytes(text.encode(encoding))
    with read([str(path)], Reading()) as ledger:
        assert column(ledger, "workspace_id") == ["llm-a", "llm-中"]
        assert column(ledger, "model") == ["qwen-max", "模型"]
    assert money(path) == Decimal("3.5")


def test_broken_bytes_in_a_gb18030_file_cost_their_row_only(tmp_path: Path) -> None:
    path = tmp_path / "bill.csv"
    lines = [HEADER, paid("1"), row(计费项="HERE"), paid("2"), ""]
    path.write_bytes("\n".join(lines).encode("gb18030").replace(b"HERE,", b"\x81,"))
    found = summary(path)
    assert [one.line for one in found.rejects] == [3]
    assert found.totals[0].billed_cost == 3


def test_a_blank_first_line_is_no_header(tmp_path: Path) -> None:
    path = tmp_path / "bill.csv"
    path.write_text("\ufeff\n\r\n" + TEXT)
    assert money(path) == Decimal("3.5")


def _gz(path: Path) -> Path:
    path = path / "b.csv.gz"
    path.write_bytes(gzip.compress(TEXT.encode()))
    return path


def _gz_members(path: Path) -> Path:
    path = path / "b.csv.gz"
    half = len(TEXT) // 2
    path.write_bytes(gzip.compress(TEXT[:half].encode()) + gzip.compress(TEXT[half:].encode()))
    return path


def _zip(path: Path) -> Path:
    path = path / "b.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("读我.txt", "not a bill")
        archive.writestr("x/p1.csv", "\n".join([HEADER, paid("1.5")]))
        archive.writestr("x/p2.csv", "\n".join([HEADER, paid("2")]))
        archive.writestr("x/p3.csv", "")
    return path


def _folder(path: Path) -> Path:
    (path / "in" / "deep").mkdir(parents=True)
    (path / "in" / "deep" / "a.csv").write_text(
        "\n".join([HEADER, paid("1.5", 账单日期="2026-09-01")])
    )
    (path / "in" / "b.csv").write_text("\n".join([HEADER, paid("2", 账单日期="2026-09-02")]))
    (path / "in" / "empty.csv").write_text("")
    (path / "in" / "notes.txt").write_text("not a bill")
    return path / "in"


def _strange_name(path: Path) -> Path:
    path = path / "bill [1] (2) 'x' 账单*.csv"
    path.write_text(TEXT)
    return path


@pytest.mark.parametrize("make", [_gz, _gz_members, _zip, _folder, _strange_name])
def test_every_wrapping_gives_the_same_money(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    assert money(make(tmp_path)) == Decimal("3.5")


def test_members_are_named_inside_their_zip(tmp_path: Path) -> None:
    path = _zip(tmp_path)
    found = summary(path)
    assert [file.path for file in found.files] == [f"{path}/x/p1.csv", f"{path}/x/p2.csv"]
    assert found.empty == (f"{path}/x/p3.csv",)


def test_standard_input_is_a_bill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    with read(["-"], Reading()) as ledger:
        assert [file.name for file in ledger.files] == ["-"]
        assert len(column(ledger, "model")) == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("packed", [False, True])
def test_a_pipe_is_read_once_and_printed_under_its_name(tmp_path: Path, packed: bool) -> None:
    """As ``govern check <(cat bill.csv)`` gives it: what was read of it is gone."""
    data = gzip.compress(TEXT.encode()) if packed else TEXT.encode()
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(data,))
    writer.start()
    found = summary(path)
    writer.join()
    assert [file.path for file in found.files] == [str(path)]
    assert found.totals[0].billed_cost == Decimal("3.5")


@pytest.mark.skipif(not os.path.exists("/dev/fd"), reason="needs /dev/fd")
def test_a_shells_process_substitution_is_a_bill(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, "\n".join([HEADER, paid("1"), paid("abc"), ""]).encode())
    os.close(writing)
    found = summary(Path(f"/dev/fd/{reading}"))
    os.close(reading)
    assert [(one.path, one.line) for one in found.rejects] == [(f"/dev/fd/{reading}", 3)]
    assert found.totals[0].billed_cost == 1


def test_a_glob_is_expanded(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("\n".join([HEADER, paid("1", 账单日期="2026-09-01")]))
    (tmp_path / "b.csv").write_text("\n".join([HEADER, paid("2", 账单日期="2026-09-02")]))
    with read([str(tmp_path / "*.csv")], Reading()) as ledger:
        assert len(ledger.files) == 2


def test_the_same_bill_under_a_name_that_is_no_utf8_counts_once(tmp_path: Path) -> None:
    one = bill(tmp_path, paid("1"), paid("2"))
    other = os.fsdecode(os.fsencode(tmp_path) + b"/b\xff.csv")
    try:
        Path(other).write_bytes(one.read_bytes())
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    found = summary(one, Path(other))
    assert (found.count("duplicates"), found.totals[0].billed_cost) == (2, 3)


def refusal(*words: str) -> tuple[str, str]:
    with pytest.raises(GovernError) as caught:
        with read(list(words), Reading()):
            pass
    assert all("\n" not in str(fault) for fault in caught.value.faults)
    return caught.value.cause, str(caught.value)


def test_a_url_is_refused() -> None:
    cause, said = refusal("https://example.com/bill.csv")
    assert (cause, "never a URL" in said) == ("usage", True)


def test_a_missing_file_is_wrong_usage() -> None:
    assert refusal("/nowhere/b.csv") == ("usage", "/nowhere/b.csv: no such file or folder")


def test_every_wrong_file_is_named_in_one_run(tmp_path: Path) -> None:
    for name in ("x.csv", "y.csv"):
        (tmp_path / name).write_text("a,b\n1,2\n")
    cause, said = refusal(str(tmp_path / "x.csv"), str(tmp_path / "y.csv"))
    assert cause == "usage" and "x.csv" in said and "y.csv" in said


def test_an_unknown_header_names_the_nearest_shape_and_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text(HEADER.replace("应付金额", "x").replace("优惠后金额", "y") + "\n")
    cause, said = refusal(str(path))
    assert cause == "usage" and "detail-zh" in said
    assert said.startswith(f"{path}: column 应付金额 is missing: ")


def test_a_stranger_in_a_folder_is_data_not_to_be_trusted(tmp_path: Path) -> None:
    bill(tmp_path, paid("1"))
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    assert refusal(str(tmp_path))[0] == "rejected"


def test_an_empty_file_alone_evaluates_nothing(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("")
    assert refusal(str(tmp_path / "b.csv"))[0] == "nothing"


def test_a_folder_without_a_bill_is_wrong_usage(tmp_path: Path) -> None:
    assert refusal(str(tmp_path))[0] == "usage"


def test_a_spreadsheet_is_refused_with_what_to_export_instead(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "")
        archive.writestr("xl/workbook.xml", "")
    cause, said = refusal(str(path))
    assert cause == "usage" and "CSV" in said


def test_ids_in_exponent_notation_are_lost_ids(tmp_path: Path) -> None:
    cause, said = refusal(str(bill(tmp_path, row(), row(资源购买账号ID="1.23457E+15"))))
    place = f"{tmp_path / 'bill.csv'}:3: 资源购买账号ID 1.23457E+15: "
    assert cause == "rejected" and said == (
        f"{place}this file went through a spreadsheet, ids have lost their digits: export again"
    )


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("资源购买账号ID", "1.90291E+15"),
        ("资源归属账号ID", "2,00300E+15\t"),
        ("主键", "2.02609E+20"),
        ("资产/资源实例ID", "1E+07"),
        ("资产/资源实例ID", "1.2E7;llm-a;qwen-max;output_token;app;0"),
    ],
)
def test_every_id_that_is_read_is_told_with_line_and_column(
    tmp_path: Path, column: str, cell: str
) -> None:
    spoiled = f'"{cell}"' if "," in cell else cell
    lines = [
        row(主键="k1"),
        row(主键="k2", 应付金额="1E-3"),
        row(**{"主键": "k3", column: spoiled}),
    ]
    cause, said = refusal(str(bill(tmp_path, *lines, row(**{"主键": "k4", column: spoiled}))))
    shown = cell.split(";")[0].strip()
    assert cause == "rejected"
    assert f"{tmp_path / 'bill.csv'}:4: {column} {shown}: this file went" in said
    assert said.count("spreadsheet") == 1


def test_an_id_of_another_product_may_look_like_a_number(tmp_path: Path) -> None:
    other = {"产品Code": "ecs", "产品名称": "ECS", "商品Code": "ecs", "商品名称": "ECS"}
    path = bill(tmp_path, row(**other, **{"资产/资源实例ID": "5e10"}))
    assert summary(path).count("other") == 1


@pytest.mark.parametrize("key", ["9e97783319370121", "6e60241161938015", "1e5", "2E9"])
def test_a_hexadecimal_key_went_through_no_spreadsheet(tmp_path: Path, key: str) -> None:
    path = bill(tmp_path, row(主键=key), row(主键=f"{key}0"))
    assert summary(path).count("charges") == 2


def test_an_archive_in_an_archive_is_refused(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("b.csv", TEXT)
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("inner.zip", inner.getvalue())
    assert "archive inside an archive" in refusal(str(path))[1]


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "b.csv.gz"
    with gzip.open(path, "wb", compresslevel=9) as out:
        block = b"0" * (1 << 20)
        for _ in range(300):
            out.write(block)
    assert "times its size" in refusal(str(path))[1]


@pytest.mark.parametrize("cut", [1, 9, 30, 200])
def test_damaged_archives_are_refused_in_one_line(tmp_path: Path, cut: int) -> None:
    for make in (_gz, _zip):
        path = make(tmp_path)
        path.write_bytes(path.read_bytes()[:-cut])
        assert refusal(str(path))[0] in ("usage", "nothing")


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    outside = bill(tmp_path, paid("1"))
    folder = tmp_path / "in"
    folder.mkdir()
    os.symlink(outside, folder / "link.csv")
    assert "link that leads out" in refusal(str(folder))[1]


def test_payable_and_fallback_amounts_are_never_mixed(tmp_path: Path) -> None:
    one = bill(tmp_path, paid("1"), name="a.csv")
    other = tmp_path / "b.csv"
    other.write_text("\n".join([HEADER.replace("应付金额", "x"), paid("1")]))
    cause, said = refusal(str(one), str(other))
    assert cause == "usage" and "优惠后金额" in said and str(other) in said


def test_amounts_after_reduction_stand_in_where_there_is_no_payable_amount(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text("\n".join([HEADER.replace("应付金额", "x"), row(优惠后金额="7")]))
    found = summary(path)
    assert (found.files[0].billed_cost_column, found.totals[0].billed_cost) == ("优惠后金额", 7)


def test_what_stands_in_for_the_payable_amount_is_said(tmp_path: Path) -> None:
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for number, path in enumerate(paths):
        path.write_text("\n".join([HEADER.replace("应付金额", "x"), row(优惠后金额=f"{number}")]))
    with read([str(tmp_path)], Reading()) as ledger:
        assert ledger.notes == [
            f"{paths[0]} and 1 more: column 应付金额 is missing; judged by 优惠后金额 instead"
        ]


def test_a_bill_without_any_amount_lacks_the_column_and_not_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text("\n".join([HEADER.replace("应付金额", "x"), *[paid("1")] * 20]))
    assert refusal(str(path)) == (
        "usage",
        f"{path}: column 应付金额 is missing, and 优惠后金额, which would stand in for it, "
        "holds no amount: export the bill again",
    )


def test_parquet_bills_are_read_with_rows_counted_from_one(tmp_path: Path) -> None:
    import duckdb

    source = bill(tmp_path, paid("1.5"), paid("abc"), paid("2"))
    target = tmp_path / "b.parquet"
    duckdb.sql(
        f"COPY (FROM read_csv('{source}', all_varchar = true)) TO '{target}' (FORMAT parquet)"
    )
    found = summary(target)
    assert found.totals[0].billed_cost == Decimal("3.5")
    assert [(one.line, one.value) for one in found.rejects] == [(2, "abc")]


def test_a_header_in_broken_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bill.csv"
    path.write_bytes(TEXT.encode().replace("目录总价".encode(), "目录总".encode() + b"\xe4"))
    assert refusal(str(path))[0] == "usage"

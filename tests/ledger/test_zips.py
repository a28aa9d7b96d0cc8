"""What is in a zip: parts of one export, exports of their own, and what is no bill."""

from __future__ import annotations

import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from bills import HEADER, bill, paid
from reading import AS_OF

from govern.bill.exported import exports_of
from govern.judge.bill.summary import summarise
from govern.ledger.reading import Reading, read
from govern.model.errors import GovernError


def zipped(path: Path, members: dict[str, str | list[str]]) -> Path:
    """A zip of these members; a list is the rows of a bill."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, rows in members.items():
            text = rows if isinstance(rows, str) else "\n".join([HEADER, *rows, ""])
            archive.writestr(name, text)
    return path


def counted(*paths: Path) -> tuple[Decimal, int, list[str]]:
    with read([str(path) for path in paths], Reading()) as ledger:
        found = summarise(ledger, AS_OF)
        return found.totals[0].billed_cost, found.count("duplicates"), ledger.clashes


def test_two_exports_in_a_zip_that_share_rows_without_keys_are_not_judged(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "b.zip", {"a.csv": [paid("1"), paid("2")], "b.csv": [paid("2"), paid("4")]}
    )
    _, _, clashes = counted(path)
    assert len(clashes) == 1
    for said in (f"{path}/a.csv and {path}/b.csv", "1 identical row", "2026-09-05", "2 CNY"):
        assert said in clashes[0]


def test_two_exports_in_a_zip_that_share_no_row_are_one_bill(tmp_path: Path) -> None:
    path = zipped(tmp_path / "b.zip", {"a.csv": [paid("1"), paid("1")], "b.csv": [paid("4")]})
    assert counted(path) == (Decimal(6), 0, [])


def test_keys_count_the_common_rows_of_two_exports_in_a_zip_once(tmp_path: Path) -> None:
    one, both, other = (
        paid(cost, 主键=key) for cost, key in (("1", "k1"), ("2", "k2"), ("4", "k3"))
    )
    path = zipped(tmp_path / "b.zip", {"a.csv": [one, both], "b.csv": [both, other]})
    assert counted(path) == (Decimal(7), 1, [])


@pytest.mark.parametrize("suffix", ["", ".csv"])
def test_members_that_differ_in_their_sequence_number_only_are_parts(
    tmp_path: Path, suffix: str
) -> None:
    names = [f"100_BillingItemDetail_202609_1_{part}{suffix}" for part in (1, 2)]
    path = zipped(tmp_path / "b.zip", {name: [paid("1")] for name in names})
    assert counted(path) == (Decimal(2), 0, [])


def test_parts_may_lie_in_several_zips_of_one_folder(tmp_path: Path) -> None:
    zips = [
        zipped(
            tmp_path / f"100_Detail_202609_{number}.zip",
            {f"100_Detail_202609_{number}_{part}": [paid("1")] for part in (1, 2)},
        )
        for number in (1, 2)
    ]
    assert counted(*zips) == (Decimal(4), 0, [])


def test_the_same_part_in_two_zips_is_a_copy(tmp_path: Path) -> None:
    members = {f"100_Detail_202609_1_{part}": [paid("1")] for part in (1, 2)}
    zips = [zipped(tmp_path / name, {**members}) for name in ("a.zip", "b.zip")]
    assert counted(*zips) == (Decimal(2), 2, [])


def test_a_zip_beside_its_own_unpacked_file_counts_once(tmp_path: Path) -> None:
    path = bill(tmp_path, paid("1"), paid("1"), name="a.csv")
    assert counted(path, zipped(tmp_path / "b.zip", {"a.csv": [paid("1")] * 2}))[:2] == (2, 2)


def test_a_split_console_export_is_one_export() -> None:
    stem = "1902910424969427-20261003120001_202609_detail"
    names = [f"{stem}_1.csv", f"{stem}_2.csv"]
    assert len(set(exports_of([(name, name) for name in names]))) == 1
    others = [f"{stem}.csv", "1902910424969427-20261003120002_202609_detail_2.csv"]
    assert len(set(exports_of([(name, name) for name in [*names, *others]]))) == 3


def test_a_copy_that_a_browser_numbered_is_no_part() -> None:
    names = ["bill.csv", "bill (1).csv", "100_Detail_202609.csv", "100_Detail_202609 (1).csv"]
    assert len(set(exports_of([(name, name) for name in names]))) == 4


def test_no_member_is_skipped_in_silence(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "b.zip",
        {
            "a.csv": [paid("1")],
            "bill.txt": [paid("2")],
            "sub/": "",
            "sub/README": "about this bill",
            "sub/empty": "",
            "rechnung.pdf": "%PDF",
            "__MACOSX/._a.csv": "\0\5\26\7",
            ".DS_Store": "x",
        },
    )
    with read([str(path)], Reading()) as ledger:
        assert [file.name for file in ledger.files] == [f"{path}/a.csv", f"{path}/bill.txt"]
        assert ledger.empty == [f"{path}/sub/empty"]
        assert ledger.notes == [
            f"{path}/{name}: no bill, and not read"
            for name in (".DS_Store", "__MACOSX/._a.csv", "rechnung.pdf", "sub/README")
        ]


@pytest.mark.parametrize("name", ["200_Detail_202609_1_1", "b.csv", "B.CSV", "2026.09", "b.xlsx"])
def test_a_member_that_claims_to_be_a_bill_and_is_none_is_a_fault(
    tmp_path: Path, name: str
) -> None:
    path = zipped(tmp_path / "b.zip", {"a.csv": [paid("1")], name: "not,a,bill\n1,2,3\n"})
    with pytest.raises(GovernError) as error, read([str(path)], Reading()):
        pass
    assert error.value.cause == "usage" and f"{path}/{name}: not a known bill" in str(error.value)


def test_a_zip_without_any_bill_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "b.zip", {"notes.txt": "no bill", "empty/": ""})
    with pytest.raises(GovernError, match="no CSV or Parquet file"), read([str(path)], Reading()):
        pass


def test_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        for _ in range(2):
            with pytest.warns(UserWarning) if _ else open("/dev/null"):
                archive.writestr("a.csv", "\n".join([HEADER, paid("1"), ""]))
    with pytest.raises(GovernError, match="same name"), read([str(tmp_path / "b.zip")], Reading()):
        pass

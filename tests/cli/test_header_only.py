"""The usual end of a retirement, from the command line: an export with nothing but its header."""

from __future__ import annotations

import gzip
import subprocess
import zipfile
from pathlib import Path

import commandline
import pytest
from bills import instance, other, timed, timed_bill, timed_text

HEADER = timed_text()
USED = timed("2026-09-05 10:00:00", instance("7"), payer="100200")
#: By UID, when it was exported, and the month.
NAME = "100200-20261104000000_202610_consumedetailbillv2"


def govern(folder: Path, words: str) -> subprocess.CompletedProcess[str]:
    return commandline.govern(folder, *words.split())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    timed_bill(tmp_path, USED, name="b.csv")
    made = govern(tmp_path, "checklist b.csv --retire all -o yaml:c.yaml --as-of 2026-09-10 -q")
    assert made.returncode == 0, made.stderr
    tick = "checklist tick c.yaml * --by lin --at 2026-10-02T08:00:00"
    assert govern(tmp_path, tick).returncode == 0
    return tmp_path


def test_it_is_a_bill_of_its_month_alone_packed_or_as_a_ledger(folder: Path) -> None:
    (folder / f"{NAME}.csv").write_text(HEADER)
    with gzip.open(folder / f"{NAME}.csv.gz", "wt") as packed:
        packed.write(HEADER)
    with zipfile.ZipFile(folder / f"{NAME}.zip", "w") as archive:
        archive.writestr("part.csv", HEADER)
    reduced = govern(folder, f"bill reduce {NAME}.csv -o ledger.parquet")
    assert reduced.returncode == 0, reduced.stderr
    for bill in (f"{NAME}.csv", f"{NAME}.csv.gz", f"{NAME}.zip", "ledger.parquet"):
        done = govern(folder, f"verify c.yaml {bill} --as-of 2026-12-01")
        assert done.returncode == 0, (bill, done.stdout, done.stderr)
        assert "the bill of 2026-10 is final" in done.stdout


def test_without_its_name_it_shows_nothing(folder: Path) -> None:
    (folder / "renamed.csv").write_text(HEADER)
    done = govern(folder, "verify c.yaml renamed.csv --as-of 2026-12-01")
    assert done.returncode == 6
    assert "holds nothing of account 100200" in done.stdout
    told = "--exported-at renamed.csv=2026-11-04"
    assert govern(folder, f"verify c.yaml renamed.csv --as-of 2026-12-01 {told}").returncode == 6


def test_commands_that_judge_charges_have_nothing_to_judge(folder: Path) -> None:
    (folder / f"{NAME}.csv").write_text(HEADER)
    for command in ("audit", "check", "cost"):
        assert govern(folder, f"{command} {NAME}.csv --as-of 2026-12-01").returncode == 3


@pytest.mark.parametrize("amount", ["1", "2"])
def test_an_overlap_of_different_layouts_is_no_proof(folder: Path, amount: str) -> None:
    # The same month by day and as a summary: which of them counts can't be decided.
    timed_bill(folder, other("2026-10-20", "100200"), name="days.csv")
    timed_bill(folder, other("2026-10", "100200", amount=amount), name="months.csv")
    told = "--exported-at days.csv=2026-11-04 --exported-at months.csv=2026-11-04"
    done = govern(folder, f"verify c.yaml days.csv months.csv --as-of 2026-12-01 {told}")
    assert done.returncode == 4
    assert "PROVED" not in done.stdout
    assert "give only one of them" in done.stdout

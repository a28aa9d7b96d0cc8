"""The example company: every figure worked out without govern (see known_answers.py)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from example import known_answers as known

ROOT = Path(__file__).parents[2]
COMPANY = ROOT / "examples" / "qinghe"
BILL = "bills/1902910424969427-20261004093000_202609_consumedetailbillv2.csv"


@pytest.fixture(scope="module")
def verdict() -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "govern", "check", "--as-of", "2026-10-05", "--format", "json"],
        cwd=COMPANY,
        capture_output=True,
        check=False,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": ""},
    )
    assert done.stderr == b""
    assert done.returncode == 1
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_the_bill_is_accounted_for(verdict: dict[str, Any]) -> None:
    bill = verdict["bill"]
    assert (bill["rows"], bill["charges"], bill["other"], bill["rejected"]) == (
        known.ROWS,
        known.CHARGES,
        known.OTHER_ROWS,
        0,
    )
    assert bill["unparsed"] == known.UNPARSED
    assert bill["totals"] == [
        {
            "currency": "CNY",
            "billed_cost": known.BILLED,
            "other_cost": known.OTHER_BILLED,
            "unparsed_cost": known.UNPARSED_BILLED,
            "rejected_cost": "0",
        }
    ]


def test_the_bill_reaches_its_export_instant_and_is_not_provably_final(
    verdict: dict[str, Any],
) -> None:
    # The file's name says 2026-10-04 09:30:00, after 12:00 on the 3rd.
    bill = verdict["bill"]
    assert bill["reaches"] == "2026-10-04T09:30:00+08:00"
    assert bill["reach_basis"] == "export"
    assert bill["months"] == [{"month": "2026-09", "final": True}]


EXPECTED = [
    (
        "retired-workspaces",
        "critical",
        "llm-r4retired01",
        "128",
        128,
        "4.1511024",
        "22:17",
        "22:47",
    ),
    ("max-spend-per-key", "high", "2000003", "4469.0307408", 840, "4469.0307408", "10:28", "22:37"),
    ("no-playground", "medium", "llm-m1marketing", "154", 154, "4.2910848", "11:19", "14:15"),
    ("model-allow-list", "low", "MiniMax-M2.5", "180", 180, "35.3086503", "10:10", "07:56"),
]


def test_the_four_things_that_should_stop(verdict: dict[str, Any]) -> None:
    found = [
        (
            one["policy"],
            one["severity"],
            one["subject"]["id"],
            one["observed"],
            one["charges"],
            one["costs"][0]["billed_cost"],
            one["first_charge"][11:16],
            one["last_charge"][11:16],
        )
        for one in verdict["findings"]
    ]
    assert found == EXPECTED
    for one in verdict["findings"]:
        assert one["first_charge"][:10] == "2026-09-01"
        assert one["last_charge"][:10] == "2026-09-30"


def test_evidence_points_at_lines_that_say_so(verdict: dict[str, Any]) -> None:
    lines = (COMPANY / BILL).read_text(encoding="utf-8-sig").splitlines()
    for finding in verdict["findings"]:
        assert len(finding["evidence"]) == 3
        for one in finding["evidence"]:
            assert one["path"] == BILL
            cells = lines[one["line"] - 1].split(",")
            assert cells[22] == one["instance_id"]
            assert cells[-1] == one["billed_cost"]
            assert finding["subject"]["id"] in one["instance_id"].split(";")


def test_the_bill_is_what_its_script_makes() -> None:
    subprocess.run([sys.executable, "make_bill.py", "--check"], cwd=COMPANY, check=True)

"""govern collect bills, from its command line against the stand-in account."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from standin.command import MONTH, Ran, environment, govern, month_ago
from standin.server import StandIn, running
from standin.state import Raw

ROOT = Path(__file__).parents[2]
ACCOUNT = "1902910424969427"


@pytest.fixture
def standin() -> Iterator[StandIn]:
    """Three days of a month that is final: 1.5 + 0.25 + 0.0000001 CNY, and 2 USD."""
    with running() as one:
        one.account.charge(f"{MONTH}-01", "1.5")
        one.account.charge(f"{MONTH}-01", "0.25", NickName='a "quoted", name\nof two lines')
        one.account.charge(f"{MONTH}-02", "1E-7")
        one.account.charge(f"{MONTH}-03", "2.00", Currency="USD")
        yield one


def collect(standin: StandIn, folder: Path, *words: str, **more: str) -> Ran:
    months = [] if "--month" in words else ["--month", MONTH]
    place = [] if "-o" in words else ["-o", str(folder / "bills")]
    said = ("collect", "bills", *months, *place, "--format", "json", *words)
    return govern(standin, folder, *said, **more)


def manifest(folder: Path) -> Any:
    return json.loads((folder / "bills" / "manifest.json").read_text("utf-8"))


def rows(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def day(folder: Path, number: int) -> Path:
    name = f"{ACCOUNT}_InstanceBill_{MONTH.replace('-', '')}{number:02}.csv"
    return folder / "bills" / name


def days() -> int:
    year, month = map(int, MONTH.split("-"))
    return (datetime(year + month // 12, month % 12 + 1, 1) - datetime(year, month, 1)).days


# months


@pytest.mark.parametrize(
    ("month", "said"),
    [
        ("2026-13", "write a month"),
        ("2026-9", "write a month"),
        ("202609", "write a month"),
        ("", "write a month"),
        ("٢٠٢٦-٠٩", "write a month"),
        ("2199-01", "hasn't begun"),
        ("2001-01", "18 months"),
        (month_ago(20), "18 months"),
    ],
)
def test_a_month_that_can_not_be_had_is_wrong_usage(
    standin: StandIn, tmp_path: Path, month: str, said: str
) -> None:
    ran = collect(standin, tmp_path, "--month", month)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert standin.calls == []
    assert not (tmp_path / "bills").exists()


def test_the_account_s_clock_decides_what_has_begun(standin: StandIn, tmp_path: Path) -> None:
    assert collect(standin, tmp_path, "--month", month_ago(-1)).code == 2
    assert collect(standin, tmp_path, "--month", month_ago(19)).code == 2
    assert standin.count("DescribeInstanceBill") == 0
    assert not (tmp_path / "bills").exists()
    assert collect(standin, tmp_path, "--month", month_ago(18)).code == 0


def test_without_a_folder_or_a_month_it_is_wrong_usage(standin: StandIn, tmp_path: Path) -> None:
    assert govern(standin, tmp_path, "collect", "bills", "--month", MONTH).code == 2
    assert govern(standin, tmp_path, "collect", "bills", "-o", "x").code == 2
    assert collect(standin, tmp_path, "-o", "").code == 2
    assert standin.calls == []


def test_of_this_month_only_days_that_have_begun_are_asked_for(
    standin: StandIn, tmp_path: Path
) -> None:
    ran = collect(standin, tmp_path, "--month", month_ago(0))
    asked = {call.parameters.get("BillingDate") for call in standin.calls} - {None}
    today = datetime.now(UTC) + timedelta(hours=8)
    assert len(asked) == today.day
    assert max(filter(None, asked)) == f"{today:%Y-%m-%d}"
    (month,) = ran.told["months"]
    assert (ran.code, month["complete"], month["reconciled"]) == (0, True, True)


# files


def test_a_month_is_one_file_a_day_and_a_manifest(standin: StandIn, tmp_path: Path) -> None:
    ran = collect(standin, tmp_path)
    assert (ran.code, ran.err) == (0, "")
    told = ran.told
    assert {name: told[name] for name in ("schema", "what", "path", "account_id", "unseen")} == {
        "schema": "govern.collection/v1",
        "what": "bills",
        "path": str(tmp_path / "bills"),
        "account_id": ACCOUNT,
        "unseen": [],
    }
    assert told["exit"]["cause"] == "clean"
    (month,) = told["months"]
    sums = [
        {"currency": "CNY", "billed_cost": "1.7500001"},
        {"currency": "USD", "billed_cost": "2"},
    ]
    assert month == {
        "month": MONTH,
        "started_at": month["started_at"],
        "complete": True,
        "rows": 4,
        "totals": sums,
        "overview": sums,
        "reconciled": True,
    }
    kept = manifest(tmp_path)
    assert kept["months"] == told["months"]
    assert [file["path"] for file in kept["files"]] == [
        day(tmp_path, number).name for number in range(1, days() + 1)
    ]
    for file in kept["files"]:
        data = (tmp_path / "bills" / file["path"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == file["sha256"]
        assert file["exported_at"] >= month["started_at"]
    assert [file["rows"] for file in kept["files"]][:4] == [2, 1, 1, 0]
    for name, document in (("collection", told), ("manifest", kept)):
        schema = json.loads((ROOT / f"schemas/govern.{name}.v1.json").read_text("utf-8"))
        Draft202012Validator.check_schema(schema)
        assert [e.message for e in Draft202012Validator(schema).iter_errors(document)] == []


def test_what_is_asked_for_is_everything_by_day_and_item(standin: StandIn, tmp_path: Path) -> None:
    collect(standin, tmp_path)
    call = next(call for call in standin.calls if call.operation == "DescribeInstanceBill")
    assert call.parameters["BillingCycle"] == MONTH
    assert call.parameters["Granularity"] == "DAILY"
    assert call.parameters["IsBillingItem"] == "true"
    assert call.parameters["IsHideZeroCharge"] == "false"
    assert "ProductCode" not in call.parameters


def test_rows_are_as_they_came(standin: StandIn, tmp_path: Path) -> None:
    standin.account.bills[f"{MONTH}-01"][0].update(
        ANewField="new", Nested={"a": 1}, Flag=True, Usage="1.0E-4", Tag=None
    )
    collect(standin, tmp_path)
    first, second = rows(day(tmp_path, 1))
    assert (first["BillingCycle"], first["BillAccountID"]) == (MONTH, ACCOUNT)
    assert (first["PretaxAmount"], second["PretaxAmount"]) == ("1.5", "0.25")
    assert (first["ANewField"], first["Nested"], first["Flag"]) == ("new", '{"a": 1}', "true")
    assert (first["Usage"], first["Tag"]) == ("0.00010", "")
    assert second["NickName"] == 'a "quoted", name\nof two lines'
    assert rows(day(tmp_path, 2))[0]["PretaxAmount"] == "0.0000001"
    # As many digits as came.
    assert rows(day(tmp_path, 3))[0]["PretaxAmount"] == "2.00"
    header = day(tmp_path, 4).read_text("utf-8").splitlines()
    assert len(header) == 1
    assert header[0].startswith("BillingCycle,BillAccountID,")


@pytest.mark.parametrize("amount", ["1E+999999999", "NaN", "-Infinity"])
def test_an_impossible_amount_stays_a_row_and_adds_nothing(
    standin: StandIn, tmp_path: Path, amount: str
) -> None:
    row = dict(standin.account.bills[f"{MONTH}-01"][0])
    standin.account.bills[f"{MONTH}-01"].append({**row, "PretaxAmount": amount})
    ran = collect(standin, tmp_path)
    assert ran.code == 0
    assert len(rows(day(tmp_path, 1))) == 3
    assert day(tmp_path, 1).stat().st_size < 10_000


def test_everything_is_readable_by_its_owner_only(standin: StandIn, tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        collect(standin, tmp_path, "-o", str(tmp_path / "a" / "b"))
    finally:
        os.umask(old)
    for folder, _, files in os.walk(tmp_path / "a"):
        assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
        for name in files:
            assert stat.S_IMODE(os.stat(Path(folder) / name).st_mode) == 0o600


def test_links_are_followed(standin: StandIn, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "bills").symlink_to(tmp_path / "elsewhere")
    target = tmp_path / "real.csv"
    target.write_text("old")
    (tmp_path / "elsewhere" / day(tmp_path, 1).name).symlink_to(target)
    assert collect(standin, tmp_path).code == 0
    assert day(tmp_path, 1).is_symlink()
    assert len(rows(target)) == 2
    assert (tmp_path / "elsewhere" / "manifest.json").is_file()


# again


def asked(standin: StandIn) -> list[str]:
    """The days that were asked for since the last look."""
    found = [
        call.parameters["BillingDate"]
        for call in standin.calls
        if call.operation == "DescribeInstanceBill"
    ]
    standin.calls.clear()
    return sorted(found)


def test_of_a_final_month_nothing_is_asked_for_again(standin: StandIn, tmp_path: Path) -> None:
    collect(standin, tmp_path)
    standin.calls.clear()
    ran = collect(standin, tmp_path)
    assert ran.code == 0
    assert [call.operation for call in standin.calls] == ["GetCallerIdentity"]
    assert ran.told["months"] == manifest(tmp_path)["months"]


@pytest.mark.parametrize("how", ["changed", "removed"])
def test_a_file_that_was_changed_or_removed_is_read_again(
    standin: StandIn, tmp_path: Path, how: str
) -> None:
    collect(standin, tmp_path)
    before = day(tmp_path, 2).read_bytes()
    asked(standin)
    if how == "removed":
        day(tmp_path, 2).unlink()
    else:
        day(tmp_path, 2).write_bytes(before + b"x\n")
    assert collect(standin, tmp_path).code == 0
    assert asked(standin) == [f"{MONTH}-02"]
    assert day(tmp_path, 2).read_bytes() == before


def test_a_month_that_is_not_final_is_read_anew(standin: StandIn, tmp_path: Path) -> None:
    this = month_ago(0)
    collect(standin, tmp_path, "--month", this)
    first = asked(standin)
    collect(standin, tmp_path, "--month", this)
    assert asked(standin) == first


def test_a_final_month_that_was_exported_before_is_read_anew(
    standin: StandIn, tmp_path: Path
) -> None:
    collect(standin, tmp_path)
    place = tmp_path / "bills" / "manifest.json"
    told = manifest(tmp_path)
    told["files"][5]["exported_at"] = f"{MONTH}-28T00:00:00+08:00"
    place.write_text(json.dumps(told), "utf-8")
    asked(standin)
    collect(standin, tmp_path)
    assert len(asked(standin)) == days()


def test_a_day_that_can_not_be_read_is_asked_for_again_and_no_other(
    standin: StandIn, tmp_path: Path
) -> None:
    standin.faults = {("DescribeInstanceBill", 3): "success false"}
    ran = collect(standin, tmp_path, "--concurrency", "1")
    assert ran.code == 4
    assert ran.told["unseen"] == [
        {"month": MONTH, "date": f"{MONTH}-03", "reason": ran.told["unseen"][0]["reason"]}
    ]
    assert "bss:DescribeInstanceBill: NotAuthorized" in ran.told["exit"]["reason"]
    (month,) = ran.told["months"]
    assert (month["complete"], month["reconciled"]) == (False, None)
    assert len(list((tmp_path / "bills").glob("*.csv"))) == days() - 1
    asked(standin)
    ran = collect(standin, tmp_path)
    assert ran.code == 0
    assert asked(standin) == [f"{MONTH}-03"]


def test_where_nothing_can_be_read_nothing_is_written(standin: StandIn, tmp_path: Path) -> None:
    standin.faults = {("DescribeInstanceBill", 0): "success false"}
    ran = collect(standin, tmp_path)
    assert (ran.code, ran.out) == (5, "")
    assert ran.err.count("\n") == 1
    assert [one.name for one in (tmp_path / "bills").iterdir()] == [".lock"]


def test_a_folder_of_another_account_is_refused(standin: StandIn, tmp_path: Path) -> None:
    collect(standin, tmp_path)
    before = (tmp_path / "bills" / "manifest.json").read_bytes()
    standin.account.account_id = "1000000000000001"
    standin.calls.clear()
    ran = collect(standin, tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert ACCOUNT in ran.err
    assert [call.operation for call in standin.calls] == ["GetCallerIdentity"]
    assert (tmp_path / "bills" / "manifest.json").read_bytes() == before


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "null",
        '{"schema": "x"}',
        '{"schema": "govern.manifest/v1"}',
        '{"schema": "govern.manifest/v1", "account_id": "1", "files": [], "months": [{"month": "x",'
        ' "started_at": "soon", "complete": true, "rows": 0, "totals": [], "overview": [],'
        ' "reconciled": null}]}',
    ],
)
def test_a_broken_manifest_is_refused_in_one_line(
    standin: StandIn, tmp_path: Path, text: str
) -> None:
    (tmp_path / "bills").mkdir()
    (tmp_path / "bills" / "manifest.json").write_text(text, "utf-8")
    ran = collect(standin, tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert "manifest.json" in ran.err


def test_two_at_once_in_one_folder(standin: StandIn, tmp_path: Path) -> None:
    standin.delay = 0.2
    first = started(standin, tmp_path)
    try:
        wait_for(lambda: standin.count("DescribeInstanceBill") >= 1)
        ran = collect(standin, tmp_path)
        assert (ran.code, ran.out) == (6, "")
        assert "another run" in ran.err
    finally:
        standin.delay = 0.0
        out, err = first.communicate(timeout=60)
    assert first.returncode == 0, err


def started(standin: StandIn, folder: Path) -> subprocess.Popen[bytes]:
    """A process of its own, which can be killed."""
    path = os.pathsep.join((str(ROOT / "src"), str(ROOT / "tests")))
    words = ("collect", "bills", "--month", MONTH, "-o", "bills")
    return subprocess.Popen(
        [sys.executable, "-m", "standin.command", *words],
        cwd=folder,
        env={**environment(standin, folder), "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def wait_for(happened: Any) -> None:
    for _ in range(1000):
        if happened():
            return
        time.sleep(0.02)
    raise AssertionError("it didn't happen")


@pytest.mark.parametrize("calls", [1, 2, 5, 12, 29])
def test_killed_at_any_point_the_same_command_goes_on(
    standin: StandIn, tmp_path: Path, calls: int
) -> None:
    standin.delay = 0.05
    child = started(standin, tmp_path)
    wait_for(lambda: standin.count("DescribeInstanceBill") >= calls)
    os.kill(child.pid, signal.SIGKILL)
    child.communicate(timeout=60)
    standin.delay = 0.0
    time.sleep(0.1)
    standin.calls.clear()
    before = {}
    if (tmp_path / "bills" / "manifest.json").exists():
        before = {file["path"]: file for file in manifest(tmp_path)["files"]}
    for name, file in before.items():
        data = (tmp_path / "bills" / name).read_bytes()
        assert len(data.splitlines()) >= 1
        assert file["month"] == MONTH
    ran = collect(standin, tmp_path)
    assert ran.code == 0
    again = asked(standin)
    # What the manifest knew and what was whole wasn't asked for again.
    whole = {file["date"] for file in before.values()}
    assert set(again) == {f"{MONTH}-{one:02}" for one in range(1, days() + 1)} - whole
    assert ran.told["months"][0]["totals"][0]["billed_cost"] == "1.7500001"
    assert ran.told["months"][0]["reconciled"] is True
    names = sorted(one.name for one in (tmp_path / "bills").iterdir())
    assert names[:1] == [".lock"]
    assert len(names) == days() + 2
    assert not any(re.match(r"\.part", name) for name in names)


# reconciled


def test_a_final_month_that_differs_says_both_sums(standin: StandIn, tmp_path: Path) -> None:
    standin.account.overview[MONTH][0]["PretaxAmount"] = Raw("1.6")
    ran = collect(standin, tmp_path)
    assert ran.code == 4
    (month,) = ran.told["months"]
    assert month["reconciled"] is False
    assert month["complete"] is True
    assert ran.told["exit"] == {
        "code": 4,
        "cause": "partial",
        "reason": f"{MONTH}: the rows sum to 1.7500001 CNY, 2 USD, "
        "the account says 1.8500001 CNY, 2 USD",
    }
    # Nothing of it is asked for again, and it is said again.
    standin.calls.clear()
    again = collect(standin, tmp_path)
    assert (again.code, again.told["exit"]) == (4, ran.told["exit"])
    assert [call.operation for call in standin.calls] == ["GetCallerIdentity"]


def test_what_the_month_s_end_rounded_down_counts(standin: StandIn, tmp_path: Path) -> None:
    first = standin.account.overview[MONTH][0]
    first["PretaxAmount"], first["RoundDownDiscount"] = Raw("1.47"), Raw("0.03")
    ran = collect(standin, tmp_path)
    assert (ran.code, ran.told["months"][0]["reconciled"]) == (0, True)


def test_a_month_that_is_not_final_and_differs_is_not_known_yet(
    standin: StandIn, tmp_path: Path
) -> None:
    this = month_ago(0)
    standin.account.charge(f"{this}-01", "3")
    standin.account.overview[this][0]["PretaxAmount"] = Raw("2.5")
    ran = collect(standin, tmp_path, "--month", this)
    (month,) = ran.told["months"]
    assert (ran.code, month["reconciled"]) == (0, None)
    assert month["totals"][0]["billed_cost"] == "3"
    assert month["overview"][0]["billed_cost"] == "2.5"
    table = govern(
        standin, tmp_path, "collect", "bills", "--month", this, "-o", str(tmp_path / "other")
    )
    assert "3 CNY" in table.out
    assert "2.5 CNY" in table.out


def test_an_overview_that_can_not_be_read_leaves_the_month_open(
    standin: StandIn, tmp_path: Path
) -> None:
    standin.account.denied = {"bss:QueryBillOverview"}
    ran = collect(standin, tmp_path)
    assert ran.code == 4
    assert ran.told["unseen"][0]["date"] is None
    assert "missing permission: bss:QueryBillOverview" in ran.told["exit"]["reason"]
    asked(standin)
    standin.account.denied = set()
    assert collect(standin, tmp_path).told["months"][0]["reconciled"] is True
    assert asked(standin) == []


def test_several_months_are_several_months(standin: StandIn, tmp_path: Path) -> None:
    other = month_ago(3)
    ran = collect(standin, tmp_path, "--month", MONTH, "--month", other, "--month", MONTH)
    assert [one["month"] for one in ran.told["months"]] == [other, MONTH]
    assert ran.code == 0

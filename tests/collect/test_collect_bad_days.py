"""Bad days of a collecting run: no network, a full disk, Ctrl-C. Nothing is lost or half done."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from standin.command import MONTH, environment, govern
from standin.server import StandIn, running

ROOT = Path(__file__).parents[2]
INVENTORY = ("collect", "inventory", "-o", "inventory.json")
BILLS = ("collect", "bills", "--month", MONTH, "-o", "bills")


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with running() as one:
        one.account.workspace("llm-f", "eu-central-1")
        one.account.key(2000001, "llm-f")
        one.account.charge(f"{MONTH}-01", "1.5")
        one.account.charge(f"{MONTH}-09", "0.25")
        yield one


def files(folder: Path) -> dict[str, bytes]:
    return {str(one): one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file()}


def whole(folder: Path) -> int:
    """How many days the manifest knows, each of them as it says; nothing half-written is there."""
    told = json.loads((folder / "bills" / "manifest.json").read_text("utf-8"))
    names = {one.name for one in (folder / "bills").iterdir()} - {".lock", "manifest.json"}
    assert names >= {file["path"] for file in told["files"]}
    assert not any(name.startswith(".") for name in names)
    return len(told["files"])


@pytest.mark.parametrize("words", [INVENTORY, BILLS])
def test_without_a_network_nothing_is_touched(
    tmp_path: Path, standin: StandIn, words: tuple[str, ...]
) -> None:
    govern(standin, tmp_path, *words)
    before = files(tmp_path)
    with running() as gone:
        pass
    ran = govern(gone, tmp_path, *words)
    assert (ran.code, ran.out) == (5, "")
    assert ran.err == "govern: sts:GetCallerIdentity: no answer: the connection was refused\n"
    assert files(tmp_path) == before


def test_a_network_that_goes_away_leaves_what_was_read(tmp_path: Path, standin: StandIn) -> None:
    first = standin.faults
    standin.faults = {("DescribeInstanceBill", number): "reset before" for number in range(8, 400)}
    ran = govern(standin, tmp_path, *BILLS, "--format", "json", "--concurrency", "1")
    assert (ran.code, ran.told["exit"]["cause"]) == (4, "partial")
    assert whole(tmp_path) == 7
    standin.faults = first
    standin.calls.clear()
    assert govern(standin, tmp_path, *BILLS).code == 0
    assert standin.count("DescribeInstanceBill") == whole(tmp_path) - 7


def test_a_full_disk_is_told_and_what_was_written_stays(
    tmp_path: Path, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert govern(standin, tmp_path, *INVENTORY, "--only", "api_keys").code == 0
    before = (tmp_path / "inventory.json").read_bytes()
    written = [0]
    sync = os.fsync

    def full(handle: int) -> None:
        written[0] += 1
        if written[0] > 9:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(handle)

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        # A day's file and the manifest, four times; the fifth day, and no manifest of it.
        ran = govern(standin, tmp_path, *BILLS, "--concurrency", "1")
        assert (ran.code, ran.out) == (5, "")
        assert ran.err == "govern: bills/manifest.json: No space left on device\n"
        ran = govern(standin, tmp_path, *INVENTORY, "--only", "api_keys")
        assert (ran.code, ran.out) == (5, "")
        assert ran.err == "govern: inventory.json: No space left on device\n"
    assert whole(tmp_path) == 4
    assert (tmp_path / "inventory.json").read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["bills", "inventory.json"]
    standin.calls.clear()
    assert govern(standin, tmp_path, *BILLS).code == 0
    assert standin.count("DescribeInstanceBill") == whole(tmp_path) - 4


def interrupted(standin: StandIn, folder: Path, operation: str, *words: str) -> None:
    """Ctrl-C once the account was asked so."""
    path = os.pathsep.join((str(ROOT / "src"), str(ROOT / "tests")))
    standin.delay = 0.3
    child = subprocess.Popen(
        [sys.executable, "-m", "standin.command", *words],
        cwd=folder,
        env={**environment(standin, folder), "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    before = standin.count(operation)
    until = time.monotonic() + 60
    while standin.count(operation) == before and time.monotonic() < until:
        time.sleep(0.01)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    standin.delay = 0.0
    assert (child.returncode, out, err) == (130, b"", b"govern: interrupted\n")


def test_an_interrupted_inventory_leaves_the_one_before(tmp_path: Path, standin: StandIn) -> None:
    assert govern(standin, tmp_path, *INVENTORY, "--only", "api_keys").code == 0
    before = files(tmp_path)
    interrupted(standin, tmp_path, "ListApiKeys", *INVENTORY)
    assert files(tmp_path) == before


def test_an_interrupted_month_goes_on(tmp_path: Path, standin: StandIn) -> None:
    interrupted(standin, tmp_path, "DescribeInstanceBill", *BILLS)
    assert govern(standin, tmp_path, *BILLS).code == 0
    assert whole(tmp_path) >= 28


@pytest.mark.parametrize("previous", ["a folder", "gone.json"])
def test_a_file_before_that_can_not_be_read_is_refused_before_any_call(
    tmp_path: Path, standin: StandIn, previous: str
) -> None:
    (tmp_path / "a folder").mkdir()
    ran = govern(standin, tmp_path, *INVENTORY, "--previous", previous)
    assert (ran.code, ran.out, standin.calls) == (2, "", [])
    assert previous in ran.err and ran.err.count("\n") == 1


def test_where_no_file_can_stand_nobody_is_asked(tmp_path: Path, standin: StandIn) -> None:
    ran = govern(standin, tmp_path, "collect", "inventory", "-o", "gone/inventory.json")
    assert (ran.code, ran.out, standin.calls) == (5, "", [])
    assert ran.err == "govern: gone/inventory.json: No such file or directory\n"

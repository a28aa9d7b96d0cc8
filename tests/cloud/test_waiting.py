"""What a run waits is waited: the pace of bills, and the back-off of a call that failed.

Everywhere else the waits are only counted (standin/command.py).
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from standin.command import MONTH, govern
from standin.server import StandIn, running

from govern.cloud import modelstudio
from govern.cloud.client import Client
from govern.cloud.endpoint import Endpoints
from govern.cloud.secret import Credentials, Secret
from govern.cloud.transport import Transport

ROOT = Path(__file__).parents[2]


def client_of(standin: StandIn) -> Client:
    told = standin.environment()
    services = ("sts", "modelstudio", "bss", "dashscope")
    key, secret = next(iter(standin.account.access_keys.items()))
    return Client(
        Transport(30, 4),
        Endpoints({name: told[f"GOVERN_ENDPOINT_{name.upper()}"] for name in services}),
        Credentials(key, Secret(secret), None, "environment"),
    )


def came(standin: StandIn, operation: str) -> list[float]:
    return [call.at for call in standin.calls if call.operation == operation]


def test_a_call_that_failed_is_made_again_after_its_wait() -> None:
    with running() as standin:
        standin.account.workspace("llm-a")
        standin.faults = {("ListApiKeys", 1): "reset before"}
        modelstudio.api_keys(client_of(standin), "cn-beijing")
        first, second = came(standin, "ListApiKeys")
    # Half a second, of which jitter takes at most the half.
    assert second - first >= 0.25


def test_a_month_by_the_command_line_keeps_the_pace() -> None:
    """By the benchmark of docs/account.md: a process of its own, 28 days and more, 0.13 s apart."""
    done = subprocess.run(
        [sys.executable, "benchmarks/collect.py", "62"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"collect inventory: .* exit 0\n", done.stdout)
    told = re.search(r"collect bills: ([0-9.]+) s, .* exit 0\n", done.stdout)
    assert told and float(told[1]) > 27 / 8


def test_what_other_tests_do_not_wait_is_what_a_run_would_have(tmp_path: Path) -> None:
    with running() as standin:
        standin.faults = {("QueryBillOverview", 1): "reset before"}
        ran = govern(standin, tmp_path, "collect", "bills", "--month", MONTH, "-o", "bills")
        days = standin.count("DescribeInstanceBill")
    assert ran.code == 0
    *paces, back_off = ran.waited
    assert 0 < len(paces) < days
    assert 0.25 <= back_off <= 0.5

"""No command that reads the account changes anything in it, on good days and on bad ones."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

import pytest
from standin.command import govern, month_ago
from standin.server import FAULTS, StandIn, running

#: The first day of a month by the account's clock: its bill has that one day, and few calls.
NOW = datetime.fromisoformat(f"{month_ago(0)}-01T12:00:00+08:00")
MONTH = f"{NOW:%Y-%m}"

COLLECT = (
    ("collect", "inventory", "-o", "inventory.json"),
    ("collect", "inventory", "-o", "inventory.yaml", "--sees-all", "--region", "cn-beijing"),
    ("collect", "inventory", "-o", "inventory.json", "--only", "api_keys"),
    ("collect", "bills", "--month", MONTH, "-o", "bills"),
)
AUTH = (
    ("auth", "status"),
    ("auth", "status", "--check"),
    ("auth", "login"),
    ("auth", "logout"),
)

#: What the account knows that changes nothing; whatever else is called is an act.
READS = {
    "GetCallerIdentity", "ListWorkspaces", "ListApiKeys", "QueryAvailableInstances",
    "ListFineTunes", "ListDeployments", "ListBatches", "DescribeInstanceBill",
    "QueryBillOverview",
}  # fmt: skip


@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_nothing_is_ever_changed(tmp_path: Path, fault: str | None) -> None:
    with running(StandIn()) as standin:
        account = standin.account
        standin.skew = NOW.timestamp() - time.time()
        account.workspace("llm-a")
        account.key(2000001, "llm-a")
        account.api_keys = {"sk-standinkeyofworkspacea": "llm-a"}
        account.charge(f"{MONTH}-01", "1.5")
        account.plans.append({"InstanceID": "cp-1", "ProductType": "sfm_codingplan_public_cn"})
        if fault:
            for operation in READS - {"GetCallerIdentity"}:
                standin.faults[operation, 1] = fault
        for words in COLLECT if fault else (*COLLECT, *AUTH):
            ran = govern(
                standin,
                tmp_path,
                *words,
                patience=0.3,
                DASHSCOPE_API_KEY="sk-standinkeyofworkspacea",
            )
            assert ran.code in (0, 2, 4, 5), (words, ran)
            assert "Traceback" not in ran.err
        assert standin.acts == []
        assert {call.operation for call in standin.calls} <= READS
        assert len(account.keys) == 1
        assert account.keys[0]["disabled"] == 0

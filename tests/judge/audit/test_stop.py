"""What a checklist gets: a group without a key can't have its key disabled."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from bills import bill, row

from govern.judge.check.check import Terms, check
from govern.ledger.reading import Reading, read
from govern.model.measure import CHARGES
from govern.model.policy import Limit, Policy


@pytest.mark.parametrize(
    ("ids", "stop"),
    [
        (["7;llm-a;m;output_token;bmp;0"], "delete_key"),
        ([";llm-a;m;output_token;bmp;0"], "stop_playground"),
        (["text_token;llm-a;m;output_token;bmp"], "stop_playground"),
        ([";llm-a;m;output_token;app;0"], "ask"),
        ([";llm-a;m;output_token;bmp;0", ";llm-a;m;output_token;app;0"], "ask"),
    ],
)
def test_a_group_without_a_key_is_stopped_where_it_can_be(
    tmp_path: Path, ids: list[str], stop: str
) -> None:
    path = bill(tmp_path, *(row(**{"资产/资源实例ID": one}) for one in ids))
    columns = ("sub_account_id", "workspace_id", "api_key_id")
    limits = (Limit(Decimal(0), "charges"),)
    policy = Policy("p", "t", "api_key", columns, CHARGES, limits, "f", 1, stop="delete_key")
    with read([str(path)], Reading()) as ledger:
        report = check(ledger, [policy], Terms(datetime(2026, 10, 5)))
    assert [finding.stop for finding in report.findings] == [stop]

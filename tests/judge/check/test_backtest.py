"""Months replayed: the day on which each policy would have fired, and what came after, by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from bills import bill
from commandline import govern
from measuring import AS_OF, charge

from govern.judge.check.backtest import backtest
from govern.judge.check.check import Terms
from govern.ledger.reading import Reading, read
from govern.model.backtest import Backtest
from govern.model.clock import parse_moment
from govern.policy.policies import load_policies

SCHEMA = Path(__file__).parents[3] / "schemas" / "govern.backtest.v1.json"

#: Two months of two keys: 7 has 30 a day from the 3rd on, 8 has 10 on the first of each month.
ROWS = [
    *(charge("30", f"2026-08-{day:02}") for day in range(3, 13)),
    *(charge("30", f"2026-09-{day:02}") for day in range(3, 23)),
    charge("10", "2026-08-01", key="8"),
    charge("10", "2026-09-01", key="8"),
]


def replay(folder: Path, *rules: str, rows: Sequence[str] = ROWS) -> Backtest:
    policies, path = folder / "policies.yaml", str(bill(folder, *rows))
    written = [f"  - {{id: p{at}, title: t, {rule}}}\n" for at, rule in enumerate(rules)]
    policies.write_text("version: 1\npolicies:\n" + "".join(written))
    exported = {path: parse_moment("2026-10-04T13:00")}
    with read([path], Reading(exported_at=exported)) as ledger:
        return backtest(ledger, load_policies([str(policies)]), Terms(AS_OF))


def fired(report: Backtest, policy: str = "p0") -> list[tuple[str, str | None, Decimal, Any]]:
    return [
        (one.day.isoformat(), one.subject.id, one.observed, dict(one.saved).get("CNY"))
        for one in report.firings
        if one.policy == policy
    ]


def test_each_policy_fires_on_the_day_that_its_own_measure_crosses_its_limit(
    tmp_path: Path,
) -> None:
    report = replay(
        tmp_path,
        # 4 times 30 is above 100: on the 6th. 6 days are left in August, 16 in September.
        "per: api_key, limit: {billed_cost: 100 CNY}",
        # Every day at once; the first of a month counts.
        "per: api_key, every: day, limit: {billed_cost: 29 CNY}",
        # 300 in August: 50 % more are 450, so 480 on the 16th day of use, the 18th, of September.
        "per: api_key, limit: {growth: 50%}, floor: 100 CNY",
        # On the 3rd key 7 has 30 of 40, which is 75 %; on the 4th 60 of 70, which is 85.72 %.
        "per: api_key, limit: {share: 80%}, floor: 40 CNY",
        # The first seven whole days are over on 7 August.
        "per: api_key, limit: {forecast_cost: 600 CNY}",
        # All 20 charges of August's ten days and September's.
        "per: api_key, every: total, limit: {charges: 15}",
    )
    assert fired(report) == [("2026-08-06", "7", 120, 180), ("2026-09-06", "7", 120, 480)]
    assert fired(report, "p1") == [("2026-08-03", "7", 30, 270), ("2026-09-03", "7", 30, 570)]
    assert fired(report, "p2") == [("2026-09-18", "7", 60, 120)]
    assert fired(report, "p3") == [
        ("2026-08-04", "7", Decimal("85.72"), 240),
        ("2026-09-04", "7", Decimal("85.72"), 540),
    ]
    # 5 days of 30 are 150; 24 days of 150 / 7 are 514.29: 664.29 on 7 August. In September 120 and
    # 24 days of 120 / 7 are 531.43 on the 6th, 150 and 23 days of 150 / 7 are 642.86 on the 7th.
    assert fired(report, "p4") == [
        ("2026-08-07", "7", Decimal("664.29"), 150),
        ("2026-09-07", "7", Decimal("642.86"), 450),
    ]
    assert fired(report, "p5") == [("2026-09-08", "7", 16, 420)]
    assert (report.exit.code, report.exit.reason) == (0, "would have fired 10 times")


@pytest.mark.parametrize(
    ("rule", "rows", "why"),
    [
        ("per: owner, limit: {billed_cost: 1 CNY}", ROWS, "needs an inventory for owner"),
        ("per: api_key, limit: {idle_days: 3}", ROWS, "isn't replayed: what the inventory was"),
        ("per: bill, limit: {billed_cost: 1 CNY}", [charge("9", "2026-08")], "charges by day"),
        ("per: api_key, limit: {billed_cost: 45 CNY}", [charge("40"), charge("9", ids="?")],
         "an Instance ID of no known layout"),
    ],
)  # fmt: skip
def test_what_cannot_be_replayed_is_undecided(
    tmp_path: Path, rule: str, rows: list[str], why: str
) -> None:
    report = replay(tmp_path, rule, rows=rows)
    (policy,) = report.policies
    assert policy.outcome == "error"
    assert policy.lacking is not None and why in policy.lacking
    assert report.exit.cause == "undecided"


def test_the_command_prints_a_document_of_its_schema(tmp_path: Path) -> None:
    bill(tmp_path, *ROWS)
    (tmp_path / "p.yaml").write_text(
        "version: 1\npolicies:\n- {id: p, title: t, per: api_key, limit: {billed_cost: 100 CNY}}\n"
    )
    words = "policy", "backtest", "p.yaml", "bill.csv", "--as-of", "2026-10-05"
    done = govern(tmp_path, *words, "--format", "json")
    assert done.returncode == 0, done.stderr
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator(schema).validate(json.loads(done.stdout))
    assert json.loads(done.stdout)["policies"] == [
        {
            "id": "p",
            "outcome": "replayed",
            "message": None,
            "months": [
                {
                    "month": "2026-08",
                    "fired": 1,
                    "saved": [{"currency": "CNY", "billed_cost": "180"}],
                },
                {
                    "month": "2026-09",
                    "fired": 1,
                    "saved": [{"currency": "CNY", "billed_cost": "480"}],
                },
            ],
        }
    ]
    lines = [" ".join(line.split()) for line in govern(tmp_path, *words).stdout.splitlines()]
    assert "2026-09 p API key 7 in llm-a 2026-09-06 120 CNY 100 CNY 480 CNY" in lines
    (tmp_path / "bill.csv").write_text("\n".join([(tmp_path / "bill.csv").read_text(), "a,b", ""]))
    assert govern(tmp_path, *words).returncode == 4

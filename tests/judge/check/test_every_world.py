"""Growth, share, price and forecast agree with an oracle that tries every world a bill allows."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bills import bill
from measuring import charge
from oracle.bill import read_bill
from oracle.judge import load_policies as read_policies
from oracle.worlds import verdict
from seeds import seeds

from govern.judge.check.check import Terms, check
from govern.ledger.reading import Reading, read
from govern.model.clock import Moment
from govern.policy.policies import load_policies

RULES = (
    "limit: {{growth: {percent}%}}, floor: {floor} CNY",
    "limit: {{share: {percent}%}}",
    "limit: {{share: {percent}%}}, floor: {floor} CNY",
    "limit: {{price: {percent}%}}",
    "limit: {{forecast_cost: {floor} CNY}}",
)
PERS = ("api_key", "workspace", "model", "bill", "[workspace_id, api_key_id]")
WHERES = ("", ", where: {api_key_id: [k1, k2]}", ", where: {charge_category: usage}")


def amount(rng: random.Random, *, signed: bool = True) -> str:
    """Few values, so that limits are met exactly."""
    text = rng.choice(["1", "2.5", "10", "10", "15", "20", "33.333333", "40"])
    return f"-{text}" if signed and rng.random() < 0.1 else text


def rows(rng: random.Random, last: date) -> list[str]:
    """Two or three months of few keys; up to three charges that could be anybody's."""
    first = date(2026, 7, 1)
    days = (last - first).days
    found = [charge("10", "2026-07-01", listed="20"), charge("0", f"{last}", listed="1")]
    for _ in range(rng.randint(4, 14)):
        day = str(first + timedelta(days=rng.randrange(days)))
        found.append(
            charge(amount(rng), day, key=f"k{rng.randint(1, 3)}", listed=rng.choice(["10", "40"]))
        )
    for at in range(rng.randint(0, 3)):
        day = str(first + timedelta(days=rng.randrange(days)))
        cost = rng.choice(["0", amount(rng, signed=False)])
        found.append(charge(cost, day, ids=f"unknown{at}", listed=rng.choice(["10", "40"])))
    return found


def policies(rng: random.Random) -> str:
    text = "version: 1\npolicies:\n"
    for number, rule in enumerate(RULES):
        per = rng.choice([one for one in PERS if not ("share" in rule and one == "bill")])
        percent, floor = rng.choice([0, 25, 50, 100]), rng.choice([10, 25, 60, 150])
        written = rule.format(percent=percent, floor=floor)
        own = ""
        if rng.random() < 0.3:
            own = f", limit_for: {{'k1': {'30 CNY' if 'forecast' in rule else '30%'}}}"
        where = rng.choice(WHERES)
        text += f"  - {{id: p{number}, title: t, per: {per}, {written}{own}{where}}}\n"
    return text


@pytest.mark.parametrize("seed", seeds(2, 300))
def test_a_verdict_stands_in_every_world_that_the_bill_allows(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    last = date(2026, rng.choice([8, 9]), rng.randint(10, 28))
    path = bill(tmp_path, *rows(rng, last))
    written = tmp_path / "policies.yaml"
    written.write_text(policies(rng))
    exported = datetime(last.year, last.month, last.day, 6) + timedelta(days=rng.choice([1, 3, 60]))
    charges = read_bill(path).charges
    # 48 hours before the export everything had arrived; a month is final after its 3rd day.
    ends = date(last.year, last.month + 1, 1)
    done = (exported - timedelta(hours=48)).date()
    done = ends if exported > datetime(2026, ends.month, 3, 12) else min(done, ends)
    with read([str(path)], Reading(exported_at={str(path): Moment(exported)})) as ledger:
        report = check(ledger, load_policies([str(written)]), Terms(datetime(2026, 12, 1)))
    for policy, result in zip(read_policies(written), report.policies, strict=True):
        certain, undecided = verdict(policy, charges, done)
        findings = {_place(one) for one in report.findings if one.policy == policy["id"]}
        assert findings == {(group, month) for group, month in certain}, (policy, result)
        expected = "error" if undecided else "fail" if certain else "pass"
        assert (result.outcome if not result.of_run else "pass") == expected, (policy, result)


def _place(finding: Any) -> Any:
    return tuple(value for _, value in finding.subject.values), finding.period

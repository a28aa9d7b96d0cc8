"""Explanations add up: on random bills every charge lands in one place, as the oracle sorts it."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from agreement import AS_OF
from oracle import bill as oracle_bill
from oracle import build
from oracle import judge as oracle
from seeds import seeds

from govern.judge.check.check import Terms
from govern.judge.check.inquiry import Held, Inquiry
from govern.ledger.reading import Reading, read
from govern.model.clock import BILL_CLOCK
from govern.policy.policies import load_policies

#: All lines of what counts.
EVERY = 10**6


@pytest.mark.parametrize("seed", seeds(1, 60))
def test_what_counts_is_what_the_oracle_counts(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    rows = build.random_rows(rng, 40)
    bill, policies = tmp_path / "bill.csv", tmp_path / "policies.yaml"
    build.write_bill(bill, rng.choice(build.EXPORTED), rows, rng, quirks=build.random_quirks(rng))
    build.write_policies(policies, build.random_policies(rng, rows, n=6))
    charges = oracle_bill.read_bill(bill).charges
    by_id = {policy["id"]: policy for policy in oracle.load_policies(policies)}
    with read([str(bill)], Reading()) as ledger:
        inquiry = Inquiry(ledger, load_policies([str(policies)]), Terms(AS_OF, evidence=EVERY))
        every = {held.standing.fingerprint: held for held in inquiry.held}
        assert {finding.fingerprint for finding in inquiry.report.findings} <= set(every)
        # All that break a limit, and some that don't.
        chosen = [held for held in every.values() if held.is_finding][:5]
        chosen += rng.sample(list(every.values()), min(5, len(every)))
        for held in chosen:
            _as_the_oracle(inquiry, held, by_id[held.policy.id], charges)


def _as_the_oracle(
    inquiry: Inquiry, held: Held, policy: dict[str, Any], charges: list[oracle_bill.Charge]
) -> None:
    reckoning, standing = inquiry.reckon(held), held.standing
    measure, every = held.policy.measure.name, held.policy.every
    whole = oracle.whole_period(charges)
    sorts = oracle.sort_charges(policy, charges)

    def is_its(charge: oracle_bill.Charge) -> bool:
        return oracle.group_of(charge, held.policy.columns) == held.key[0]

    def is_here(charge: oracle_bill.Charge) -> bool:
        start, _ = oracle.period_of(charge, every, whole)
        is_then = start.astimezone(BILL_CLOCK).replace(tzinfo=None) == standing.start
        by_day = every in ("day", "week")
        return is_then and not (by_day and charge.width == "month")

    def has_it(charge: oracle_bill.Charge) -> bool:
        return oracle.unit_of(charge, measure) == standing.total_unit

    counted = [
        charge
        for charge in sorts.certain
        if is_its(charge) and is_here(charge) and has_it(charge)
        if not (measure == "list_cost" and not charge.has_list_cost)
    ]
    lines = sorted((line.path, line.line) for line in reckoning.lines)
    assert lines == sorted((charge.path, charge.line) for charge in counted)
    total = sum((oracle.amount_of(charge, measure) for charge in counted), Decimal(0))
    assert standing.total == total
    # The lines are read from the file again, one by one.
    assert sum((line.amount or Decimal(0) for line in reckoning.lines), Decimal(0)) == total
    floating = {(charge.path, charge.line) for charge in sorts.floating}
    own = [charge for charge in charges if is_its(charge)]
    assert reckoning.charges == sum((one.path, one.line) not in floating for one in own)
    assert (standing.verdict == "above") == (standing.limit is not None and total > standing.limit)
    if measure != "usage":
        loose = [charge for charge in sorts.floating if is_here(charge) and has_it(charge)]
        assert sum(doubt.charges for doubt in reckoning.doubts if not doubt.own) == len(loose)
        most = sum(doubt.amount or Decimal(0) for doubt in reckoning.doubts if not doubt.own)
        assert most == oracle.positive_sum(loose, measure)


def test_a_lost_charge_would_be_a_bug(tmp_path: Path) -> None:
    """What holds the classes together is looked at on every run."""
    from govern.judge.check.parts import check_nothing_lost
    from govern.model.errors import GovernError

    rng = random.Random(1)
    rows = build.random_rows(rng, 10)
    bill, policies = tmp_path / "bill.csv", tmp_path / "policies.yaml"
    build.write_bill(bill, "detail-zh", rows, rng)
    build.write_policies(policies, build.random_policies(rng, rows, n=3))
    with read([str(bill)], Reading()) as ledger:
        inquiry = Inquiry(ledger, load_policies([str(policies)]), Terms(AS_OF, evidence=0))
        reckoning = inquiry.reckon(inquiry.held[0])
    check_nothing_lost(reckoning)
    with pytest.raises(GovernError, match="please report this as a bug"):
        check_nothing_lost(replace(reckoning, charges=reckoning.charges + 1))

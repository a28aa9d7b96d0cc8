"""One policy over a bill of a few charges, for tests of measures: what comes of it, in short."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

import bills
from bills import bill

from govern.judge.check.check import Terms, check
from govern.ledger.reading import Reading, read
from govern.model.clock import parse_moment
from govern.model.directory import Directory
from govern.model.report import CheckReport
from govern.policy.inventory import load_inventories
from govern.policy.policies import load_policies
from govern.policy.waivers import load_waivers

AS_OF = datetime(2026, 10, 5)


#: A charge that has a list cost and usage.
charge = partial(bills.charge, listed="10", usage="1000")


def judged(
    folder: Path,
    rule: str,
    *rows: str,
    exported: str | None = "2026-10-04T12:00",
    inventory: str | None = None,
    waiver: str | None = None,
) -> CheckReport:
    """``exported``: when the bill was, or None where nothing tells that. ``waiver``: its fields."""
    policies, path = folder / "policies.yaml", str(bill(folder, *rows))
    policies.write_text(f"version: 1\npolicies:\n  - {{id: p, title: t, {rule}}}\n")
    inventories = []
    if inventory is not None:
        (folder / "inventory.yaml").write_text(inventory)
        inventories = load_inventories([str(folder / "inventory.yaml")])
    waivers = []
    if waiver is not None:
        (folder / "w.yaml").write_text(f"version: 1\nwaivers:\n  - {{policy: p, {waiver}}}\n")
        waivers = load_waivers([str(folder / "w.yaml")])
    terms = Terms(AS_OF, directory=Directory(inventories), waivers=tuple(waivers))
    how = Reading(exported_at={path: parse_moment(exported)} if exported else {})
    with read([path], how) as ledger:
        return check(ledger, load_policies([str(policies)]), terms)


def fired(report: CheckReport) -> list[tuple[str | None, str, Decimal]]:
    """Subject, period and what was observed of each finding, the subjects in their order."""
    found = [(one.subject.id, one.period, one.observed) for one in report.findings]
    return sorted(found, key=str)


def ended(report: CheckReport) -> tuple[str, str | None]:
    """How the policy ended, and what is said of that."""
    (result,) = report.policies
    return result.outcome, result.message

"""Hold govern against the oracle: the same bill and policies, every figure compared."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from kept import both, without_rows
from oracle import bill as oracle_bill
from oracle import judge as oracle_judge
from oracle.build import TAUGHT as TAUGHT_COLUMNS
from oracle.build import TAUGHT_CANONICAL

from govern.bill.shapes import SHAPES
from govern.bill.shapes.taught import taught_shape
from govern.judge.check.check import Terms, check
from govern.ledger.ledger import Ledger
from govern.ledger.reading import Reading, read
from govern.model.report import CheckReport
from govern.policy.policies import load_policies

AS_OF = datetime(2026, 12, 1)


#: A layout of no known shape, as govern.yaml would teach it.
TAUGHT = Reading(shapes=(*SHAPES, taught_shape(TAUGHT_COLUMNS)))


def govern_report(bills: list[Path], policies: Path, how: Reading | None = None) -> CheckReport:
    with read([str(path) for path in bills], how or Reading()) as ledger:
        return _judge(ledger, policies)


def _judge(ledger: Ledger, policies: Path) -> CheckReport:
    return check(ledger, load_policies([str(policies)]), Terms(as_of=AS_OF, evidence=1))


_SAME = (
    "policy",
    "period",
    "measure",
    "observed",
    "limit",
    "unit",
    "charges",
    "first_charge",
    "last_charge",
)


def judged(findings: list[dict[str, Any]]) -> list[Any]:
    """Findings as comparable values, without what the oracle doesn't model."""
    shown = []
    for finding in findings:
        subject = {k: v for k, v in finding["subject"].items() if k != "name"}
        shown.append((sorted(subject.items(), key=str), [finding[name] for name in _SAME]))
    return sorted(shown, key=str)


def differences(
    bills: list[Path], policies: Path, *, taught: bool = False, kept: bool = False
) -> list[str]:
    """What govern and the oracle disagree on, in words; empty if they agree.

    ``kept``: the ledger of the bill is judged as well, and may differ only where rows are needed.
    """
    how = TAUGHT if taught else None
    if kept:
        of_bill, of_ledger = both(bills, lambda ledger: _judge(ledger, policies), how)
    else:
        of_bill = of_ledger = govern_report(bills, policies, how)
    report = of_bill.document()
    columns = TAUGHT_CANONICAL if taught else None
    read_bills = [oracle_bill.read_bill(path, columns) for path in bills]
    charges = [charge for one in read_bills for charge in one.charges]
    expected = oracle_judge.judge(charges, oracle_judge.load_policies(policies))
    wrong = []
    for one, mine in zip(read_bills, report["bill"]["files"], strict=True):
        counts = {
            "rows": one.rows,
            "charges": len(one.charges),
            "other": len(one.others),
            "rejected": len(one.rejects),
            "totals_rows": len(one.totals_rows),
            "shape": one.shape,
            "billed_cost_column": one.billed_cost_column,
        }
        for name, value in counts.items():
            if mine[name] != value:
                wrong.append(f"{mine['path']} {name}: govern {mine[name]}, oracle {value}")
    if len(read_bills) == 1:
        wrong += _totals(report, read_bills[0])
        lines = [(r.line) for r in read_bills[0].rejects]
        mine_lines = [r["line"] for r in report["bill"]["rejects"]]
        if sorted(lines)[:1000] != mine_lines:
            wrong.append(f"reject lines: govern {mine_lines}, oracle {sorted(lines)}")
    untrusted = (
        any(one.rejects or not oracle_bill.totals_rows_agree(one) for one in read_bills)
        or any(result.outcome == "error" for result in expected)
        or not charges
    )
    for result, mine in zip(expected, report["policies"], strict=True):
        for name in ("id", "outcome", "matched"):
            theirs = getattr(result, name)
            if name == "outcome" and theirs == "pass" and untrusted:
                theirs = "error"
            if theirs != mine[name]:
                wrong.append(
                    f"{result.id} {name}: govern {mine[name]} ({mine['message']}), "
                    f"oracle {theirs} ({sorted(result.reasons)})"
                )
        if sorted({literal for _, literal in result.unmatched}) != sorted(mine["unmatched"]):
            wrong.append(f"{result.id} unmatched: {mine['unmatched']} {result.unmatched}")
        found = judged([finding.to_json() for finding in result.findings])
        ours = judged([f for f in report["findings"] if f["policy"] == result.id])
        if ours != found:
            only_ours = [one for one in ours if one not in found][:2]
            only_theirs = [one for one in found if one not in ours][:2]
            wrong.append(f"{result.id}: only govern {only_ours}, only oracle {only_theirs}")
    return wrong + _of_ledger(report, of_ledger.document())


def _own(result: dict[str, Any]) -> dict[str, Any]:
    """What a policy says of itself: a ledger may leave more undecided, and pass less for that."""
    taken_back = (result["message"] or "").startswith("no verdict, since")
    return {**result, "message": None, "outcome": "pass"} if taken_back else result


def _of_ledger(report: dict[str, Any], kept: dict[str, Any]) -> list[str]:
    """What the ledger of a bill says otherwise than the bill, without asking for the bill.

    An instant inside a day leaves a policy undecided, or judges it by the charges that surely
    match; a policy that passes must pass by the bill.
    """
    wrong = []
    if without_rows(report["bill"]) != without_rows(kept["bill"]):
        wrong.append(f"the ledger's bill: {kept['bill']}, not {report['bill']}")
    for mine, theirs in zip(report["policies"], kept["policies"], strict=True):
        findings = [
            without_rows([one for one in document["findings"] if one["policy"] == mine["id"]])
            for document in (report, kept)
        ]
        if (_own(mine), findings[0]) == (_own(theirs), findings[1]):
            continue
        if theirs["matched"] >= mine["matched"] or theirs["outcome"] not in (
            "error",
            mine["outcome"],
        ):
            wrong.append(f"the ledger's {mine['id']}: {theirs}, {findings}, not {mine}")
    return wrong


def _totals(report: dict[str, Any], one: oracle_bill.Bill) -> list[str]:
    wrong = []
    mine = {total["currency"]: total for total in report["bill"]["totals"]}
    for total in oracle_bill.totals(one):
        ours = mine.get(total.billing_currency)
        theirs = {
            name: None if value is None else oracle_judge.plain(value)
            for name, value in (
                ("billed_cost", total.billed_cost),
                ("other_cost", total.other_cost),
                ("unparsed_cost", total.unparsed_cost),
                ("rejected_cost", total.rejected_cost),
            )
        }
        if ours is None or {k: ours[k] for k in theirs} != theirs:
            wrong.append(f"totals {total.billing_currency}: govern {ours}, oracle {theirs}")
    return wrong

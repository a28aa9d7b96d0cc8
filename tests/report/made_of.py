"""One name from outside, wherever reports show one: each kind of document is made of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from rich import FINDINGS, POLICIES, REPORT, SPEND, WAIVER

from govern.judge.audit import narrative as audit_narrative
from govern.judge.bill import inspect_narrative
from govern.judge.check import explain_narrative, narrative
from govern.judge.cost import narrative as cost_narrative
from govern.model.audit import After, Audited, AuditReport, RunRate, SubjectCost
from govern.model.baseline import STATES, Mark, Since
from govern.model.bill import BillSummary, Evidence, RejectedRow
from govern.model.cost import Change, CostReport, CostRow, Steps, UsageSum
from govern.model.document import Document
from govern.model.exits import Exit
from govern.model.explanation import (
    Doubt,
    Explained,
    Explanation,
    InstancePart,
    InstanceWords,
    LeftOut,
    Line,
    Part,
    Reckoning,
    Standing,
)
from govern.model.finding import Subject
from govern.model.inspection import Inspection
from govern.model.policy import Condition, Pattern


def bill_of(name: str) -> BillSummary:
    """The rich report's bill with the name wherever something comes from outside."""
    return replace(
        REPORT.bill,
        files=(replace(REPORT.bill.files[0], path=name, billed_cost_column=name),),
        totals=(replace(REPORT.bill.totals[0], currency=name),),
        rejects=(RejectedRow(name, 9, name, name, name),),
        empty=(name,),
        unknown={"meters": (name,), "charge_categories": (name,)},
    )


def check_of(name: str) -> Document:
    """The rich report with the name wherever something comes from outside."""
    subject = Subject(
        "api_key",
        (("sub_account_id", name), ("workspace_id", name), ("api_key_id", name)),
        name,
        name,
        name,
        name,
    )
    columns = Subject("columns", (("workspace_id", name), ("model", None)), name)
    channel = Subject("channel", (("channel", name),))
    waiver = {**WAIVER, "subject": name, "reason": name, "owner": name, "file": name}
    seen = replace(
        SPEND,
        title=name,
        message=f"{subject.text} cost 1 CNY, more than 0",
        subject=subject,
        unit=name,
        costs=((name, Decimal(2)),),
        policy_file=name,
        evidence=(Evidence(name, 3, name, Decimal(1)),),
    )
    findings = (
        replace(seen, mark=Mark("grown", Decimal(1))),
        replace(seen, subject=columns, message=name, mark=Mark("new")),
        replace(
            seen,
            subject=channel,
            message=f"{channel.text} cost",
            waiver=waiver,
            mark=Mark("same", seen.observed, excused=True),
        ),
        replace(FINDINGS[3], mark=Mark("new")),
    )
    past = (
        replace(seen, policy=name, start=seen.end, mark=Mark("gone", Decimal(1))),
        replace(seen, policy=name, mark=Mark("unjudged", Decimal(1), reason=name)),
    )
    counts = {**dict.fromkeys(STATES, 1), "new": 2, "shrunk": 0}
    undecided = replace(POLICIES[5], title=name, message=name, unmatched=(name,), file=name)
    spend = replace(POLICIES[1], title=name, description=name, findings=3, file=name)
    idle = {**REPORT.waivers[1], "subject": name, "owner": name, "file": name}
    return narrative.document(
        replace(
            REPORT,
            bill=bill_of(name),
            findings=findings,
            policies=(spend, POLICIES[2], undecided),
            exit=Exit("overlap", f"{name} and {name}"),
            notes=(name,),
            waivers=(idle,),
            since=Since(name, REPORT.as_of, counts, past),
        )
    )


def cost_of(name: str) -> Document:
    """A dearest row, one without names and a rest, compared with another month."""
    values = (("workspace_id", name), ("owner", name))
    change = Change(Decimal(1), Decimal(-3), "shrunk")
    row = CostRow(
        values=values,
        currency=name,
        billed_cost=Decimal(-2),
        list_cost=Decimal("2.5"),
        charges=3,
        usage=(UsageSum(name, Decimal(7), Decimal(2)), UsageSum(None, Decimal(0), Decimal(0))),
        compare=change,
        names={"api_key_name": name, "workspace_name": name},
        trend=(Decimal(1), Decimal(0), Decimal(-1)),
    )
    nobody = tuple((column, None) for column, _ in values)
    rest = replace(row, values=nobody, currency="CNY", rest=4, names={})
    return cost_narrative.document(
        CostReport(
            version="1.0.0",
            as_of=REPORT.as_of,
            bill=bill_of(name),
            by=("workspace_id", "owner"),
            where=(
                Condition("owner", (Pattern(name), Pattern(None))),
                Condition("model", (Pattern(name),), True),
            ),
            rows=(row, replace(row, values=nobody, names={}), rest),
            totals=(CostRow((), name, Decimal(-4), Decimal(5), 6, (), compare=change),),
            steps=Steps("day", ("2026-09-01", "2026-09-02", "2026-09-03")),
            exit=Exit("overlap", f"{name} and {name}"),
            months=("2026-08", "2026-09"),
            notes=(name, f"Not in this bill: {name}."),
        )
    )


def audit_of(name: str) -> Document:
    """A key and a workspace that leak, and use without a key; every text is the name."""
    moment = REPORT.as_of
    after = After(name, Decimal(1), 1, moment)
    key = Audited(
        kind="api_key",
        api_key_id=name,
        api_key_name=name,
        workspace_id=name,
        workspace_name=name,
        owner=name,
        region_id=name,
        sub_account_id=name,
        state="leaking",
        reason=name,
        first_charge=moment,
        last_charge=moment,
        charges=1,
        costs=(SubjectCost(name, Decimal(-1), Decimal(2)), SubjectCost("CNY", Decimal(1), None)),
        models=(name, f"{name} {name}"),
        channels=(name,),
        stopped_at=moment,
        stop_source=name,
        charges_after=(after,),
        residual=(after,),
        console=name,
        evidence=((Evidence(name, 3, name, Decimal(1)), moment, "second"),),
    )
    keyless = replace(key, api_key_id=None, api_key_name=None, state="quiet")
    return audit_narrative.document(
        AuditReport(
            version="1.0.0",
            as_of=moment,
            bill=bill_of(name),
            window="24h",
            settle="48h",
            grace="15m",
            keys=(key, keyless),
            workspaces=(replace(keyless, kind="workspace"),),
            exit=Exit("leaking", name),
            covered_until=moment,
            run_rate=(RunRate(name, "2026-10", Decimal(1), Decimal(2), Decimal(3)),),
            notes=(name,),
        )
    )


def inspection_of(name: str) -> Document:
    """Everything that ``bill inspect`` says of a file comes from outside."""
    sums = {"currency": name, "charges": 1, "billed_cost": "-1"}
    facts = {
        "columns": [{"path": name, "fields": {"model": name, "usage": None}, "times": [name]}],
        "services": [{"service": "inference", **sums}],
        "charge_categories": [{"charge_category": "usage", **sums}],
        "products": [{"product": name, **sums}],
        "layouts": [{"layout": "unknown", **sums}],
        "units": [{"unit": name, **sums}, {"unit": None, **sums}],
        "unknown": {
            "instance_ids": [{"instance_id": name, "service": "inference", "charges": 1}],
            **dict.fromkeys(
                ("commodities", "meters", "channels", "units", "regions", "charge_categories"),
                [name],
            ),
        },
        "overlaps": [name],
        "before_ids": 1,
    }
    bill = bill_of(name)
    why = Exit("overlap", f"{name} and {name}")
    return inspect_narrative.document(
        Inspection("1.0.0", REPORT.as_of, bill, facts, why, notes=(name,))
    )


def explanation_of(name: str) -> Document:
    """A policy, a verdict and an Instance ID; every text is the name."""
    moment = REPORT.as_of
    costs = ((name, Decimal(-1)),)
    line = Line(name, 3, moment, "day", name, Decimal(1), None)
    subject = Subject("columns", (("workspace_id", name), ("model", None)), name, name, name, name)
    standing = Standing(
        policy=name,
        subject=subject,
        every="month",
        start=moment,
        end=moment,
        charges=2,
        total=Decimal(2),
        total_unit=name,
        observed=Decimal(2),
        unit=name,
        limit=Decimal(1),
        verdict="above",
        exception=name,
        told=f"cost {name}",
    )
    doubt = Doubt("layout", name, 1, None, False, costs, (line,))
    reckoning = Reckoning(
        standing=standing,
        measure="usage",
        charges=3,
        parts=(Part(name, name, None, 2, Decimal(2), costs, Decimal(1)),),
        left_out=(LeftOut("where", name, 1, costs, "model", name, (line,)),),
        doubts=(doubt,),
        lines=(line, line),
        waiver={**WAIVER, "subject": name, "reason": name, "owner": name, "file": name},
        waivers=(name,),
        because=(name, f"{name} and {name}"),
    )
    explained = Explained(
        id=name,
        title=name,
        sentence=name,
        where=(Condition("owner", (Pattern(name), Pattern(None))),),
        file=name,
        line=1,
        outcome="error",
        message=name,
        standings=(standing,),
        doubts=(doubt,),
    )
    words = InstanceWords(name, name, (InstancePart(name, "model", name),), (name,))
    return explain_narrative.document(
        Explanation(
            version="1.0.0",
            as_of=moment,
            clock=REPORT.bill.clock,
            asked=name,
            exit=Exit("overlap", name),
            bill=bill_of(name),
            policies=[explained],
            verdicts=[reckoning],
            instance_ids=[words],
            notes=(name,),
        )
    )


#: Each document by the word of its hidden mark in Markdown, made of one name.
MADE_OF = {
    "check": check_of,
    "cost": cost_of,
    "audit": audit_of,
    "bill": inspection_of,
    "explanation": explanation_of,
}

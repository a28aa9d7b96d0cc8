"""One hand-built report with everything a format must be able to show."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from govern.judge.check.narrative import document
from govern.model.baseline import Mark, Since
from govern.model.bill import BillSummary, Evidence, FileSummary, RejectedRow, Total
from govern.model.clock import BILL_CLOCK
from govern.model.document import Document
from govern.model.exits import Exit
from govern.model.finding import Finding, Subject
from govern.model.report import CheckReport, PolicyResult

ACCOUNT = "1234567890123456"
OTHER_ACCOUNT = "1987654321098765"
BILL = f"账单/九月/{ACCOUNT}-20261001093000_202609_consumedetailbillv2.csv"
ENGLISH = "bills/singapore.zip/part-1.csv"

WAIVER = {
    "subject": "30003",
    "reason": "Load test agreed with 李雷",
    "owner": "finops@example.com",
    "expires": "2026-11-01T00:00:00+08:00",
    "file": "policies/waivers.yaml",
    "line": 3,
}


def key(
    id: str | None, workspace: str, region: str = "cn-beijing", name: str | None = None
) -> Subject:
    account = ACCOUNT if region == "cn-beijing" else OTHER_ACCOUNT
    values = (("sub_account_id", account), ("workspace_id", workspace), ("api_key_id", id))
    return Subject("api_key", values, workspace, region, account, name)


def evidence(path: str, line: int, instance_id: str, cost: str) -> Evidence:
    return Evidence(path, line, instance_id, Decimal(cost))


SPEND = Finding(
    policy="max-spend-per-key",
    title="No API key spends more than 500 CNY a month",
    severity="high",
    message="API key 20001 in llm-研发 cost 512.3 CNY, more than 500",
    subject=key("20001", "llm-研发", name="王小明的密钥"),
    every="month",
    start=datetime(2026, 9, 1),
    end=datetime(2026, 10, 1),
    measure="billed_cost",
    observed=Decimal("512.3"),
    limit=Decimal(500),
    unit="CNY",
    charges=1234,
    first_charge=datetime(2026, 9, 1, 0, 5),
    last_charge=datetime(2026, 9, 30, 23, 59),
    costs=(("CNY", Decimal("512.3")),),
    policy_file="policies/花费 limits.yaml",
    policy_line=3,
    stop="ask",
    evidence=(
        evidence(BILL, 17, "20001;llm-研发;qwen3-max;context_0-128k_output_token;app;0", "1.2"),
        evidence(BILL, 18, "20001;llm-研发;qwen3-max;context_0-128k_input_token;app;0", "0.003"),
    ),
)

FINDINGS = (
    replace(
        SPEND,
        policy="retired-workspaces",
        title="A retired workspace costs nothing",
        severity="critical",
        message="workspace llm-old has 12 charges (7.5 CNY, 3.25 USD) where none is allowed",
        subject=Subject("workspace", (("workspace_id", "llm-old"),), "llm-old"),
        measure="charges",
        observed=Decimal(12),
        limit=Decimal(0),
        unit="charges",
        charges=12,
        costs=(("CNY", Decimal("7.5")), ("USD", Decimal("3.25"))),
        policy_file="policies/retired.yaml",
        policy_line=9,
        stop="retire_workspace",
        evidence=(evidence(ENGLISH, 2, ";llm-old;qwen-plus;input_token;;0", "3.25"),),
    ),
    SPEND,
    replace(
        SPEND,
        message="API key 30003 in ws-sg cost 98 USD, more than 70",
        subject=key("30003", "ws-sg", "ap-southeast-1"),
        observed=Decimal(98),
        limit=Decimal(70),
        unit="USD",
        charges=40,
        costs=(("USD", Decimal(98)),),
        evidence=(evidence(ENGLISH, 5, "30003;ws-sg;qwen-max;output_token;app;0", "98"),),
        waiver=WAIVER,
    ),
    replace(
        SPEND,
        policy="no-playground",
        title="Nobody pays for the console Playground",
        severity="medium",
        message="workspace llm-研发 has 3 charges (0.6 CNY) where none is allowed",
        subject=Subject(
            "workspace",
            (("workspace_id", "llm-研发"),),
            "llm-研发",
            "cn-beijing",
            ACCOUNT,
            "研发部",
        ),
        every="week",
        start=datetime(2026, 9, 7),
        end=datetime(2026, 9, 14),
        measure="charges",
        observed=Decimal(3),
        limit=Decimal(0),
        unit="charges",
        charges=3,
        first_charge=datetime(2026, 9, 8, 10, 0),
        last_charge=datetime(2026, 9, 9),
        costs=(("CNY", Decimal("0.6")),),
        policy_file="policies/playground.yaml",
        stop="stop_playground",
        evidence=(),
    ),
    replace(
        SPEND,
        policy="account-tokens",
        title="An account uses at most 2000000 tokens a day",
        severity="low",
        message=f"account {OTHER_ACCOUNT} used 2500000 tokens, more than 2000000; "
        "4 charges have another unit",
        subject=Subject(
            "account",
            (("sub_account_id", OTHER_ACCOUNT),),
            None,
            "ap-southeast-1",
            OTHER_ACCOUNT,
        ),
        every="day",
        start=datetime(2026, 9, 3),
        end=datetime(2026, 9, 4),
        measure="usage",
        observed=Decimal(2500000),
        limit=Decimal(2000000),
        unit="tokens",
        charges=9,
        other_units=4,
        costs=(("USD", Decimal("1.5")),),
        policy_file="policies/usage.yaml",
        policy_line=12,
    ),
    replace(
        SPEND,
        policy="whole-bill",
        title="The bill as a whole is known",
        severity="info",
        message="the bill cost 520.4 CNY, more than 100",
        subject=Subject("bill", ()),
        every="total",
        observed=Decimal("520.4"),
        limit=Decimal(100),
        costs=(("CNY", Decimal("520.4")),),
        policy_file="policies/usage.yaml",
        policy_line=20,
        evidence=(),
    ),
)

POLICIES = (
    PolicyResult(
        "retired-workspaces",
        "A retired workspace costs nothing",
        "fail",
        12,
        1,
        severity="critical",
        file="policies/retired.yaml",
        line=9,
    ),
    PolicyResult(
        "max-spend-per-key",
        "No API key spends more than 500 CNY a month",
        "fail",
        1274,
        2,
        1,
        severity="high",
        description="Agreed with 财务部; ask finops@example.com.",
        file="policies/花费 limits.yaml",
        line=3,
    ),
    PolicyResult(
        "no-playground",
        "Nobody pays for the console Playground",
        "fail",
        3,
        1,
        unmatched=("llm-typo",),
        file="policies/playground.yaml",
        line=3,
    ),
    PolicyResult(
        "account-tokens",
        "An account uses at most 2000000 tokens a day",
        "fail",
        13,
        1,
        severity="low",
        file="policies/usage.yaml",
        line=12,
    ),
    PolicyResult(
        "whole-bill",
        "The bill as a whole is known",
        "fail",
        1290,
        1,
        severity="info",
        file="policies/usage.yaml",
        line=20,
    ),
    PolicyResult(
        "batch-models",
        "Batch uses turbo models only",
        "error",
        2,
        message="2 charges (30 CNY) have no known layout and could cross the limit",
        file="policies/usage.yaml",
        line=28,
    ),
    PolicyResult(
        "no-video",
        "No video is made",
        "error",
        message="no verdict, since the run can't be trusted: could not be judged: batch-models",
        file="policies/usage.yaml",
        line=35,
        of_run=True,
    ),
    PolicyResult("old-rule", "Not in use", "skip", file="policies/usage.yaml", line=41),
)

REPORT = CheckReport(
    version="1.0.0",
    as_of=datetime(2026, 10, 2),
    bill=BillSummary(
        clock=BILL_CLOCK,
        files=(
            FileSummary(
                BILL,
                "v2",
                1280,
                1260,
                18,
                1,
                0,
                1,
                "应付金额",
                "minute",
                "2026-10-01T09:30:00+08:00",
            ),
            FileSummary(ENGLISH, "detail-en", 60, 52, 5, 0, 3, 0, "Payable amount", "day"),
        ),
        unparsed=2,
        first_charge=datetime(2026, 9, 1, 0, 5),
        last_charge=datetime(2026, 9, 30, 23, 59),
        reaches=datetime(2026, 10, 1, 9, 30),
        reach_basis="export",
        months=(("2026-09", False),),
        gaps=((datetime(2026, 9, 12), datetime(2026, 9, 14)),),
        totals=(
            Total("CNY", Decimal("520.4"), Decimal(1), Decimal(30), None),
            Total("USD", Decimal("102.75"), Decimal(0), Decimal(0), Decimal(0)),
        ),
        rejects=(RejectedRow(BILL, 9, "应付金额", "十二元", "not a number"),),
        unknown={"channels": ("robot",), "charge_categories": ("赠送",)},
    ),
    policies=POLICIES,
    findings=FINDINGS,
    exit=Exit("undecided", "could not be judged: batch-models"),
    notes=("5 rows are the same in two files and count once.",),
    waivers=(
        {
            "policy": "max-spend-per-key",
            "subject": "30003",
            "state": "used",
            "findings": 1,
            "expires": "2026-11-01T00:00:00+08:00",
            "owner": "finops@example.com",
            "file": "policies/waivers.yaml",
            "line": 3,
        },
        {
            "policy": "no-playground",
            "subject": "llm-gone",
            "owner": "hanmeimei@example.com",
            "expires": "2026-09-15T00:00:00+08:00",
            "file": "policies/waivers.yaml",
            "line": 10,
            "state": "expired",
            "findings": 0,
        },
    ),
)


def rich() -> Document:
    return document(REPORT)


def since() -> Document:
    """The same against a baseline: of each state a finding, two of them waived."""
    marks = (
        Mark("new"),
        Mark("grown", Decimal("400.05")),
        Mark("same", Decimal(98), excused=True),
        Mark("shrunk", Decimal(5)),
        Mark("new"),
        Mark("new"),
    )
    marked = tuple(replace(one, mark=mark) for one, mark in zip(FINDINGS, marks, strict=True))
    past = tuple(
        replace(
            SPEND,
            subject=key(id, "llm-研发"),
            message=f"API key {id} in llm-研发 cost …",
            mark=mark,
        )
        for id, mark in (
            ("20002", Mark("gone", Decimal("512.3"))),
            ("20003", Mark("unjudged", Decimal("512.3"), reason="the policy has another rule now")),
        )
    )
    counts = {"new": 3, "grown": 1, "shrunk": 1, "same": 1, "gone": 1, "unjudged": 1}
    known = Since("verdicts/九月.json", datetime(2026, 9, 20), counts, past)
    return document(replace(REPORT, findings=marked, since=known))


def empty() -> Document:
    """A clean report without a single finding."""
    return document(
        replace(
            REPORT,
            findings=(),
            policies=(replace(POLICIES[6], outcome="pass", message=None, of_run=False),),
            exit=Exit("clean", "no finding"),
        )
    )


def distrusted() -> Document:
    """Nothing was judged, since two files contradict each other."""
    why = Exit("overlap", f"{BILL}: the same key has other content in {ENGLISH}")
    return document(replace(REPORT, findings=(), policies=(), exit=why))


def crowded(count: int) -> Document:
    """The same finding for many keys, the dearest last."""
    findings = tuple(
        replace(
            SPEND,
            subject=key(str(40_000 + at), "llm-研发"),
            message=f"API key {40_000 + at} in llm-研发 cost {501 + at} CNY, more than 500",
            observed=Decimal(501 + at),
            costs=(("CNY", Decimal(501 + at)),),
        )
        for at in range(count)
    )
    many = replace(POLICIES[1], findings=count, waived=0)
    why = Exit("findings", f"{count} findings at or above low")
    return document(replace(REPORT, findings=findings, policies=(many,), exit=why))

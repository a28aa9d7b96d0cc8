"""What a bill leaves untold is no pass: services without a commodity, batches, usage's units."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from bills import bill, row

from govern.judge.check.check import Terms, check
from govern.ledger.reading import Reading, read
from govern.model.report import CheckReport
from govern.policy.policies import load_policies

CALL = "7;llm-a;qwen-max;output_token;app;0"
PLAYGROUND = ";llm-a;qwen-max;output_token;bmp;0"


def judged(folder: Path, rule: str, *rows: str) -> CheckReport:
    policies = folder / "policies.yaml"
    policies.write_text(f"version: 1\npolicies:\n  - {{id: p, title: t, {rule}}}\n")
    with read([str(bill(folder, *rows))], Reading()) as ledger:
        return check(ledger, load_policies([str(policies)]), Terms(datetime(2026, 10, 5)))


def outcome(folder: Path, rule: str, *rows: str) -> str:
    return judged(folder, rule, *rows).policies[0].outcome


def charge(amount: str = "1", ids: str = CALL, **cells: str) -> str:
    return row(**{"资产/资源实例ID": ids, "应付金额": amount, **cells})


def untold(amount: str = "1", ids: str = "what-is-this", **cells: str) -> str:
    """A charge of which neither commodity code nor product detail tells the service."""
    return charge(amount, ids, **{"商品Code": "", "商品名称": "", **cells})


# ------------------------------------------------------------------------------------- the service


def test_playground_use_without_a_commodity_is_found(tmp_path: Path) -> None:
    rule = "per: workspace, where: {service: inference, channel: bmp}, forbid: charges"
    report = judged(tmp_path, rule, untold("999", PLAYGROUND))
    assert [(one.subject.id, one.observed) for one in report.findings] == [("llm-a", 1)]


def test_a_batch_meter_without_a_commodity_is_batch(tmp_path: Path) -> None:
    rule = "per: account, where: {service: batch}, forbid: charges"
    batch = untold(ids="7;llm-a;qwen-max;output_token_batch;app;0")
    assert outcome(tmp_path, rule, batch) == "fail"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        # the untold charge of 30 could make 510 of an account's 480
        ("per: account, where: {service: inference}, limit: {billed_cost: 500 CNY}", "error"),
        ("per: account, where: {service: inference}, limit: {billed_cost: 510 CNY}", "pass"),
        ("per: account, where: {service: training}, limit: {billed_cost: 29.99 CNY}", "error"),
        ("per: account, where: {service: training}, limit: {billed_cost: 30 CNY}", "pass"),
        ("per: account, where: {service: {not: [inference]}}, forbid: charges", "error"),
        ("per: account, where: {service: other}, forbid: charges", "error"),
        ("per: [service], limit: {billed_cost: 500 CNY}", "error"),
        ("per: [service], limit: {billed_cost: 510 CNY}", "pass"),
        # a policy that doesn't ask for the service counts it
        ("per: account, limit: {billed_cost: 500 CNY}", "fail"),
        # what is known of it filters first
        (
            "per: account, where: {service: inference, region_id: us-east-1}, forbid: charges",
            "pass",
        ),
        (
            "per: account, where: {service: inference, charge_category: purchase}, forbid: charges",
            "pass",
        ),
    ],
)
def test_a_service_that_nothing_tells_could_be_any(
    tmp_path: Path, rule: str, expected: str
) -> None:
    assert outcome(tmp_path, rule, charge("480"), untold("30")) == expected


def test_a_training_job_without_a_commodity_could_be_any_service(tmp_path: Path) -> None:
    job = untold("30", "ws-a!cn-beijing!ft-1")
    rule = "per: workspace, where: {{service: training, workspace_id: {}}}, forbid: charges"
    assert outcome(tmp_path, rule.format("ws-a"), job) == "error"
    assert outcome(tmp_path, rule.format("ws-b"), job) == "pass"


def test_the_reason_says_that_the_service_is_not_told(tmp_path: Path) -> None:
    rule = "per: account, where: {service: inference}, limit: {billed_cost: 500 CNY}"
    report = judged(tmp_path, rule, charge("480"), untold("30"))
    assert report.policies[0].message == (
        "undecided: of 1 charge neither commodity nor Instance ID tells the service, "
        "which could break the limit"
    )


# ---------------------------------------------------------------------------------------- batches


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("per: account, where: {service: batch}, limit: {billed_cost: 29.99 CNY}", "error"),
        ("per: account, where: {service: batch}, limit: {billed_cost: 30 CNY}", "pass"),
        ("per: account, where: {service: {not: inference}}, forbid: charges", "error"),
        # it counts as inference, which its commodity says
        ("per: account, where: {service: inference}, limit: {billed_cost: 509 CNY}", "fail"),
        (
            "per: account, where: {service: [inference, batch]}, limit: {billed_cost: 509 CNY}",
            "fail",
        ),
        # told apart by service, it is one's or the other's
        ("per: [service], limit: {billed_cost: 509 CNY}", "error"),
        ("per: account, where: {service: training}, forbid: charges", "pass"),
    ],
)
def test_inference_of_no_known_layout_could_be_batch(
    tmp_path: Path, rule: str, expected: str
) -> None:
    assert outcome(tmp_path, rule, charge("480"), charge("30", "what-is-this")) == expected


# ------------------------------------------------------------------------------------------ units


def used(quantity: str, unit: str, ids: str = CALL) -> str:
    return charge("1", ids, 用量=quantity, 用量单位=unit)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([used("10000", "")], "error"),
        # nobody knows whether one is a token or a million of them
        ([used("1", "")], "error"),
        ([used("0", "")], "pass"),
        ([used("", "")], "pass"),
        ([used("-3", "")], "pass"),
        ([used("10000", "张")], "pass"),
        ([used("10", "Token")], "pass"),
        # what breaks the limit anyway is a finding, and certain
        ([used("11", "Token"), used("10000", "")], "fail"),
        ([used("11", "Token"), used("10000", "", "8;llm-a;qwen-max;output_token;app;0")], "error"),
        # any key's, with any quantity
        ([used("5", "Token"), used("1", "", "what-is-this")], "error"),
    ],
)
def test_usage_without_a_unit_is_unknown(tmp_path: Path, rows: list[str], expected: str) -> None:
    rule = "per: api_key, limit: {usage: 10 tokens}"
    assert outcome(tmp_path, rule, *rows) == expected


def test_usage_without_a_unit_is_unknown_for_the_whole_bill(tmp_path: Path) -> None:
    rule = "per: bill, limit: {usage: 10 tokens}"
    assert outcome(tmp_path, rule, used("1", "")) == "error"
    assert outcome(tmp_path, rule, used("1", "Token")) == "pass"


def test_usage_without_a_unit_matters_to_no_other_measure(tmp_path: Path) -> None:
    assert outcome(tmp_path, "per: bill, limit: {billed_cost: 1 CNY}", used("9", "")) == "pass"


# -------------------------------------------------------------------- what can't change the verdict


LIMIT = "per: bill, where: {service: inference}, limit: {billed_cost: 500 CNY}"
AUGUST = {"账单月份": "2026-08", "账单日期": "2026-08-05"}


def test_a_bill_over_its_limit_is_over_it_whatever_else_is_untold(tmp_path: Path) -> None:
    assert outcome(tmp_path, LIMIT, charge("500.01"), untold("600")) == "fail"
    assert outcome(tmp_path, LIMIT, charge("500"), untold("600")) == "error"


def test_each_month_is_asked_by_itself_whether_what_is_untold_could_break_it(
    tmp_path: Path,
) -> None:
    small = charge("1", **AUGUST), untold("1", **AUGUST)
    assert outcome(tmp_path, LIMIT, *small, untold("500.01")) == "error"
    assert outcome(tmp_path, LIMIT, *small, untold("500")) == "pass"


def test_what_is_untold_is_added_up(tmp_path: Path) -> None:
    small = untold("10.01"), untold("10", "another")
    assert outcome(tmp_path, LIMIT, charge("480"), *small) == "error"
    assert outcome(tmp_path, LIMIT, charge("479.99"), *small) == "pass"


def test_all_charges_that_are_untold_are_counted(tmp_path: Path) -> None:
    report = judged(
        tmp_path, LIMIT, charge("480"), untold("30"), untold("1", "another"), untold("1", "another")
    )
    assert report.policies[0].message == (
        "undecided: of 3 charges neither commodity nor Instance ID tells the service, "
        "which could break the limit"
    )


def test_all_charges_without_a_unit_are_counted(tmp_path: Path) -> None:
    other = "8;llm-b;qwen-max;output_token;app;0"
    rows = [used("1", ""), used("2", "", other), used("3", "", other)]
    report = judged(tmp_path, "per: bill, limit: {usage: 10 tokens}", *rows)
    assert report.policies[0].message == (
        "undecided: 3 charges are without a unit of usage, which could be any"
    )


def test_a_limit_of_nothing_is_undecided_by_any_usage_without_a_unit(tmp_path: Path) -> None:
    assert outcome(tmp_path, "per: bill, limit: {usage: 0 tokens}", used("1", "")) == "error"


@pytest.mark.parametrize(
    ("every", "expected"),
    [("day", "error"), ("week", "error"), ("month", "pass"), ("total", "pass")],
)
def test_a_charge_known_to_its_month_only_is_of_no_day(
    tmp_path: Path, every: str, expected: str
) -> None:
    rule = f"per: account, every: {every}, limit: {{billed_cost: 5 CNY}}"
    assert outcome(tmp_path, rule, charge("1", 账单日期="")) == expected
    assert outcome(tmp_path, rule, charge("1")) == "pass"

"""Every ready policy fires when its test says so, and stays silent when it says so."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from govern.judge.check.check import Terms, check
from govern.ledger.reading import Reading, read
from govern.model.errors import GovernError
from govern.model.measure import MEASURES
from govern.model.words import (
    CHARGE_CATEGORIES,
    PERIODS,
    SERVICES,
    SEVERITIES,
    STOPS,
    SUBJECTS,
    UNITS,
    WHERE_COLUMNS,
)
from govern.policy.policies import load_policies

FOLDER = Path(__file__).parents[2] / "policies"
TESTS = sorted(FOLDER.glob("*.test.yaml"))
FILES = sorted(set(FOLDER.glob("*.yaml")) - set(TESTS))

DEFAULTS = {
    "api_key_id": "7",
    "workspace_id": "llm-a",
    "model": "qwen-max",
    "meter": "output_token",
    "channel": "app",
    "free_quota_stop": "0",
    "service": "inference",
    "charge_category": "usage",
    "time": "2026-09-15 12:00",
    "billed_cost": "1 CNY",
    "usage": "1 千tokens",
}
COMMODITIES = {
    "inference": "sfm_inference_public_cn",
    "training": "sfm_training_public_cn",
    "deployment": "sfm_deployment_public_cn",
}
KINDS = {"usage": "云资源按量费用", "adjustment": "调账费用"}


def write_bill(path: Path, charges: list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(
            [
                "身份信息/资源购买账号ID", "账单信息/账单月份", "账单信息/消费时间",
                "账单信息/费用类型", "产品信息/商品Code", "资源信息/实例ID（出账粒度）",
                "用量信息/用量", "用量信息/用量单位", "费用信息/目录总价",
                "应付信息/应付金额（含税）", "定价信息/定价币种",
            ]
        )  # fmt: skip
        for given in charges:
            assert set(given) <= {*DEFAULTS, "instance_id", "list_cost"}, given
            charge = {**DEFAULTS, **given}
            parts = ("api_key_id", "workspace_id", "model", "meter", "channel", "free_quota_stop")
            billed, currency = charge["billed_cost"].split()
            usage, unit = charge["usage"].split()
            writer.writerow(
                [
                    "100", charge["time"][:7].replace("-", ""), charge["time"],
                    KINDS[charge["charge_category"]], COMMODITIES[charge["service"]],
                    charge.get("instance_id", ";".join(charge[part] for part in parts)),
                    usage, unit, charge.get("list_cost", charge["billed_cost"]).split()[0],
                    billed, currency,
                ]
            )  # fmt: skip


def cases() -> list[tuple[str, dict[str, Any]]]:
    return [
        (path.name.removesuffix(".test.yaml"), case)
        for path in TESTS
        for case in yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)["tests"]
    ]


@pytest.mark.parametrize(
    ("name", "case"), cases(), ids=[f"{name}: {case['name']}" for name, case in cases()]
)
def test_a_ready_policy_does_what_its_test_says(
    tmp_path: Path, name: str, case: dict[str, Any]
) -> None:
    bill = tmp_path / "bill.csv"
    write_bill(bill, case["charges"])
    policies = load_policies([str(FOLDER / f"{name}.yaml")])
    with read([str(bill)], Reading()) as ledger:
        report = check(ledger, policies, Terms(as_of=datetime(2026, 10, 5)))
    outcomes = {result.id: result.outcome for result in report.policies}
    for policy in case["expect"].get("fires", []):
        assert outcomes[policy] == "fail"
    for policy in case["expect"].get("silent", []):
        assert outcomes[policy] == "pass"


def test_every_ready_policy_is_tested_both_ways() -> None:
    for path in FILES:
        ids = {policy.id for policy in load_policies([str(path)])}
        told = [case["expect"] for name, case in cases() if name == path.stem]
        assert ids == {one for expect in told for one in expect.get("fires", [])}, path.name
        assert ids == {one for expect in told for one in expect.get("silent", [])}, path.name


def test_every_ready_policy_begins_with_what_it_is_for() -> None:
    for path in FILES:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith("# ") and lines[0].endswith((".", "."))
        assert lines[1].startswith("# Why: "), path.name


KEYS = (
    "version policies id title description severity owner enabled per where every from before "
    "limit limit_for forbid stop not"
).split()
WORDS = {
    *SERVICES, *CHARGE_CATEGORIES, *MEASURES, *PERIODS, *SEVERITIES, *STOPS, *SUBJECTS, *UNITS,
    *WHERE_COLUMNS, "CNY",
}  # fmt: skip


def edits(word: str) -> set[str]:
    letters = "aez_-0X"
    near = {word[:at] + word[at + 1 :] for at in range(len(word))}
    near |= {word[:at] + c + word[at + 1 :] for at in range(len(word)) for c in letters}
    near |= {word[:at] + c + word[at:] for at in range(len(word) + 1) for c in letters}
    near |= {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)}
    return near - {word}


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_one_letter_edit_of_a_word_is_refused_or_means_the_same(
    tmp_path: Path, path: Path
) -> None:
    import re

    text = path.read_text(encoding="utf-8")
    body = "\n".join(line.split("  # ")[0] for line in text.splitlines() if line[:1] != "#") + "\n"
    target = tmp_path / "p.yaml"
    target.write_text(body, encoding="utf-8")
    meant = load_policies([str(target)])
    for found in re.finditer(r"[a-z_]+|CNY", body):
        word = found[0]
        line = body[body.rfind("\n", 0, found.start()) + 1 : found.start()]
        if word not in {*KEYS, *WORDS} or "title:" in line or "- id:" in line:
            continue
        for edited in sorted(edits(word))[:: 1 if len(word) < 5 else 3]:
            target.write_text(body[: found.start()] + edited + body[found.end() :], "utf-8")
            try:
                got = load_policies([str(target)])
            except GovernError as error:
                if error.cause != "usage":
                    raise
            else:
                assert got == meant, f"{word} -> {edited} in {line!r}"

"""The nightly job of docs/ci.md: collect, then check what govern.yaml names."""

from __future__ import annotations

import json
import re
from pathlib import Path

from standin.command import MONTH, govern
from standin.server import running

ROOT = Path(__file__).parents[2]


def test_govern_yaml_names_what_was_collected(tmp_path: Path) -> None:
    (tmp_path / "govern.yaml").write_text(
        "version: 1\nbills: bills/\ninventory: inventory.yaml\npolicies: policy.yaml\n"
    )
    (tmp_path / "policy.yaml").write_text(
        "version: 1\npolicies:\n  - id: cheap\n    title: Nothing costs more than 2 CNY\n"
        "    per: account\n    limit: {billed_cost: 2 CNY}\n"
    )
    with running() as standin:
        standin.account.workspace("llm-a")
        standin.account.key(12345, "llm-a")
        standin.account.charge(f"{MONTH}-02", "1.25")
        standin.account.charge(f"{MONTH}-03", "1.25")
        for words in (
            ("collect", "bills", "--month", MONTH, "-o", "bills/"),
            ("collect", "inventory", "-o", "inventory.yaml", "--only", "api_keys,workspaces,plans"),
        ):
            ran = govern(standin, tmp_path, *words)
            assert ran.code == 0, ran
        ran = govern(standin, tmp_path, "check", "--format", "json")
    assert ran.code == 1
    assert ran.told["findings"][0]["observed"] == "2.5"


def test_the_policy_of_the_job_allows_nothing_but_reading() -> None:
    text = (ROOT / "docs" / "ci.md").read_text("utf-8")
    told = re.search(r'\{"Version": "1".*?\]\}\]\}', text, re.DOTALL)
    assert told
    (statement,) = json.loads(told[0])["Statement"]
    assert statement["Effect"] == "Allow"
    for action in statement["Action"]:
        assert re.fullmatch(r"(modelstudio|bss|bssapi):(List|Query|Describe)\w+", action)

"""What the shell completes: step ids, people, formats."""

from __future__ import annotations

from pathlib import Path

import pytest
from bills import bill, row
from commandline import govern

INVENTORY = """
schema: govern.inventory/v1
account_id: "100"
workspaces:
  - {workspace_id: llm-a, owner: lin@example.com}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("completed")
    bill(folder, row())
    (folder / "i.yaml").write_text(INVENTORY)
    words = ["--retire", "all", "--inventory", "i.yaml", "-o", "c.yaml", "-q", "--no-config"]
    assert govern(folder, "checklist", "bill.csv", *words).returncode == 0
    tick = ["checklist", "tick", "c.yaml", "look_at_*", "--by", "王 wang"]
    assert govern(folder, *tick).returncode == 0
    return folder


def completed(folder: Path, line: str) -> list[str]:
    """What bash is told when the tab key is pressed behind ``line``."""
    words = line.split(" ")
    env = {
        "_GOVERN_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    return [told for told in govern(folder, env=env).stdout.split("\n") if told]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("govern checklist tick c.yaml dis", ["disable_key.llm-a.12345"]),
        ("govern checklist show c.yaml disable_key.llm-a.12345 del", ["delete_key.llm-a.12345"]),
        ("govern checklist tick c.yaml final_bill --by l", ["lin@example.com"]),
        ("govern checklist tick c.yaml final_bill --by 王", ["王 wang"]),
        ("govern checklist show c.yaml --owner ", ["lin@example.com"]),
        ("govern checklist show c.yaml --region cn-b", ["cn-beijing"]),
        ("govern checklist show c.yaml --kind final", ["final_bill"]),
        ("govern checklist show c.yaml --by o", ["owner"]),
        ("govern apply c.yaml --step tell", ["tell_owners.llm-a"]),
        ("govern checklist show c.yaml --format m", ["markdown"]),
        ("govern check --format s", ["sarif"]),
        ("govern checklist show nothing.yaml dis", []),
    ],
)
def test_the_tab_key_knows_the_checklist_that_was_typed(
    folder: Path, line: str, told: list[str]
) -> None:
    assert completed(folder, line) == told

"""docs/policies.md: its policies are valid, and its commands show what it says."""

from __future__ import annotations

import re
from pathlib import Path

from commandline import govern

from govern.model.measure import MEASURES
from govern.policy.policies import load_policies

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
HISTORY = PAGE.split("## Limits from history\n")[1].split("\n## ")[0]


def blocks(text: str) -> list[tuple[str, str]]:
    """Language and content of each block."""
    return re.findall(r"^```(\w+)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_every_policy_of_the_page_is_valid_and_every_measure_is_shown(tmp_path: Path) -> None:
    listed = [text for language, text in blocks(PAGE) if text.startswith("- id:")]
    (tmp_path / "p.yaml").write_text("version: 1\npolicies:\n" + "".join(listed), "utf-8")
    shown = {policy.measure.name for policy in load_policies([str(tmp_path / "p.yaml")])}
    shown |= set(re.findall(r"^limit: \{(\w+):", PAGE, re.MULTILINE))
    assert shown == set(MEASURES)


def test_the_commands_on_history_print_what_the_page_shows() -> None:
    commands = []
    for language, text in blocks(HISTORY):
        if language == "sh":
            commands.append(text)
            done = govern(ROOT / "examples" / "qinghe", *text.split()[1:])
            assert done.returncode == 0, done.stderr
            printed = done.stdout.splitlines()
            continue
        for line in text.splitlines():
            assert line in [one.rstrip() for one in printed], line
    assert [text.split()[2] for text in commands] == ["suggest", "backtest"]

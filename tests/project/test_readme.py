"""What the README says works, word for word."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from govern.cli.settings import pack
from govern.policy.policies import load_policies
from govern.policy.waivers import load_waivers

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def govern(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "govern", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": "", "COLUMNS": "170"},
    )


def test_the_shell_blocks_are_the_ones_tested_here() -> None:
    # The longer ones are run by tests/example/test_questions.py and test_retirement.py.
    short = [block for block in blocks("sh") if block.count("\n") == 1]
    told = [block for block in short if "verify" not in block and "checklist" not in block]
    assert told == ["make demo\n", "make test\n", "govern init\n"]


def test_make_demo_is_the_example_and_ends_well() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert "EXAMPLE := examples/qinghe" in makefile
    assert 'echo "exit code 1: findings"' in makefile


def test_the_shown_output_is_what_check_prints() -> None:
    done = govern("check", "--as-of", "2026-10-05", cwd=ROOT / "examples" / "qinghe")
    assert done.returncode == 1
    shown = blocks("text")[0]
    for line in shown.strip().splitlines():
        assert " ".join(line.split()) in [
            " ".join(said.split()) for said in done.stdout.splitlines()
        ]


def test_govern_init_writes_a_start_that_checks(tmp_path: Path) -> None:
    assert govern("init", cwd=tmp_path).returncode == 0
    assert govern("init", cwd=tmp_path).returncode == 2
    example = ROOT / "examples" / "qinghe" / "bills"
    done = govern("check", str(example), "--as-of", "2026-10-05", cwd=tmp_path)
    assert done.returncode == 1
    assert "max-spend-per-key" in done.stdout


def test_the_policies_and_waivers_of_the_readme_are_valid(tmp_path: Path) -> None:
    policies, waivers = blocks("yaml")
    (tmp_path / "policies.yaml").write_text(policies)
    (tmp_path / "waivers.yaml").write_text(waivers)
    assert [one.id for one in load_policies([str(tmp_path / "policies.yaml")])] == [
        "max-spend-per-key",
        "no-playground",
        "retired-workspaces",
    ]
    assert len(load_waivers([str(tmp_path / "waivers.yaml")])) == 1


@pytest.mark.parametrize("path", re.findall(r"\]\(([^)#:]+)\)", README))
def test_every_link_leads_somewhere(path: str) -> None:
    assert (ROOT / path).exists()


def test_the_built_in_pack_is_the_same_as_the_ready_policies() -> None:
    packed = sorted(Path(pack()).glob("*.yaml"))
    assert [path.name for path in packed] == ["no-key.yaml", "no-playground.yaml", "refunds.yaml"]
    for path in packed:
        assert path.read_bytes() == (ROOT / "policies" / path.name).read_bytes()


def test_the_pack_sets_no_money_limits() -> None:
    assert {policy.measure.name for policy in load_policies([pack()])} == {"charges"}


@pytest.mark.parametrize("folder", ["policies", "examples/qinghe/policies", "src/govern/start"])
def test_every_shipped_policy_is_valid(folder: str) -> None:
    files = [
        str(path)
        for path in (ROOT / folder).rglob("*.yaml")
        if path.name != "govern.yaml" and not path.name.endswith(".test.yaml")
    ]
    assert load_policies(files)

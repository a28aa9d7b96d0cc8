"""What the README says works, word for word."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from bills import bill, row
from commandline import govern as run

from govern.cli.settings import pack
from govern.policy.policies import load_policies

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_a_reader_of_one_minute_finds_the_three_jobs() -> None:
    assert len(README.splitlines()) <= 150
    headings = re.findall(r"^## (.*)$", README, re.MULTILINE)
    assert headings[:2] == ["First five minutes", "Your own bill"]
    assert [heading.split(":")[0] for heading in headings[2:5]] == ["Job 1", "Job 2", "Job 3"]


def test_every_shell_block_is_run_by_a_test() -> None:
    """Job 2 by tests/example/test_questions.py, Job 3 by tests/example/test_retirement.py."""
    install, example, own, *jobs = blocks("sh")
    assert [line.split()[0] for line in install.splitlines()] == ["pipx", "uv", "python3"]
    assert example == "cd examples/qinghe\ngovern check --as-of 2026-10-05\n"
    assert own == "govern init\ngovern check\n"
    told = (ROOT / "docs" / "retirement.md").read_text(encoding="utf-8").replace("\\\n", "")
    known = {" ".join(line.split()) for line in told.splitlines()}
    stop = "".join(jobs[1:]).replace("\\\n", "")
    assert {" ".join(line.split()) for line in stop.splitlines()} <= known
    assert len(jobs) == 3


def test_make_demo_is_the_example_and_ends_well() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert "EXAMPLE := examples/qinghe" in makefile
    assert 'echo "exit code 1: findings"' in makefile


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal of Unix")
def test_the_picture_is_what_check_says_on_a_terminal() -> None:
    made = [sys.executable, str(ROOT / "examples" / "qinghe" / "make_picture.py"), "--check"]
    env = {"PYTHONPATH": str(ROOT / "src"), "PATH": os.environ["PATH"]}
    assert subprocess.run(made, check=False, env=env).returncode == 0, "run it without --check"


def test_govern_init_makes_a_folder_that_works_at_once(tmp_path: Path) -> None:
    bill(tmp_path, row(应付金额="600"), name="my bill.csv")
    assert run(tmp_path, "init").returncode == 0
    assert run(tmp_path, "init").returncode == 2
    done = run(tmp_path, "check", "--as-of", "2026-10-05")
    assert (done.returncode, "max-spend-per-key" in done.stdout) == (1, True)


def test_govern_init_without_a_bill_makes_a_place_for_them(tmp_path: Path) -> None:
    assert run(tmp_path, "init").returncode == 0
    assert "no bill in this folder" in run(tmp_path, "check").stderr
    bill(tmp_path / "bills", row(应付金额="600"))
    assert run(tmp_path, "check", "--as-of", "2026-10-05").returncode == 1
    assert (tmp_path / "bills" / ".gitignore").read_text().splitlines()[1:] == ["*", "!.gitignore"]


def test_the_policies_of_the_readme_are_valid(tmp_path: Path) -> None:
    (policies,) = blocks("yaml")
    (tmp_path / "policies.yaml").write_text(policies)
    assert [policy.id for policy in load_policies([str(tmp_path / "policies.yaml")])] == [
        "max-spend-per-key",
        "no-playground",
    ]


@pytest.mark.parametrize(
    "page",
    ["README.md", "docs/bills.md", "docs/retirement.md", "docs/ci.md", "docs/stop-billing.md"],
)
def test_every_link_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (ROOT / page).read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


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

"""The body of the GitHub Action, run with the inputs and files that GitHub would give it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from bills import bill, row
from commandline import govern

ROOT = Path(__file__).parents[2]


def run(tmp_path: Path, **inputs: str) -> tuple[int, str, str, str]:
    """Exit code, stdout, step summary, step output."""
    runner = tmp_path / "runner"
    (runner / "govern-venv" / "bin").mkdir(parents=True, exist_ok=True)
    command = runner / "govern-venv" / "bin" / "govern"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m govern "$@"\n')
    command.chmod(0o755)
    usual = {
        "INPUT_BILL": "",
        "INPUT_POLICIES": "",
        "INPUT_INVENTORY": "",
        "INPUT_WAIVERS": "",
        "INPUT_ARGUMENTS": "",
        "INPUT_FAIL_ON": "low",
        "INPUT_REDACT": "false",
        "INPUT_SARIF": "",
        "INPUT_PYTHON": sys.executable,
    }
    summary, output = tmp_path / "summary.md", tmp_path / "output"
    done = subprocess.run(
        ["bash", str(ROOT / ".ci" / "action.sh")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(ROOT / "src"),
            "GOVERN_ACTION": str(ROOT),
            "RUNNER_TEMP": str(runner),
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_OUTPUT": str(output),
            **usual,
            **inputs,
        },
    )
    assert "Traceback" not in done.stderr
    told = summary.read_text() if summary.exists() else ""
    return done.returncode, done.stdout, told, output.read_text()


@pytest.fixture
def played(tmp_path: Path) -> Path:
    return bill(tmp_path, row(**{"资产/资源实例ID": ";llm-a;qwen-max;output_token;bmp;0"}))


def test_a_finding_is_annotated_summarised_and_ends_with_1(tmp_path: Path, played: Path) -> None:
    code, out, summary, output = run(tmp_path, INPUT_BILL=played.name, INPUT_SARIF="v.sarif")
    assert code == 1
    assert any(line.startswith("::") and "Playground" in line for line in out.splitlines())
    assert "llm-a" in summary
    assert output == "exit-code=1\n"
    assert (tmp_path / "v.sarif").exists()
    # A second use in the same job that fails early doesn't show the first one's summary again.
    code, _, both, _ = run(tmp_path, INPUT_BILL="gone.csv")
    assert (code, both) == (2, summary)


def test_inventory_waivers_and_further_arguments_are_given_on(tmp_path: Path, played: Path) -> None:
    (tmp_path / "i.yaml").write_text(
        "schema: govern.inventory/v1\nworkspaces: [{workspace_id: llm-a, name: Marketing}]\n"
    )
    (tmp_path / "w.yaml").write_text(
        "version: 1\nwaivers: [{policy: no-playground, subject: llm-a, reason: a trial, "
        "owner: lin, expires: 2026-10-01}]\n"
    )
    code, out, summary, _ = run(
        tmp_path,
        INPUT_BILL=played.name,
        INPUT_INVENTORY="i.yaml",
        INPUT_WAIVERS="w.yaml",
        INPUT_ARGUMENTS="--as-of\n2026-09-30 12:00\n\n--select\nno-playground\n",
    )
    assert code == 0, out
    assert "Marketing" in summary and "a trial" in summary and "1 waived" in summary


def test_what_the_script_reads_the_action_gives() -> None:
    """An input that is declared and not handed on would be silently without effect."""
    script = (ROOT / ".ci" / "action.sh").read_text(encoding="utf-8")
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    (step,) = action["runs"]["steps"]
    given = {name for name in step["env"] if name.startswith("INPUT_")}
    assert given == {f"INPUT_{name.upper().replace('-', '_')}" for name in action["inputs"]}
    assert given == set(re.findall(r"INPUT_[A-Z_]+", script))


def test_redaction_hides_the_account_unless_the_word_is_false(tmp_path: Path, played: Path) -> None:
    plain = played.read_text().replace("100,,100,", "1902910424969427,,1902910424969427,")
    played.write_text(plain)
    _, out, summary, _ = run(tmp_path, INPUT_BILL=played.name, INPUT_REDACT="True")
    assert "1902910424969427" not in out + summary


def test_an_input_is_never_a_command(tmp_path: Path, played: Path) -> None:
    code, _, _, _ = run(tmp_path, INPUT_BILL=f"{played.name} $(touch pwned) ; touch pwned2")
    assert code == 2
    assert not list(tmp_path.glob("pwned*"))
    code, _, _, _ = run(tmp_path, INPUT_BILL="--version")
    assert code == 2


def test_tests_of_policies_run_first_and_end_the_job_where_one_fails(
    tmp_path: Path, played: Path
) -> None:
    policies = tmp_path / "policies"
    policies.mkdir()
    rule = "{id: none, title: N, per: workspace, where: {channel: bmp}, limit: {charges: 5}}"
    (policies / "p.yaml").write_text(f"version: 1\npolicies:\n  - {rule}\n")
    test = "{name: n, charges: [{channel: bmp, repeat: 5}], expect: {silent: none}}"
    (policies / "p.test.yaml").write_text(f"version: 1\ntests:\n  - {test}\n")
    words = {"INPUT_BILL": played.name, "INPUT_POLICIES": "policies"}
    code, out, _, _ = run(tmp_path, INPUT_TEST_POLICIES="true", **words)
    assert (code, out.count("govern: ")) == (0, 2)
    (policies / "p.test.yaml").write_text(f"version: 1\ntests:\n  - {test}\n".replace("5", "6"))
    (tmp_path / "output").unlink()
    code, out, _, output = run(tmp_path, INPUT_TEST_POLICIES="true", **words)
    assert (code, output) == (1, "exit-code=1\n")
    assert out.startswith("::error file=policies/p.test.yaml,line=3,title=n::none fires for")


def test_the_hooks_for_commits_run_what_they_say(tmp_path: Path) -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    name, *words = next(
        hook["entry"] for hook in hooks if hook["id"] == "govern-policy-test"
    ).split()
    assert name == "govern"
    (tmp_path / "p.yaml").write_text(
        "version: 1\npolicies:\n  - {id: p, title: P, per: bill, forbid: charges}\n"
    )
    (tmp_path / "p.test.yaml").write_text(
        "version: 1\ntests:\n  - {name: n, charges: [{}], expect: {silent: p}}\n"
    )
    # The names of changed files are its arguments: a policy's, a test's, or both.
    for files in (["p.yaml"], ["p.test.yaml"], ["p.yaml", "p.test.yaml"]):
        assert govern(tmp_path, *words, *files).returncode == 1

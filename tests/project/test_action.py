"""The body of the GitHub Action, run with the inputs and files that GitHub would give it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from bills import bill, row

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


def test_redaction_hides_the_account(tmp_path: Path, played: Path) -> None:
    plain = played.read_text().replace("100,,100,", "1902910424969427,,1902910424969427,")
    played.write_text(plain)
    _, out, summary, _ = run(tmp_path, INPUT_BILL=played.name, INPUT_REDACT="true")
    assert "1902910424969427" not in out + summary


def test_an_input_is_never_a_command(tmp_path: Path, played: Path) -> None:
    code, _, _, _ = run(tmp_path, INPUT_BILL=f"{played.name} $(touch pwned) ; touch pwned2")
    assert code == 2
    assert not list(tmp_path.glob("pwned*"))
    code, _, _, _ = run(tmp_path, INPUT_BILL="--version")
    assert code == 2

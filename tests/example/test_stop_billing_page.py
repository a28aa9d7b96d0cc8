"""docs/stop-billing.md: every kind, state and field is there, and its commands run."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from govern.cli.main import app
from govern.model.checklist import STATES
from govern.shutdown.plan.steps import KINDS

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "qinghe"
PAGE = (ROOT / "docs" / "stop-billing.md").read_text(encoding="utf-8")


def rows() -> list[str]:
    """The first cells of all tables."""
    return [line.split("|")[1].strip() for line in PAGE.splitlines() if line.startswith("| ")]


def words(cells: list[str]) -> set[str]:
    return {word for cell in cells for word in re.findall(r"`([a-z0-9_]+)`", cell)}


def commands() -> list[str]:
    text = PAGE.replace("\\\n", "")
    return [line.strip() for line in text.splitlines() if line.startswith("    govern ")]


def shown() -> list[tuple[str, list[str]]]:
    """Each command with the lines that the page shows of what it prints."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"(?:^    .*\n)+", PAGE.replace("\\\n", ""), re.MULTILINE):
        for line in block.splitlines():
            if line.startswith("    govern "):
                found.append((line.strip(), []))
            elif block.startswith("    govern "):
                found[-1][1].append(line[4:])
    return found


def test_every_kind_of_step_has_its_row() -> None:
    section = PAGE.split("## Every kind of step")[1].split("\n## ")[0]
    kinds = re.findall(r"^\| `([a-z_]+)` \|", section, re.MULTILINE)
    assert sorted(kinds) == sorted(KINDS)


def test_every_state_is_explained() -> None:
    assert set(STATES) <= words(rows())


def test_every_part_of_alibaba_s_page_names_kinds_that_exist() -> None:
    section = PAGE.split("## What Alibaba's page says")[1].split("\n## ")[0]
    named = set(re.findall(r"`([a-z_]+)`", section))
    # The source has three parts: Coding Plan, inference (Playground, code, keys), training.
    assert {"turn_off_renewal", "stop_playground", "tell_owners", "delete_key"} <= named
    assert "cancel_training" in named
    assert named <= set(KINDS)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page") / "qinghe"
    shutil.copytree(EXAMPLE, folder)
    return folder


def test_its_commands_run_and_every_field_they_write_is_explained(
    company: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(company)
    ends = []
    assert [command for command, _ in shown()] == commands()
    for command, lines in shown():
        name, *rest = shlex.split(command)
        assert name == "govern"
        quiet = [] if "tick" in rest else ["-q"]
        done = CliRunner().invoke(app, [*rest, *quiet], env={"COLUMNS": "80"})
        ends.append((rest[0], done.exit_code))
        assert [line for line in lines if line not in done.stdout.splitlines()] == []
    # Three checklists, four ticks, four times shown, an issue read back. One of the keys ticked as
    # disabled is that of Singapore, which goes on calling in the bills of later/.
    assert ends == [*[("checklist", 0)] * 12, *[("verify", 1)] * 2]
    assert (company / "proof.json").exists()
    written = yaml.safe_load((company / "checklist.yaml").read_text(encoding="utf-8"))
    explained = words(rows())
    assert set(written) <= explained
    assert {field for step in written["steps"] for field in step} <= explained

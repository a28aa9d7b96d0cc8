"""What docs/policies.md shows of explanations and baselines, run in the example company."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from commandline import govern

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")


def commands(section: str) -> list[list[str]]:
    """The commands of a section, in their order."""
    text = PAGE.split(f"\n## {section}\n")[1].split("\n## ")[0]
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [shlex.split(line)[1:] for block in blocks for line in block.splitlines()]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page") / "qinghe"
    shutil.copytree(ROOT / "examples" / "qinghe", folder)
    return folder


def test_a_policy_is_adopted_on_a_bill_that_breaks_it(company: Path) -> None:
    first, second = commands("A baseline")
    assert govern(company, *first).returncode == 1
    done = govern(company, *second)
    assert done.returncode == 0
    assert "PASS: 4 findings: 4 known to the baseline (--fail-on-new)" in done.stdout


def shown(section: str) -> list[str]:
    """The lines of output that a section shows."""
    text = PAGE.split(f"\n## {section}\n")[1].split("\n## ")[0]
    blocks = re.findall(r"^```text\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [" ".join(line.split()) for block in blocks for line in block.splitlines()]


def test_every_command_that_explains_does(company: Path) -> None:
    codes = []
    printed = set()
    for words in commands("Explain"):
        done = govern(company, *words, env={"COLUMNS": "170"})
        codes.append(done.returncode)
        printed |= {" ".join(line.split()) for line in done.stdout.splitlines()}
    # check ends with its findings; the others explain.
    assert codes == [0, 1, 0, 0, 0]
    assert [line for line in shown("Explain") if line not in printed] == []
    assert "All 840; they come to 4469.0307408 CNY." in printed
